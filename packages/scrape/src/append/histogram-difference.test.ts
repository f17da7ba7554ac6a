import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { NativeHistogram } from '@limpet/model';
import { hasBegunAgain, histogramSince, zeroHistogram } from './histogram-difference.ts';
import { StartSynthesis } from './start-synthesis.ts';

function histogram(changes: Partial<NativeHistogram> = {}): NativeHistogram {
  return {
    schema: 0,
    zeroThreshold: 0.001,
    zeroCount: 1,
    count: 6,
    sum: 20,
    positiveSpans: [
      { offset: 0, length: 2 },
      { offset: 1, length: 1 },
    ],
    positiveBuckets: [1, 1, 2],
    negativeSpans: [{ offset: 1, length: 1 }],
    negativeBuckets: [1],
    customValues: [],
    resetHint: 'unknown',
    isFloat: false,
    ...changes,
  };
}

const before = histogram();
const resets: readonly (readonly [why: string, now: NativeHistogram, expected: boolean])[] = [
  ['nothing changed', histogram(), false],
  ['everything grew', histogram({ count: 16, zeroCount: 3, positiveBuckets: [3, 4, 5], negativeBuckets: [1] }), false],
  ['the count fell', histogram({ count: 5 }), true],
  ['the zero bucket fell', histogram({ count: 7, zeroCount: 0, positiveBuckets: [2, 2, 2] }), true],
  ['a positive bucket fell', histogram({ count: 9, positiveBuckets: [0, 4, 3] }), true],
  ['a negative bucket vanished', histogram({ count: 9, positiveBuckets: [2, 3, 3], negativeSpans: [], negativeBuckets: [] }), true],
  ['the resolution rose', histogram({ schema: 1, count: 60 }), true],
  [
    'the resolution fell, and the wider buckets hold all that was counted',
    histogram({ schema: -1, count: 6, positiveSpans: [{ offset: 0, length: 3 }], positiveBuckets: [1, 1, 2] }),
    false,
  ],
  ['the zero bucket narrowed', histogram({ zeroThreshold: 0.0001 }), true],
  [
    'the zero bucket took whole buckets',
    histogram({
      zeroThreshold: 1,
      zeroCount: 2,
      positiveSpans: [
        { offset: 1, length: 1 },
        { offset: 1, length: 1 },
      ],
      positiveBuckets: [1, 2],
    }),
    false,
  ],
  ['the zero bucket ends inside a bucket that has counts', histogram({ zeroThreshold: 1.5, zeroCount: 9 }), true],
  ['it says so', histogram({ resetHint: 'yes' }), true],
  ['it says that it has not, whatever the counts', histogram({ resetHint: 'no', count: 0 }), false],
  ['the limits of custom buckets changed', histogram({ schema: -53, customValues: [1, 3] }), true],
];

for (const [why, now, expected] of resets) {
  test(`S-162 a histogram has ${expected ? '' : 'not '}begun again: ${why}`, () => {
    const earlier = now.schema === -53 ? histogram({ schema: -53, customValues: [1, 2] }) : before;
    assert.equal(hasBegunAgain(now, earlier), expected);
  });
}

test('S-162 a histogram counts from its zero, bucket by bucket, and empty buckets go', () => {
  const now = histogram({ count: 9, sum: 30, zeroCount: 2, positiveBuckets: [1, 2, 2], negativeBuckets: [2] });
  const since = histogramSince(now, before);
  assert.deepEqual(
    [since.count, since.sum, since.zeroCount, since.positiveSpans, since.positiveBuckets, since.negativeSpans, since.negativeBuckets],
    [3, 10, 1, [{ offset: 1, length: 1 }], [1], [{ offset: 1, length: 1 }], [1]],
  );
});

const counts = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 12 });

test('S-162 what a histogram counts since a zero and the zero add up, whatever its buckets', () => {
  fc.assert(
    fc.property(counts, counts, fc.integer({ min: -3, max: 3 }), (first, more, offset) => {
      const length = Math.max(first.length, more.length);
      const at = (list: readonly number[], index: number): number => list[index] ?? 0;
      const of = (buckets: readonly number[]): NativeHistogram =>
        histogram({
          zeroCount: 0,
          count: buckets.reduce((sum, count) => sum + count, 0),
          positiveSpans: [{ offset, length }],
          positiveBuckets: buckets,
          negativeSpans: [],
          negativeBuckets: [],
        });
      const zero = of(Array.from({ length }, (_, index) => at(first, index)));
      const now = of(Array.from({ length }, (_, index) => at(first, index) + at(more, index)));
      assert.equal(hasBegunAgain(now, zero), false);
      const since = histogramSince(now, zero);
      const filled = Array.from({ length }, (_, index) => at(more, index));
      assert.deepEqual(
        since.positiveBuckets,
        filled.filter((count) => count > 0),
      );
      const indices: number[] = [];
      for (const span of since.positiveSpans) {
        const from = (indices.at(-1) ?? -1) + 1 + span.offset;
        for (let bucket = 0; bucket < span.length; bucket++) indices.push(from + bucket);
      }
      assert.deepEqual(
        indices,
        filled.flatMap((count, index) => (count > 0 ? [index + offset] : [])),
      );
    }),
  );
});

test('S-161 the zero of a histogram has its schema, zero threshold and custom limits, counts nothing and says that it begins', () => {
  const zero = zeroHistogram(histogram({ schema: -53, customValues: [1, 2], zeroThreshold: 0, isFloat: true }));
  assert.deepEqual([zero.schema, zero.customValues, zero.zeroThreshold, zero.isFloat], [-53, [1, 2], 0, true]);
  assert.deepEqual([zero.count, zero.sum, zero.zeroCount, zero.positiveBuckets, zero.resetHint], [0, 0, 0, [], 'yes']);
});

test('S-162 a histogram series starts like a counter: its first is kept back, a fall begins it again', () => {
  const synthesis = new StartSynthesis();
  assert.equal(synthesis.next(before, 1000), undefined);
  const second = synthesis.next(histogram({ count: 8, positiveBuckets: [3, 1, 2] }), 2000);
  assert.deepEqual([second?.startTimestampMs, second?.value.count, second?.value.positiveBuckets], [1000, 2, [2]]);
  const fallen = histogram({ count: 1, zeroCount: 1, positiveSpans: [], positiveBuckets: [], negativeSpans: [], negativeBuckets: [] });
  assert.deepEqual(synthesis.next(fallen, 3000), { value: fallen, startTimestampMs: 2999 });
  assert.equal(synthesis.next(before, 4000)?.value.count, 6);
});
