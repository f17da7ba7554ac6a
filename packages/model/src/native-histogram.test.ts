import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { compactBuckets, eachBucket, reduceResolution } from './histogram-buckets.ts';
import { decodeHistogram, encodeHistogram } from './histogram-bytes.ts';
import { histogramFault } from './histogram-fault.ts';
import { histogramText } from './histogram-text.ts';
import { bucketCount } from './native-histogram.ts';
import type { BucketSide, NativeHistogram } from './native-histogram.ts';

const EMPTY: NativeHistogram = {
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 0,
  sum: 0,
  positiveSpans: [],
  positiveBuckets: [],
  negativeSpans: [],
  negativeBuckets: [],
  customValues: [],
  resetHint: 'unknown',
  isFloat: false,
};

/** Spans as pairs of offset and length. */
const spans = (...pairs: readonly (readonly [offset: number, length: number])[]) => pairs.map(([offset, length]) => ({ offset, length }));

const anySide = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.array(fc.nat(5), { maxLength: 6 })), { maxLength: 6 }).chain((runs) =>
  fc.integer({ min: -20, max: 20 }).map((first): BucketSide => ({
    spans: runs.map(([offset, counts], index) => ({ offset: index === 0 ? first : offset, length: counts.length })),
    buckets: runs.flatMap(([, counts]) => counts),
  })),
);

/** The buckets that hold something, by index. */
function filled(side: BucketSide): [index: number, count: number][] {
  const found: [number, number][] = [];
  eachBucket(side, (index, count) => void (count !== 0 && found.push([index, count])));
  return found;
}

/** A valid exponential integer histogram. */
const anyHistogram = fc
  .record({
    schema: fc.integer({ min: -4, max: 8 }),
    positive: anySide,
    negative: anySide,
    zeroCount: fc.nat(1000),
    zeroThreshold: fc.constantFrom(0, 0.001, 2.938735877055719e-39),
    sum: fc.double({ noNaN: true }),
    resetHint: fc.constantFrom('unknown', 'gauge', 'no', 'yes'),
  })
  .map(({ positive, negative, ...rest }): NativeHistogram => {
    const counts = [rest.zeroCount, ...positive.buckets, ...negative.buckets];
    return {
      ...EMPTY,
      ...rest,
      positiveSpans: positive.spans,
      positiveBuckets: positive.buckets,
      negativeSpans: negative.spans,
      negativeBuckets: negative.buckets,
      count: counts.reduce((sum, count) => sum + count, 0),
    };
  });

test('E-180 compacting merges spans, cuts empty edges and keeps short gaps as asked', () => {
  const rows: readonly (readonly [name: string, side: BucketSide, emptyCountMax: number, wanted: BucketSide])[] = [
    ['a span that does nothing', { spans: spans([0, 0]), buckets: [] }, 0, { spans: [], buckets: [] }],
    ['spans without a gap are one', { spans: spans([-2, 1], [0, 2]), buckets: [1, 2, 3] }, 0, { spans: spans([-2, 3]), buckets: [1, 2, 3] }],
    ['an empty span in between', { spans: spans([1, 1], [2, 0], [1, 1]), buckets: [1, 2] }, 0, { spans: spans([1, 1], [3, 1]), buckets: [1, 2] }],
    ['empty edges go', { spans: spans([0, 4]), buckets: [0, 1, 2, 0] }, 2, { spans: spans([1, 2]), buckets: [1, 2] }],
    ['an empty bucket inside is cut', { spans: spans([0, 3]), buckets: [1, 0, 2] }, 0, { spans: spans([0, 1], [1, 1]), buckets: [1, 2] }],
    ['two of them are kept', { spans: spans([0, 4]), buckets: [1, 0, 0, 2] }, 2, { spans: spans([0, 4]), buckets: [1, 0, 0, 2] }],
    ['three are cut', { spans: spans([0, 5]), buckets: [1, 0, 0, 0, 2] }, 2, { spans: spans([0, 1], [3, 1]), buckets: [1, 2] }],
    ['a gap of two is filled in', { spans: spans([0, 1], [2, 1]), buckets: [1, 2] }, 2, { spans: spans([0, 4]), buckets: [1, 0, 0, 2] }],
    ['nothing but empty buckets', { spans: spans([5, 2], [1, 1]), buckets: [0, 0, 0] }, 2, { spans: [], buckets: [] }],
  ]; // prettier-ignore
  for (const [name, side, emptyCountMax, wanted] of rows) assert.deepEqual(compactBuckets(side, emptyCountMax), wanted, name);
});

test('E-180 compacting keeps every bucket that holds something where it is, and a second time changes nothing', () => {
  fc.assert(
    fc.property(anySide, fc.integer({ min: 0, max: 3 }), (side, emptyCountMax) => {
      const compact = compactBuckets(side, emptyCountMax);
      assert.deepEqual(filled(compact), filled(side));
      assert.deepEqual(compactBuckets(compact, emptyCountMax), compact);
      for (const [index, { offset, length }] of compact.spans.entries()) {
        assert.ok(length > 0 && (index === 0 || offset > emptyCountMax));
      }
      if (emptyCountMax === 0) assert.ok(compact.buckets.every((count) => count !== 0));
    }),
  );
});

/** Upper bound of a bucket. */
const upperBound = (schema: number, index: number) => 2 ** (index * 2 ** -schema);

test('S-126 S-127 a coarser histogram has the same counts in buckets that cover those before', () => {
  fc.assert(
    fc.property(anyHistogram, fc.nat(12), (histogram, steps) => {
      const schema = Math.max(-4, histogram.schema - steps);
      const coarse = reduceResolution(histogram, schema);
      assert.equal(coarse.schema, schema);
      assert.ok(!coarse.positiveSpans.some(({ offset }) => Object.is(offset, -0)));
      assert.equal(histogramFault(coarse), undefined);
      assert.ok(bucketCount(coarse) <= bucketCount(histogram));
      assert.deepEqual([coarse.count, coarse.zeroCount, coarse.sum], [histogram.count, histogram.zeroCount, histogram.sum]);
      // Each fine bucket lies in the coarse one with the least bound that is not below its own.
      const expected = new Map<number, number>();
      for (const [index, count] of filled({ spans: histogram.positiveSpans, buckets: histogram.positiveBuckets })) {
        let target = Math.floor(index / 2 ** (histogram.schema - schema)) - 1;
        while (upperBound(schema, target) < upperBound(histogram.schema, index) * (1 - 1e-12)) target++;
        expected.set(target, (expected.get(target) ?? 0) + count);
      }
      assert.deepEqual(filled({ spans: coarse.positiveSpans, buckets: coarse.positiveBuckets }), [...expected]);
    }),
  );
});

test('a histogram is not made finer, and custom buckets have no schema to reduce', () => {
  assert.throws(() => reduceResolution(EMPTY, 1), RangeError);
  assert.throws(() => reduceResolution({ ...EMPTY, schema: -53 }, -60), RangeError);
});

test('E-127 a histogram is refused for what contradicts itself', () => {
  const one = { positiveSpans: spans([0, 1]), positiveBuckets: [1], count: 1 };
  const custom = { schema: -53, customValues: [1, 2], positiveSpans: spans([0, 3]), positiveBuckets: [1, 1, 1], count: 3 };
  const rows: readonly (readonly [name: string, change: Partial<NativeHistogram>, fault: RegExp | undefined])[] = [
    ['empty', {}, undefined],
    ['one bucket', one, undefined],
    ['observations that are no number', { ...one, count: 2, sum: NaN }, undefined],
    ['fewer observations than buckets hold', { ...one, count: 0, sum: NaN }, /counts 0 observations, its buckets 1/],
    ['another count', { ...one, count: 2 }, /counts 2 observations/],
    ['another count in a histogram of floats', { ...one, count: 1.5, isFloat: true }, undefined],
    ['a negative count', { count: -1, isFloat: true }, /negative count/],
    ['a negative bucket', { ...one, positiveBuckets: [-1], count: -1 }, /negative count/],
    ['a negative bucket below zero', { negativeSpans: spans([0, 1]), negativeBuckets: [-1], isFloat: true }, /negative bucket with a negative/],
    ['too few buckets', { positiveSpans: spans([0, 2]), positiveBuckets: [1], count: 1 }, /positive side: spans require 2 buckets, have 1/],
    ['too many buckets', { negativeBuckets: [1], count: 1 }, /negative side: spans require 0 buckets, have 1/],
    ['spans that overlap', { positiveSpans: spans([0, 1], [-1, 1]), positiveBuckets: [1, 1], count: 2 }, /negative offset/],
    ['a schema too fine', { schema: 9 }, /schema 9/],
    ['a schema too coarse', { schema: -5 }, /schema -5/],
    ['bounds on exponential buckets', { customValues: [1] }, /custom bounds/],
    ['custom buckets', custom, undefined],
    ['a bound that is infinite', { ...custom, customValues: [1, Infinity] }, /not finite/],
    ['a bound that is no number', { ...custom, customValues: [NaN, 1] }, /not a number/],
    ['bounds that fall', { ...custom, customValues: [2, 1] }, /do not increase/],
    ['bounds that repeat', { ...custom, customValues: [1, 1] }, /do not increase/],
    ['too few bounds', { ...custom, customValues: [1] }, /more custom buckets/],
    ['a custom span that begins before the first', { ...custom, positiveSpans: spans([-1, 3]) }, /negative offset/],
    ['custom buckets with a zero bucket', { ...custom, zeroCount: 1, count: 4 }, /zero bucket/],
    ['custom buckets below zero', { ...custom, negativeSpans: spans([0, 0]) }, /negative buckets/],
  ]; // prettier-ignore
  for (const [name, change, fault] of rows) {
    const found = histogramFault({ ...EMPTY, ...change });
    if (fault === undefined) assert.equal(found, undefined, name);
    else assert.match(found ?? '', fault, name);
  }
});

test('whatever histogram is written as bytes reads back the same', () => {
  const anyFloat = anyHistogram.map((histogram) => ({
    ...histogram,
    isFloat: true,
    count: histogram.count / 3,
    positiveBuckets: histogram.positiveBuckets.map((count) => count / 3),
  }));
  const anyCustom = anyHistogram.map((histogram) => ({ ...histogram, schema: -53, customValues: [-1.5, 0, 2] }));
  fc.assert(
    fc.property(fc.oneof(anyHistogram, anyFloat, anyCustom), (histogram) => {
      assert.deepEqual(decodeHistogram(encodeHistogram(histogram)), histogram);
    }),
  );
  const large = {
    ...EMPTY,
    sum: NaN,
    count: Number.MAX_SAFE_INTEGER,
    positiveSpans: spans([-(2 ** 31), 2]),
    positiveBuckets: [2 ** 52, 0],
  };
  assert.deepEqual(decodeHistogram(encodeHistogram(large)), large);
});

test('bytes that are no histogram are refused, cut at whatever place', () => {
  fc.assert(
    fc.property(anyHistogram, fc.nat(), (histogram, place) => {
      const bytes = encodeHistogram(histogram);
      assert.throws(() => decodeHistogram(bytes.subarray(0, place % bytes.length)), RangeError);
      assert.throws(() => decodeHistogram(Uint8Array.of(...bytes, 0)), RangeError);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeHistogram(bytes);
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
    }),
  );
});

test('a histogram is shown with the bounds of its buckets, ascending', () => {
  const exponential = {
    ...EMPTY,
    schema: -1,
    zeroCount: 2,
    zeroThreshold: 0.001,
    count: 9,
    sum: 5.5,
    positiveSpans: spans([0, 3]),
    positiveBuckets: [1, 0, 3],
    negativeSpans: spans([1, 2]),
    negativeBuckets: [1, 2],
  };
  assert.equal(histogramText(exponential), '{count:9, sum:5.5, [-16,-4):2, [-4,-1):1, [-0.001,0.001]:2, (0.25,1]:1, (4,16]:3}');
  const custom = {
    ...EMPTY,
    schema: -53,
    count: 3.5,
    sum: NaN,
    customValues: [0.1, 5],
    positiveSpans: spans([0, 3]),
    positiveBuckets: [0.5, 1, 2],
    isFloat: true,
  };
  assert.equal(histogramText(custom), '{count:3.5, sum:NaN, (-Inf,0.1]:0.5, (0.1,5]:1, (5,+Inf]:2}');
  assert.equal(histogramText(EMPTY), '{count:0, sum:0}');
});
