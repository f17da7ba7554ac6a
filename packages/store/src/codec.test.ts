import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { decodeChunk, encodeChunk } from './chunk-codec.ts';
import { encodeBlock, readBlock } from './journal-block.ts';
import { SampleColumns } from './sample-columns.ts';

interface Plain {
  readonly time: number;
  readonly value: number | 'stale';
}

function columnsOf(samples: readonly Plain[]): SampleColumns {
  const columns = new SampleColumns();
  for (const { time, value } of samples) columns.push(time, value === 'stale' ? 0 : value, value === 'stale');
  return columns;
}

function plain({ timestamps, values, stale }: SampleColumns): Plain[] {
  return [...timestamps].map((time, index) => ({ time, value: stale[index] === 1 ? 'stale' : (values[index] ?? 0) }));
}

const value = fc.oneof(fc.double(), fc.integer(), fc.constant('stale' as const));
const samples = fc.array(fc.record({ time: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }), value }, { noNullPrototype: true }), {
  maxLength: 70,
});

test('any samples written as a chunk are read back, bits of zero, NaN and markers included', () => {
  fc.assert(fc.property(samples, (samples) => assert.deepEqual(plain(decodeChunk(encodeChunk(columnsOf(samples)))), samples)));
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
