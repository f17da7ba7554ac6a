import assert from 'node:assert/strict';
import test from 'node:test';
import { BATCH_TIMESTAMP_MS, batchOf } from '@limpet/contract';
import type { SampleSpec } from '@limpet/contract';
import { copyBatch, labelsFrom, SeriesRegistry, silentMetrics } from '@limpet/model';
import type { Labels, NativeHistogram } from '@limpet/model';
import fc from 'fast-check';
import { MessageInForce } from '../send/message-in-force.ts';
import { wireLabelsOf } from '../series/series-on-wire.ts';
import { WireSeriesCache } from '../series/wire-series-cache.ts';
import { BatchLog } from './batch-log.ts';
import { Feeder } from './feeder.ts';
import { QueueCounters } from './queue-counters.ts';
import { ITEM, ShardRing } from './shard-ring.ts';

const LABELS = new Uint8Array([1]);

test('a ring behaves as a queue of bounded length, however it is filled and emptied', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -400, max: 400 }), { maxLength: 30 }), (steps) => {
      const ring = new ShardRing(700);
      const model: number[] = [];
      let next = 0;
      for (const step of steps) {
        for (let count = Math.min(step, ring.room); count > 0; count--) {
          ring.push(ITEM.sample, next, LABELS, next * 2, next * 3);
          model.push(next++);
        }
        const dropped = Math.min(-step, ring.count);
        if (dropped > 0) {
          ring.drop(dropped);
          model.splice(0, dropped);
        }
        assert.equal(ring.count, model.length);
        assert.equal(ring.room, 700 - model.length);
        const seen = model.map((_, index) => ring.at(index));
        assert.deepEqual(
          seen.map(({ ref, timestampMs, value }) => [ref, timestampMs / 2, value / 3]),
          model.map((n) => [n, n, n]),
        );
      }
      assert.throws(() => ring.at(ring.count), RangeError);
    }),
    { numRuns: 50 },
  );
});

test('the log takes any one batch, then up to its limit, and forgets what was read', () => {
  const registry = new SeriesRegistry();
  const log = new BatchLog(10);
  const batch = (count: number) =>
    copyBatch(
      batchOf(
        registry,
        Array.from({ length: count }, () => ({ labels: { a: 'b' }, value: 1 })),
      ),
    );
  assert.ok(log.hasRoomFor(1_000));
  log.append({ batch: batch(6), sequence: 4, position: 0 });
  assert.ok(log.hasRoomFor(4));
  assert.ok(!log.hasRoomFor(5));
  log.append({ batch: batch(4), sequence: 5, position: 0 });
  assert.deepEqual([log.samples, log.oldestSequence], [10, 4]);
  log.dropFirst();
  assert.deepEqual([log.samples, log.oldestSequence], [4, 5]);
  log.dropFirst();
  assert.deepEqual([log.samples, log.oldestSequence, log.isEmpty], [0, undefined, true]);
});

interface BenchOptions {
  readonly externalLabels?: Labels;
  readonly rules?: (labels: Labels) => Labels | undefined;
  readonly sendExemplars?: boolean;
  readonly sendNativeHistograms?: boolean;
  readonly oldestMs?: number;
}

function bench(options: BenchOptions = {}) {
  const registry = new SeriesRegistry();
  const log = new BatchLog(1_000_000);
  const dropped: Record<string, number> = {};
  const metrics = {
    ...silentMetrics,
    add: (definition: { name: string }, labels: readonly string[], n: number) =>
      (dropped[`${definition.name} ${labels[2] ?? ''}`.trim()] = (dropped[`${definition.name} ${labels[2] ?? ''}`.trim()] ?? 0) + n),
  };
  const cache = new WireSeriesCache({
    registry,
    externalLabels: options.externalLabels ?? [],
    rules: options.rules ?? ((labels) => labels),
  });
  let droppedCount = 0;
  const feeder = new Feeder({
    cache,
    log,
    counters: new QueueCounters(metrics, { name: 'r', url: 'u' }),
    sendExemplars: options.sendExemplars ?? false,
    sendNativeHistograms: options.sendNativeHistograms ?? false,
    message: new MessageInForce({ protobufMessage: 'prometheus.WriteRequest' }),
    oldestMs: () => options.oldestMs ?? -Infinity,
    onDropped: (count) => (droppedCount += count),
  });
  let sequence = 0;
  const take = (samples: readonly SampleSpec[]) => {
    const batch = batchOf(registry, samples);
    const position = feeder.take(batch, ++sequence);
    if (position < batch.count) log.append({ batch: copyBatch(batch), sequence, position });
  };
  return { registry, log, cache, feeder, take, dropped, droppedCount: () => droppedCount };
}

function valuesOf(ring: ShardRing): number[] {
  return Array.from({ length: ring.count }, (_, index) => ring.at(index).value);
}

test('W-063 a series always goes to the ring of its ref modulo the shards', () => {
  const { feeder, take } = bench();
  const rings = [new ShardRing(100), new ShardRing(100), new ShardRing(100)];
  feeder.resume(rings, []);
  for (let round = 0; round < 3; round++) take(Array.from({ length: 6 }, (_, n) => ({ labels: { n: String(n) }, value: n + 10 * round })));
  assert.deepEqual(rings.map(valuesOf), [
    [2, 5, 12, 15, 22, 25],
    [0, 3, 10, 13, 20, 23],
    [1, 4, 11, 14, 21, 24],
  ]);
});

test('W-061 a full ring stalls the reader at that sample, and it goes on there', () => {
  const { feeder, take, log, dropped } = bench();
  const ring = new ShardRing(3);
  feeder.resume([ring], []);
  take([1, 2, 3, 4, 5].map((value) => ({ labels: { a: 'b' }, value })));
  take([{ labels: { a: 'b' }, value: 6 }]);
  assert.deepEqual(valuesOf(ring), [1, 2, 3]);
  assert.equal(log.oldestSequence, 1);
  ring.drop(2);
  feeder.pump();
  assert.deepEqual(valuesOf(ring), [3, 4, 5]);
  ring.drop(3);
  feeder.pump();
  assert.deepEqual(valuesOf(ring), [6]);
  assert.ok(feeder.isDrained);
  assert.equal(dropped['prometheus_remote_storage_enqueue_retries_total'], 1);
});

test('W-063 what replaced shards left goes first, each series in its order', () => {
  const { feeder, take } = bench();
  const old = [new ShardRing(50), new ShardRing(50)];
  feeder.resume(old, []);
  for (let round = 0; round < 3; round++) take(Array.from({ length: 4 }, (_, n) => ({ labels: { n: String(n) }, value: n + 10 * round })));
  feeder.pause();
  take(Array.from({ length: 4 }, (_, n) => ({ labels: { n: String(n) }, value: n + 30 })));
  const small = new ShardRing(5);
  feeder.resume([small], old);
  const seen: number[] = [];
  while (small.count > 0) {
    seen.push(...valuesOf(small));
    small.drop(small.count);
    feeder.pump();
  }
  for (let n = 0; n < 4; n++)
    assert.deepEqual(
      seen.filter((value) => value % 10 === n),
      [n, n + 10, n + 20, n + 30],
    );
  assert.equal(seen.length, 16);
});

test('W-064 external labels are added where absent, the series wins, and the rules come after', () => {
  const seen: Labels[] = [];
  const rules = (labels: Labels) => {
    seen.push(labels);
    return labels.filter(([name]) => name !== 'drop_me');
  };
  const { feeder, take } = bench({
    externalLabels: labelsFrom([
      ['cluster', 'x'],
      ['job', 'ext'],
      ['empty', ''],
    ]),
    rules,
  });
  const ring = new ShardRing(10);
  feeder.resume([ring], []);
  take([{ labels: { __name__: 'up', job: 'own', drop_me: '1' }, value: 1 }]);
  assert.deepEqual(seen, [
    labelsFrom([
      ['__name__', 'up'],
      ['cluster', 'x'],
      ['drop_me', '1'],
      ['job', 'own'],
    ]),
  ]);
  const wire = new TextDecoder().decode(wireLabelsOf(ring.at(0).labels));
  assert.ok(wire.includes('cluster') && wire.includes('own') && !wire.includes('ext') && !wire.includes('drop_me'));
});

test('W-064 the labels of a series are worked out once, and again only after the registry forgot it', () => {
  let calls = 0;
  const { feeder, take } = bench({ rules: (labels) => (calls++, labels) });
  feeder.resume([new ShardRing(100)], []);
  for (let round = 0; round < 5; round++)
    take([
      { labels: { a: '1' }, value: round },
      { labels: { a: '2' }, value: round },
    ]);
  assert.equal(calls, 2);
});

test('W-064 W-113 dropped series and unknown ones are counted by reason', () => {
  const { feeder, take, registry, dropped, droppedCount } = bench({ rules: () => undefined });
  feeder.resume([new ShardRing(100)], []);
  take([
    { labels: { a: '1' }, value: 1 },
    { labels: { a: '1' }, value: 2 },
  ]);
  const batch = batchOf(registry, [{ labels: { a: '1' }, value: 1 }]);
  batch.series[0] = 4_711;
  feeder.take(batch, 9);
  assert.equal(dropped['prometheus_remote_storage_samples_dropped_total dropped_series'], 2);
  assert.equal(dropped['prometheus_remote_storage_samples_dropped_total unintentionally_dropped_series'], 1);
  assert.equal(droppedCount(), 3);
});

test('a cache of series stays near the size of the registry', () => {
  const { registry, cache } = bench();
  for (let round = 0; round < 10; round++) {
    const batch = batchOf(
      registry,
      Array.from({ length: 500 }, (_, n) => ({ labels: { n: `${round}/${n}` }, value: 1 })),
    );
    registry.nextSequence();
    for (const ref of batch.series.subarray(0, batch.count)) {
      cache.labelsOf(ref);
      registry.release(ref);
    }
    registry.nextSequence();
    registry.reclaim(Number.MAX_SAFE_INTEGER);
    cache.sweep();
  }
  assert.ok(cache.size <= 2 * registry.size + 1024 + 500, `${cache.size} entries`);
});

test('W-065 samples older than the limit are dropped on the way in', () => {
  const { feeder, take, dropped } = bench({ oldestMs: BATCH_TIMESTAMP_MS });
  const ring = new ShardRing(10);
  feeder.resume([ring], []);
  take([
    { labels: { a: '1' }, value: 1, timestampMs: BATCH_TIMESTAMP_MS - 1 },
    { labels: { a: '1' }, value: 2 },
  ]);
  assert.deepEqual(valuesOf(ring), [2]);
  assert.equal(dropped['prometheus_remote_storage_samples_dropped_total too_old'], 1);
});

const HISTOGRAM: NativeHistogram = {
  schema: 3,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 1,
  sum: 1,
  positiveSpans: [],
  positiveBuckets: [],
  negativeSpans: [],
  negativeBuckets: [],
  customValues: [],
  resetHint: 'unknown',
  isFloat: false,
};
const SPECIAL: readonly SampleSpec[] = [
  { labels: { h: '1' }, histogram: HISTOGRAM },
  { labels: { h: '2' }, histogram: { ...HISTOGRAM, schema: -53 } },
  { labels: { h: '3' }, histogram: HISTOGRAM, value: 'stale' },
  {
    labels: { c: '1' },
    value: 5,
    exemplars: [
      { labels: [], value: 1, timestampMs: 7 },
      { labels: [], value: 2, timestampMs: undefined },
    ],
  },
];

test('W-066 exemplars and native histograms are sent only where asked for; W-057 both are off by default', () => {
  const { feeder, take, dropped } = bench();
  const ring = new ShardRing(10);
  feeder.resume([ring], []);
  take(SPECIAL);
  assert.deepEqual([ring.at(0).kind, ring.at(1).kind, ring.count], [ITEM.stale, ITEM.sample, 2]);
  assert.equal(dropped['prometheus_remote_storage_histograms_dropped_total native_histograms_not_sent'], 2);
});

test('W-013 W-030 custom buckets are dropped by name, the stale marker of a histogram series is a float', () => {
  const { feeder, take, dropped } = bench({ sendExemplars: true, sendNativeHistograms: true });
  const ring = new ShardRing(10);
  feeder.resume([ring], []);
  take(SPECIAL);
  const items = Array.from({ length: ring.count }, (_, index) => ring.at(index));
  assert.deepEqual(
    items.map(({ kind }) => kind),
    [ITEM.histogram, ITEM.stale, ITEM.sample, ITEM.exemplar, ITEM.exemplar],
  );
  assert.deepEqual(
    items.slice(3).map(({ timestampMs }) => timestampMs),
    [7, BATCH_TIMESTAMP_MS],
  );
  assert.equal(dropped['prometheus_remote_storage_histograms_dropped_total nhcb_in_rw1_not_supported'], 1);
});
