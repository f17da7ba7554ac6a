import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { decodeChunk, encodeChunk } from './chunk-codec.ts';
import { decodeHistogramList, encodeHistogramList } from './histogram-list.ts';
import { encodeBlock, readBlock } from './journal-block.ts';
import { SampleColumns } from './sample-columns.ts';

interface Plain {
  readonly time: number;
  readonly value: number | 'stale';
  readonly histogram?: Uint8Array;
}

function columnsOf(samples: readonly Plain[]): SampleColumns {
  const columns = new SampleColumns();
  for (const { time, value, histogram } of samples) columns.push(time, value === 'stale' ? 0 : value, value === 'stale', histogram);
  return columns;
}

function plain({ timestamps, values, stale, histograms }: SampleColumns): Plain[] {
  return [...timestamps].map((time, index) => {
    const histogram = histograms.get(index);
    return { time, value: stale[index] === 1 ? 'stale' : (values[index] ?? 0), ...(histogram && { histogram }) };
  });
}

const value = fc.oneof(fc.double(), fc.integer(), fc.constant('stale' as const));
const samples = fc.array(fc.record({ time: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }), value }, { noNullPrototype: true }), {
  maxLength: 70,
});

test('any samples written as a chunk are read back, bits of zero, NaN and markers included', () => {
  fc.assert(fc.property(samples, (samples) => assert.deepEqual(plain(decodeChunk(encodeChunk(columnsOf(samples)))), samples)));
});

test('histograms stand behind the samples of a chunk, and a chunk without any has the layout it always had', () => {
  const time = fc.integer({ min: 0, max: 2 ** 45 });
  const histogram = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(fc.record({ time, value: fc.double(), histogram }), { maxLength: 70 }), (made) => {
      const expected = made.map(({ histogram, ...sample }) => Object.assign(sample, histogram && { histogram }));
      const chunk = encodeChunk(columnsOf(expected));
      const read = decodeChunk(chunk);
      assert.deepEqual(plain(read), expected);
      assert.equal(read.histogramBytes, expected.reduce((sum, sample) => sum + ('histogram' in sample ? sample.histogram.length : 0), 0)); // prettier-ignore
      assert.equal(chunk[0], read.histograms.size === 0 ? 1 : 2);
    }),
  );
});

test('a list of histograms that is damaged is refused', () => {
  const list = encodeHistogramList(new Map([[3, Uint8Array.of(1, 2, 3)], [200, new Uint8Array(200)]])); // prettier-ignore
  assert.equal(decodeHistogramList(list, 201).size, 2);
  assert.throws(() => decodeHistogramList(list, 200), RangeError);
  assert.throws(() => decodeHistogramList(list.subarray(0, -1), 201), RangeError);
  assert.throws(() => decodeHistogramList(Uint8Array.of(0), 1), RangeError);
});

test('a series on a steady grid takes two bytes a sample where it stands still and few where it counts', () => {
  const bytesOf = (valueOf: (n: number) => number) =>
    encodeChunk(columnsOf(Array.from({ length: 60 }, (_, n) => ({ time: 1_700_000_000_000 + n * 15_000, value: valueOf(n) })))).length;
  assert.ok(bytesOf(() => 1) <= 2 * 60 + 20, `${bytesOf(() => 1)} bytes`);
  assert.ok(bytesOf((n) => 1_000_000 + 17 * n) <= 5.5 * 60, `${bytesOf((n) => 1_000_000 + 17 * n)} bytes`);
});

test('a chunk that is cut or altered is refused or read as other samples, never anything else', () => {
  const good = encodeChunk(
    columnsOf([
      { time: 5, value: 1.5 },
      { time: 10, value: 'stale' },
      { time: 15, value: 2 },
    ]),
  );
  for (let length = 0; length < good.length; length++) assert.throws(() => decodeChunk(good.subarray(0, length)), RangeError);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        assert.ok(decodeChunk(bytes).count <= bytes.length);
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
    }),
  );
});

test('any samples of any series written as a block are read back in order', () => {
  fc.assert(
    fc.property(samples, fc.infiniteStream(fc.integer({ min: 0, max: 2 ** 32 - 1 })), (samples, ids) => {
      const seriesIds = Uint32Array.from(samples, () => ids.next().value ?? 0);
      const seen: (Plain & { id: number })[] = [];
      readBlock(encodeBlock(columnsOf(samples), seriesIds), (id, time, value, isStale) =>
        seen.push({ id, time, value: isStale ? 'stale' : value }),
      );
      assert.deepEqual(
        seen,
        samples.map((sample, index) => Object.assign({ id: seriesIds[index] }, sample)),
      );
    }),
  );
  assert.throws(() => readBlock(new Uint8Array(21), () => undefined), RangeError);
});
