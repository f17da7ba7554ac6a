import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { decodeLabels, encodeLabels, labelSpans } from './label-bytes.ts';
import { compareBytewise, labelsEqual, labelsFrom, labelsText, labelValue, publicLabels } from './labels.ts';
import type { Label } from './labels.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((value) => value.isWellFormed());
const pairs = fc.array(
  fc.tuple(text, text).map((pair): Label => pair),
  { maxLength: 8 },
);
const encoder = new TextEncoder();

test('labels are ordered by the bytes of their names, also above U+D7FF', () => {
  assert.ok(compareBytewise('\u{1f600}', '\uffee') > 0, 'four bytes F0 come after three bytes EF');
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(compareBytewise(a, b)), Buffer.compare(encoder.encode(a), encoder.encode(b)));
    }),
  );
});

test('a label set is sorted, has no name twice and no empty value', () => {
  const labels = labelsFrom([
    ['b', '1'],
    ['a', ''],
    ['c', 'x'],
    ['c', 'y'],
    ['A', '2'],
  ]);
  assert.deepEqual(labels, [
    ['A', '2'],
    ['b', '1'],
    ['c', 'y'],
  ]);
  assert.equal(labelValue(labels, 'c'), 'y');
  assert.equal(labelValue(labels, 'missing'), '');
});

test('reserved labels never become public, and the text form quotes values', () => {
  const labels = labelsFrom([
    ['__name__', 'up'],
    ['__address__', 'h:1'],
    ['job', 'a"b\\c\n'],
  ]);
  assert.deepEqual(publicLabels(labels), [['job', 'a"b\\c\n']]);
  assert.equal(
    labelsText(
      labelsFrom([
        ['__name__', 'up'],
        ['job', 'a"b'],
      ]),
    ),
    'up{job="a\\"b"}',
  );
});

test('any label set survives its canonical bytes, and equal sets are equal bytes', () => {
  fc.assert(
    fc.property(pairs, pairs, (left, right) => {
      const [a, b] = [labelsFrom(left), labelsFrom(right)];
      assert.deepEqual(decodeLabels(encodeLabels(a)), a);
      assert.equal(Buffer.compare(encodeLabels(a), encodeLabels(b)) === 0, labelsEqual(a, b));
    }),
  );
});

test('long names and values use longer lengths', () => {
  for (const length of [127, 128, 16_383, 16_384, 70_000]) {
    const labels = labelsFrom([['n'.repeat(length), 'ü'.repeat(length)]]);
    assert.deepEqual(decodeLabels(encodeLabels(labels)), labels);
    const [span] = labelSpans(encodeLabels(labels));
    assert.equal(span?.name.length, length);
    assert.equal(span?.value.length, 2 * length);
  }
});

test('bytes that no label set has are refused', () => {
  for (const bytes of [[5, 97], [0x80], [1, 97, 200], [1, 0xff, 1, 98]]) {
    assert.throws(() => decodeLabels(Uint8Array.from(bytes)), String(bytes));
  }
});
