import assert from 'node:assert/strict';
import test from 'node:test';
import { batchOf } from '@limpet/contract';
import type { SampleSpec } from '@limpet/contract';
import { copyBatch, SeriesRegistry } from '@limpet/model';
import type { NativeHistogram, ScrapeBatch } from '@limpet/model';
import fc from 'fast-check';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { decodeFrame, encodeFrame, RECORD } from './record-frame.ts';
import { ScrapeDecoder } from './scrape-decoder.ts';
import { ScrapeEncoder } from './scrape-encoder.ts';
import { decodeHeader, encodeHeader } from './segment-header.ts';
import { readValues, writeValues } from './value-column.ts';

const double = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 50, -(2 ** 50), 2 ** 53, 0.1, 1e300),
);

test('a column of values comes back bit by bit, record after record', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(double, { minLength: 5, maxLength: 5 }), { maxLength: 12 }),
      fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      (rows, bare) => {
        const ids = Uint32Array.of(3, 0, 1, 4, 2);
        const flags = Uint8Array.from(bare, (isBare) => (isBare ? 1 : 0));
        const column = (values: Float64Array, previous: Float64Array) => ({ count: 5, values, ids, previous, flags });
        const writer = new ByteWriter();
        const written = new Float64Array(5);
        for (const row of rows) writeValues(writer, column(Float64Array.from(row), written));
        const reader = new ByteReader();
        reader.open(writer.written.slice());
        const read = new Float64Array(5);
        for (const row of rows) {
          const values = new Float64Array(5);
          readValues(reader, column(values, read));
          assert.deepEqual(
            [...values],
            row.map((value, index) => (bare[index] === true ? 0 : value)),
          );
        }
        assert.equal(reader.left, 0);
      },
    ),
    { numRuns: 500 },
  );
});

test('numbers come back: varints of any size below 2^53, zigzag below 2^52, doubles, texts', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat()), fc.array(fc.integer()), fc.string({ unit: 'binary' }), (naturals, integers, text) => {
      const writer = new ByteWriter();
      for (const value of naturals) writer.uvarint(value);
      for (const value of integers) writer.varint(value * 1_000);
      writer.text(text);
      const reader = new ByteReader();
      reader.open(writer.written);
      assert.deepEqual(
        [naturals.map(() => reader.uvarint()), integers.map(() => reader.varint() / 1_000), reader.text()],
        [naturals, integers, text],
      );
      assert.throws(() => reader.byte(), RangeError);
    }),
  );
});

test('a header with any one bit flipped, or with one of its copies cut short, is read all the same', () => {
  const header = { index: 7, firstSequence: 2 ** 40 + 3, samplesBefore: 12, createdMs: 1_700_000_000_123.5 };
  const bytes = encodeHeader(header);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.deepEqual(decodeHeader(damaged), header, `bit ${bit}`);
  }
  for (let size = 0; size <= bytes.length; size++) assert.deepEqual(decodeHeader(bytes.subarray(0, size)), size < 40 ? undefined : header);
});

test('a record with any one bit flipped or any byte missing is no record', () => {
  const facts = { kind: RECORD.scrape, base: 100, sequence: 300, sampleCount: 5 };
  const bytes = encodeFrame(facts, Uint8Array.of(1, 2, 3)) ?? new Uint8Array();
  const whole = decodeFrame(bytes, 0, 100);
  assert.ok(whole.state === 'whole' && whole.frame.sequence === 300 && whole.frame.sampleCount === 5 && whole.frame.size === bytes.length);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.notEqual(decodeFrame(damaged, 0, 100).state, 'whole', `bit ${bit}`);
  }
  for (let size = 0; size < bytes.length; size++) assert.equal(decodeFrame(bytes.subarray(0, size), 0, 100).state, 'short');
});

const HISTOGRAM: NativeHistogram = {
  schema: -4,
  zeroThreshold: 1e-128,
  zeroCount: 2,
  count: 12,
  sum: -3.5,
  resetHint: 'gauge',
  isFloat: false,
  positiveSpans: [
    { offset: -3, length: 2 },
    { offset: 5, length: 1 },
  ],
  positiveBuckets: [4, 2, 3],
  negativeSpans: [{ offset: 0, length: 1 }],
  negativeBuckets: [1],
  customValues: [],
};
const FLOAT: NativeHistogram = {
  ...HISTOGRAM,
  schema: -53,
  positiveBuckets: [0.5, 1.5, 0.25],
  customValues: [0.1, 1, 10],
  isFloat: true,
  resetHint: 'no',
};

const sample = fc.record({
  series: fc.integer({ min: 0, max: 8 }),
  value: fc.oneof(double, fc.constant('stale' as const)),
  timestampMs: fc.option(fc.integer({ min: -5, max: 2_000_000_000 }), { nil: undefined, freq: 9 }),
  histogram: fc.option(fc.constantFrom(HISTOGRAM, FLOAT), { nil: undefined, freq: 6 }),
  exemplars: fc.option(
    fc.array(
      fc.record(
        {
          labels: fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 2 }),
          value: fc.double({ noNaN: true }),
          timestampMs: fc.option(fc.nat(), { nil: undefined }),
        },
        { noNullPrototype: true },
      ),
      { minLength: 1, maxLength: 2 },
    ),
    { nil: undefined, freq: 6 },
  ),
  isReport: fc.boolean(),
});
const scrape = fc.record({
  target: fc.integer({ min: 0, max: 2 }),
  tick: fc.integer({ min: 0, max: 1e9 }),
  epoch: fc.nat(3),
  timestampMs: fc.integer({ min: 0, max: 2e12 }),
  samples: fc.array(sample, { maxLength: 8 }),
});

function specOf({
  series,
  value,
  ...rest
}: { readonly series: number; readonly value: number | 'stale' } & Pick<SampleSpec, never>): SampleSpec {
  const optional = Object.fromEntries(Object.entries(rest).filter(([, field]) => field !== undefined));
  return { labels: { __name__: `metric_${series}`, path: '/κ'.repeat(series * 20), zone: 'a' }, value, ...optional };
}

/** Every other batch says since when its first sample counts and what its family is. */
function withFeatures(batch: ScrapeBatch, index: number): ScrapeBatch {
  if (index % 2 === 0 || batch.count === 0) return batch;
  const metadata = { family: `f${index % 3}`, type: 'counter', help: 'Things.', unit: index % 3 === 0 ? 'seconds' : '' } as const;
  return { ...batch, startTimestamps: new Map([[0, batch.timestampMs - 5_000]]), metadata: new Map([[0, metadata]]) };
}

function comparable(batch: ScrapeBatch, registry: SeriesRegistry): unknown {
  const { series, values, flags, ...rest } = copyBatch(batch);
  const texts = [...series].map((ref) => Buffer.from(registry.labelBytes(ref)).toString('hex'));
  return { ...rest, texts, values: [...values].map((value, index) => (((flags[index] ?? 0) & 5) === 0 ? value : 0)), flags: [...flags] };
}

test('whatever is scraped comes back as it was, from any checkpoint on', () => {
  fc.assert(
    fc.property(fc.array(scrape, { maxLength: 20 }), fc.nat(19), (scrapes, checkpoint) => {
      const registry = new SeriesRegistry();
      const encoder = new ScrapeEncoder((ref) => registry.labelBytes(ref));
      const decoder = new ScrapeDecoder((labels) => registry.acquire(labels));
      const records = scrapes.map(({ target, samples, ...spec }, index) => {
        if (index === checkpoint) encoder.reset();
        const plain = batchOf(registry, samples.map(specOf), { ...spec, job: `job ${target % 2}`, targetId: `target ${target}` });
        const batch = withFeatures(plain, index);
        const writer = new ByteWriter();
        encoder.encode(writer, batch);
        return { batch, bytes: writer.written.slice() };
      });
      for (const start of [0, checkpoint]) {
        decoder.reset();
        for (const [index, { batch, bytes }] of records.entries()) {
          if (index < start) continue;
          if (index === checkpoint) decoder.reset();
          assert.deepEqual(comparable(decoder.decode(bytes, { sampleCount: batch.count }), registry), comparable(batch, registry));
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('bytes that no encoder wrote are refused with a RangeError, never taken and never too much', () => {
  const registry = new SeriesRegistry();
  const encoder = new ScrapeEncoder((ref) => registry.labelBytes(ref));
  const writer = new ByteWriter();
  encoder.encode(writer, batchOf(registry, [specOf({ series: 1, value: 3 }), specOf({ series: 2, value: 0.5 })], { tick: 9 }));
  const bytes = writer.written.slice();
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.integer({ min: 0, max: 1e9 }), (at, byte, sampleCount) => {
      const damaged = bytes.slice();
      damaged[at] = byte;
      const decoder = new ScrapeDecoder(() => 1);
      try {
        decoder.decode(damaged, { sampleCount: sampleCount % 3 === 0 ? sampleCount : 2 });
      } catch (error) {
        assert.ok(error instanceof RangeError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});
