import assert from 'node:assert/strict';
import test from 'node:test';
import { CommandError } from '../command-error.ts';
import { inputLines, wholeInput, wholeText } from './input.ts';
import type { Input, InputLine } from './input.ts';

function input(...chunks: readonly (string | Uint8Array)[]): Input {
  async function* bytes(): AsyncIterable<Uint8Array> {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
  return { name: 'in', chunks: bytes() };
}

async function lines(source: Input, charsMax?: number): Promise<InputLine[]> {
  const found: InputLine[] = [];
  for await (const line of inputLines(source, charsMax)) found.push(line);
  return found;
}

test('lines are numbered from 1, wherever the chunks are cut, and the last needs no end', async () => {
  const euro = Buffer.from('€');
  assert.deepEqual(await lines(input('a\nb', 'c\n\n', euro.subarray(0, 1), euro.subarray(1))), [
    { text: 'a', line: 1 },
    { text: 'bc', line: 2 },
    { text: '', line: 3 },
    { text: '€', line: 4 },
  ]);
  assert.deepEqual(await lines(input('a\n')), [{ text: 'a', line: 1 }]);
});

test('a line beyond the limit ends the input, with its number', async () => {
  await assert.rejects(lines(input('ab\n', 'abc', 'd'), 3), { message: 'in:2: the line is longer than 3 characters' });
});

test('an input beyond the limit is refused', async () => {
  assert.equal((await wholeInput(input('ab', 'c'), 3)).length, 3);
  await assert.rejects(wholeInput(input('ab', 'cd'), 3), { message: 'in is larger than 3 bytes' });
});

test('text that is not UTF-8 is refused', async () => {
  await assert.rejects(wholeText(input(Uint8Array.of(0xff))), CommandError);
});
