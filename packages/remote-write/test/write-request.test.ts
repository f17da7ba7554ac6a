import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsFrom, NORMAL_NAN_BITS, STALE_NAN_BITS } from '@limpet/model';
import type { NativeHistogram } from '@limpet/model';
import fc from 'fast-check';
import { encodeBatch } from '../src/send/batch.ts';
import { ITEM, ShardRing } from '../src/queue/shard-ring.ts';
import { encodeWireLabels, writeExemplar, writeNativeHistogram, writeSample } from '../src/wire/write-request.ts';
import { WireWriter } from '../src/wire/wire-writer.ts';
import { decodeBody, decodeWriteRequest } from './decode-write-request.ts';

const UP = encodeWireLabels(
  labelsFrom([
    ['__name__', 'up'],
    ['job', 'a'],
  ]),
);

function sampleBytes(value: number, timestampMs: number, isStale = false): Uint8Array {
  const writer = new WireWriter();
  writeSample(writer, UP, { value, timestampMs, isStale });
  return writer.written;
}

test('the bytes of a series with one sample are these', () => {
  const labels = '0a0e 0a085f5f6e616d655f5f 12027570 0a08 0a036a6f62 120161';
  const sample = '1210 09 000000000000f03f 10 80d095ffbc31';
  assert.equal(Buffer.from(sampleBytes(1, 1_700_000_000_000)).toString('hex'), `0a2c${labels}${sample}`.replaceAll(' ', ''));
});

test('zero scalars are left out of the bytes, and negative zero is not zero', () => {
  assert.equal(Buffer.from(sampleBytes(0, 0)).toString('hex').slice(-4), '1200');
  assert.ok(Object.is(decodeWriteRequest(sampleBytes(-0, 1))[0]?.samples[0]?.value, -0));
});

test('W-030 a stale marker has the bits 0x7ff0000000000002', () => {
  assert.equal(decodeWriteRequest(sampleBytes(5, 1, true))[0]?.samples[0]?.bits, STALE_NAN_BITS);
});

test('W-031 any other NaN is sent as 0x7ff8000000000001', () => {
  assert.equal(decodeWriteRequest(sampleBytes(NaN, 1))[0]?.samples[0]?.bits, NORMAL_NAN_BITS);
});

test('a timestamp before the epoch is ten bytes of two’s complement', () => {
  for (const timestampMs of [-1, -128, -(2 ** 31), -(2 ** 32), -(2 ** 40) - 7, Number.MIN_SAFE_INTEGER]) {
    assert.equal(decodeWriteRequest(sampleBytes(1, timestampMs))[0]?.samples[0]?.timestampMs, timestampMs);
  }
});

const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const labelSet = fc.dictionary(
  text.filter((name) => name !== '' && name !== '__proto__'),
  text.filter((value) => value !== ''),
  { maxKeys: 6 },
);
const value = fc.oneof(fc.double(), fc.constant('stale' as const));
const timestamp = fc.integer({ min: -(2 ** 45), max: 2 ** 45 });

test('W-001 W-011 W-012 whatever is encoded decodes to the same series, one item each, labels sorted by name', () => {
  const items = fc.array(fc.record({ labels: labelSet, value, timestamp }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(items, (items) => {
      const ring = new ShardRing(items.length);
      for (const item of items) {
        const labels = encodeWireLabels(labelsFrom(Object.entries(item.labels)));
        const isStale = item.value === 'stale';
        ring.push(isStale ? ITEM.stale : ITEM.sample, 1, labels, item.timestamp, item.value === 'stale' ? 0 : item.value);
      }
      const { body, sent } = encodeBatch(ring, { itemCount: ring.count, oldestMs: -Infinity, isV2: false });
      const decoded = decodeBody(body ?? new Uint8Array());
      assert.equal(sent.samples, items.length);
      decoded.forEach((series, index) => {
        const item = items[index];
        assert.deepEqual(
          series.names,
          labelsFrom(Object.entries(item?.labels ?? {})).map(([name]) => name),
        );
        assert.deepEqual({ ...series.labels }, { ...item?.labels });
        assert.deepEqual(
          series.samples.map((sample) => [sample.value, sample.timestampMs]),
          [[item?.value, item?.timestamp]],
        );
      });
      assert.equal(decoded.length, items.length);
    }),
    { numRuns: 200 },
  );
});

test('labels of every length get the right length prefix', () => {
  for (const length of [0, 1, 117, 118, 119, 125, 126, 127, 128, 16_373, 16_384, 300_000]) {
    const writer = new WireWriter();
    const long = 'x'.repeat(length + 1);
    writeSample(writer, encodeWireLabels([['a', long]]), { value: 1, timestampMs: 1, isStale: false });
    assert.equal(decodeWriteRequest(writer.written)[0]?.labels['a'], long);
  }
});

test('an exemplar is a series of its own with its labels, value and time', () => {
  const writer = new WireWriter();
  writeExemplar(writer, UP, { labels: [['trace_id', 'abc']], value: 0.5, timestampMs: undefined }, 77);
  const [series] = decodeWriteRequest(writer.written);
  assert.deepEqual(series?.labels, { __name__: 'up', job: 'a' });
  assert.deepEqual(series?.exemplars, [{ labels: { trace_id: 'abc' }, value: 0.5, timestampMs: 77 }]);
  assert.deepEqual(series?.samples, []);
});

const HISTOGRAM: NativeHistogram = {
  schema: -4,
  zeroThreshold: 0.001,
  zeroCount: 0,
  count: 0,
  sum: 12.5,
  positiveSpans: [
    { offset: -3, length: 2 },
    { offset: 1, length: 1 },
  ],
  positiveBuckets: [4, 1, 7],
  negativeSpans: [],
  negativeBuckets: [],
  customValues: [],
  resetHint: 'gauge',
  isFloat: false,
};

test('W-010 an integer histogram carries deltas, and its counts are written even when they are zero', () => {
  const writer = new WireWriter();
  writeNativeHistogram(writer, UP, HISTOGRAM, 1000);
  const [histogram] = decodeWriteRequest(writer.written)[0]?.histograms ?? [];
  assert.deepEqual(histogram?.fields, [1, 3, 4, 5, 6, 11, 11, 12, 14, 15]);
  assert.deepEqual(histogram?.numbers, { 1: 0, 3: 12.5, 4: -4, 5: 0.001, 6: 0, 14: 3, 15: 1000 });
  assert.deepEqual(histogram?.spans, { 11: HISTOGRAM.positiveSpans });
  assert.deepEqual(histogram?.packed, { 12: [4, -3, 6] });
});

test('W-010 a float histogram carries counts as doubles', () => {
  const writer = new WireWriter();
  const negative = { negativeSpans: [{ offset: 0, length: 2 }], negativeBuckets: [0.5, 0.25] };
  writeNativeHistogram(writer, UP, { ...HISTOGRAM, ...negative, isFloat: true, resetHint: 'unknown' }, 1000);
  const [histogram] = decodeWriteRequest(writer.written)[0]?.histograms ?? [];
  assert.deepEqual(histogram?.fields, [2, 3, 4, 5, 7, 8, 10, 11, 11, 13, 15]);
  assert.deepEqual(histogram?.packed, { 10: [0.5, 0.25], 13: [4, 1, 7] });
});

const runs = fc.array(fc.tuple(fc.nat(100), fc.array(fc.nat(2 ** 40), { minLength: 1, maxLength: 5 })), { maxLength: 4 });
const anyHistogram = fc
  .record({
    schema: fc.integer({ min: -4, max: 8 }),
    zeroThreshold: fc.double({ min: 0, max: 1, noNaN: true }),
    zeroCount: fc.nat(),
    count: fc.nat(2 ** 50),
    sum: fc.double({ noNaN: true }),
    positive: runs,
    negative: runs,
    resetHint: fc.constantFrom('unknown', 'yes', 'no', 'gauge'),
    isFloat: fc.boolean(),
  })
  .map(({ positive, negative, isFloat, ...rest }): NativeHistogram => {
    const buckets = (side: typeof positive) => side.flatMap(([, counts]) => counts.map((count) => (isFloat ? count / 8 : count)));
    const spans = (side: typeof positive) =>
      side.map(([offset, counts], index) => ({ offset: index === 0 ? offset - 50 : offset, length: counts.length }));
    return {
      ...rest,
      isFloat,
      customValues: [],
      positiveSpans: spans(positive),
      positiveBuckets: buckets(positive),
      negativeSpans: spans(negative),
      negativeBuckets: buckets(negative),
    };
  });

test('W-010 W-011 whatever native histogram is encoded decodes to the same counts, spans and time', () => {
  const hints = ['unknown', 'yes', 'no', 'gauge'];
  fc.assert(
    fc.property(anyHistogram, timestamp, (made, timestampMs) => {
      const writer = new WireWriter();
      writeNativeHistogram(writer, UP, made, timestampMs);
      const [series] = decodeWriteRequest(writer.written);
      assert.deepEqual([series?.histograms.length, series?.samples.length, series?.exemplars.length], [1, 0, 0]);
      const { numbers = {}, spans = {}, packed = {} } = series?.histograms[0] ?? {};
      let before = 0;
      const summed = (deltas: readonly number[] = []) => deltas.map((delta, index) => (before = (index === 0 ? 0 : before) + delta));
      const { isFloat } = made;
      assert.deepEqual(
        {
          schema: numbers[4] ?? 0,
          zeroThreshold: numbers[5] ?? 0,
          zeroCount: numbers[isFloat ? 7 : 6],
          count: numbers[isFloat ? 2 : 1],
          sum: numbers[3] ?? 0,
          positiveSpans: spans[11] ?? [],
          positiveBuckets: isFloat ? (packed[13] ?? []) : summed(packed[12]),
          negativeSpans: spans[8] ?? [],
          negativeBuckets: isFloat ? (packed[10] ?? []) : summed(packed[9]),
          resetHint: hints[numbers[14] ?? 0],
          isFloat,
          customValues: [],
        },
        made,
      );
      assert.equal(numbers[15] ?? 0, timestampMs);
    }),
    { numRuns: 300 },
  );
});

test('W-033 a batch of which nothing is left has no body', () => {
  const ring = new ShardRing(2);
  ring.push(ITEM.sample, 1, UP, 10, 1);
  const encoded = encodeBatch(ring, { itemCount: 1, oldestMs: 11, isV2: false });
  assert.equal(encoded.body, undefined);
  assert.deepEqual(encoded.tooOld, { samples: 1, histograms: 0, exemplars: 0 });
});
