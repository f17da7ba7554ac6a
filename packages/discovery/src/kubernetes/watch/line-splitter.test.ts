import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from './line-splitter.ts';

test('C-150 lines come out whole, however the bytes were cut', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'ä', '😀', '{', '"', ' ') });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(9), { maxLength: 60 }), (lines, cuts) => {
      const bytes = new TextEncoder().encode(lines.map((text) => `${text}\n`).join(''));
      const splitter = new LineSplitter();
      const found: string[] = [];
      let at = 0;
      for (const length of [...cuts, bytes.length]) {
        found.push(...splitter.push(bytes.slice(at, at + length)));
        at += length;
      }
      assert.deepEqual(
        found,
        lines.filter((text) => text !== ''),
      );
    }),
  );
});

test('a line without end is noticed when it is too long', () => {
  const splitter = new LineSplitter(10);
  const push = (text: string): readonly string[] => splitter.push(new TextEncoder().encode(text));
  assert.deepEqual(push('0123456789'), []);
  assert.equal(splitter.isTooLong, false);
  assert.deepEqual(push('0'), []);
  assert.equal(splitter.isTooLong, true);
  assert.deepEqual(push('\nab'), ['01234567890']);
  assert.equal(splitter.isTooLong, false);
});
