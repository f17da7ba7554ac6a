import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { ParseError } from './parse-error.ts';
import { parseText } from './text-parser.ts';
import { countCharacters, decodeUtf8 } from './utf8.ts';

const LINE_BYTES = 100_000;

/** How often, and at most how many bytes at once, `run` hands to the decoder. */
function decoded(t: TestContext, run: () => void): { readonly calls: number; readonly mostBytes: number } {
  const decode = t.mock.method(TextDecoder.prototype, 'decode');
  run();
  const lengths = decode.mock.calls.map(({ arguments: [bytes] }) => (bytes as Uint8Array).byteLength);
  decode.mock.restore();
  return { calls: lengths.length, mostBytes: Math.max(0, ...lengths) };
}

test('an error in a line without end decodes no more than it shows', (t) => {
  const body = new Uint8Array(LINE_BYTES).fill(0x61);
  const { mostBytes } = decoded(t, () => {
    assert.throws(
      () => [...parseText(body)],
      (error: unknown) => error instanceof ParseError && error.column === LINE_BYTES + 1,
    );
  });
  assert.ok(mostBytes < 200, `${mostBytes} bytes`);
});

test('one byte that is not UTF-8 does not make a long text slow', (t) => {
  const text = new Uint8Array(LINE_BYTES).fill(0x61);
  text[LINE_BYTES / 2] = 0xff;
  const { calls } = decoded(t, () => {
    assert.equal(decodeUtf8(text, 0, text.length), `${'a'.repeat(LINE_BYTES / 2)}\udcff${'a'.repeat(LINE_BYTES / 2 - 1)}`);
  });
  assert.ok(calls < 5, `${calls} calls`);
});

for (const [name, bytes, count] of [
  ['nothing', [], 0],
  ['ASCII', [0x61, 0x20, 0x7f], 3],
  ['two, three and four bytes', [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80], 3],
  ['bytes of no character', [0xff, 0xc3, 0x61, 0x80, 0xe2, 0x82], 6],
  ['an overlong form and a surrogate', [0xc0, 0x80, 0xed, 0xa0, 0x80], 5],
] as const) {
  test(`characters counted: ${name}`, () => {
    assert.equal(countCharacters(Uint8Array.from(bytes), 0, bytes.length), count);
  });
}

for (const [name, bytes, text] of [
  ['bad bytes between good ones', [0x61, 0xff, 0xc3, 0xa9, 0xfe, 0x62], 'a\udcffé\udcfeb'],
  ['a sequence cut short by the end', [0x61, 0xe2, 0x82], 'a\udce2\udc82'],
  ['the replacement character itself', [0xef, 0xbf, 0xbd, 0xff], '\ufffd\udcff'],
] as const) {
  test(`a byte that is not UTF-8 stays distinct: ${name}`, () => {
    assert.equal(decodeUtf8(Uint8Array.from(bytes), 0, bytes.length), text);
  });
}
