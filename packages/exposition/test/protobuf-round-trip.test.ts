import assert from 'node:assert/strict';
import test from 'node:test';
import { protobufBody } from '@limpet/contract';
import type { HistogramSpec } from '@limpet/contract';
import { compactHistogram, compareBytewise } from '@limpet/model';
import type { Label, NativeHistogram } from '@limpet/model';
import fc from 'fast-check';
import { canonicalFloat, parseProtobuf } from '../src/index.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const labels = fc.dictionary(
  text.filter((name) => name !== '' && name !== '__proto__' && name !== '__name__' && name !== 'le'),
  text,
  { maxKeys: 4, noNullPrototype: true },
);
const timestampMs = fc.integer({ min: -(2 ** 45), max: 2 ** 45 }).filter((time) => time !== 0);

/** One side as spans and absolute counts. */
const side = (count: fc.Arbitrary<number>) =>
  fc
    .tuple(
      fc.integer({ min: -(2 ** 31) + 1000, max: 2 ** 30 }),
      fc.array(fc.tuple(fc.nat(5), fc.array(count, { maxLength: 5 })), { maxLength: 4 }),
    )
    .map(([first, runs]) => ({
      spans: runs.map(([offset, counts], index) => [index === 0 ? first : offset, counts.length] as const),
      counts: runs.flatMap(([, counts]) => counts),
    }));

const histogram = (isFloat: boolean) => {
  const count = isFloat ? fc.double({ min: 1e-3, max: 1e9, noNaN: true }) : fc.nat(2 ** 40);
  return fc.record({
    schema: fc.integer({ min: -4, max: 8 }),
    zeroThreshold: fc.double({ min: 1e-128, max: 1, noNaN: true }),
    zeroCount: count,
    count,
    sum: fc.double({ noDefaultInfinity: false }),
    positive: side(count),
    negative: side(count),
    isGauge: fc.boolean(),
    isFloat: fc.constant(isFloat),
  });
};

const deltas = (counts: readonly number[]) => counts.map((count, index) => count - (counts[index - 1] ?? 0));

test('E-178 E-180 whatever native histogram is written as protobuf parses back the same, with its labels and time', () => {
  fc.assert(
    fc.property(fc.oneof(histogram(false), histogram(true)), labels, timestampMs, fc.boolean(), (made, names, time, isUnpacked) => {
      const { schema, zeroThreshold, zeroCount, sum, positive, negative, isFloat } = made;
      const count = isFloat ? Math.max(made.count, 1) : made.count;
      const sideSpec = ({ spans, counts }: typeof positive) => ({
        spans,
        isUnpacked,
        ...(isFloat ? { counts } : { deltas: deltas(counts) }),
      });
      const spec: HistogramSpec = {
        ...(isFloat ? { countFloat: count, zeroCountFloat: zeroCount } : { count, zeroCount }),
        schema,
        zeroThreshold,
        sum,
        positive: sideSpec(positive),
        negative: sideSpec(negative),
      };
      const type = made.isGauge ? 'gaugehistogram' : 'histogram';
      const entries = [
        ...parseProtobuf(protobufBody([{ name: 'h', type, metrics: [{ labels: names, timestampMs: time, histogram: spec }] }])),
      ];
      const [, , entry] = entries;
      assert.ok(entry?.kind === 'histogram');
      const sides = (spans: typeof positive.spans) => spans.map(([offset, length]) => ({ offset, length }));
      const wanted: NativeHistogram = {
        schema,
        zeroThreshold,
        zeroCount,
        count,
        sum,
        isFloat,
        customValues: [],
        positiveSpans: sides(positive.spans),
        positiveBuckets: positive.counts,
        negativeSpans: sides(negative.spans),
        negativeBuckets: negative.counts,
        resetHint: made.isGauge ? 'gauge' : 'unknown',
      };
      assert.deepEqual(entry.histogram, compactHistogram(wanted, 0));
      assert.equal(entry.timestampMs, time);
      const expected: Label[] = [['__name__', 'h'], ...Object.entries(names)];
      assert.deepEqual(
        entry.labels(),
        expected.toSorted(([a], [b]) => compareBytewise(a, b)),
      );
    }),
    { numRuns: 500 },
  );
});

test('E-176 whatever classic histogram is written as protobuf parses back bucket by bucket', () => {
  const bounds = fc.uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 6, comparator: 'SameValueZero' });
  fc.assert(
    fc.property(bounds, fc.array(fc.nat(1000), { minLength: 7, maxLength: 7 }), fc.double(), (uppers, counts, sum) => {
      const buckets = uppers.map((upperBound, index) => ({ upperBound, count: counts[index] ?? 0 }));
      const body = protobufBody([{ name: 'h', type: 'histogram', metrics: [{ histogram: { count: 1000, sum, buckets } }] }]);
      const samples = [...parseProtobuf(body)].filter((entry) => entry.kind === 'sample');
      assert.deepEqual(
        samples.map((entry) => entry.labels().map(([, value]) => value)),
        [['h_count'], ['h_sum'], ...uppers.map((bound) => ['h_bucket', canonicalFloat(bound)]), ['h_bucket', '+Inf']],
      );
      assert.deepEqual(
        samples.map(({ value }) => value),
        [1000, sum, ...buckets.map(({ count }) => count), 1000],
      );
    }),
    { numRuns: 300 },
  );
});
