import assert from 'node:assert/strict';
import test from 'node:test';
import { answer, closeBench, configOf, makeBench, receiverConfig, samplesOf } from './bench.ts';
import type { Bench } from './bench.ts';

async function busyBench(queue = {}, options = {}): Promise<Bench> {
  const bench = makeBench(options);
  await bench.remoteWrite.apply(
    configOf([receiverConfig({}, { maxSamplesPerSend: 10, capacity: 20, maxShards: 8, batchSendDeadlineMs: 1_000, ...queue })]),
  );
  await bench.advance(0);
  return bench;
}

/** Offers `perSecond` series once a second. Returns the rounds taken. */
async function offer(
  bench: Bench,
  { seconds, perSecond, from = 0 }: { seconds: number; perSecond: number; from?: number },
): Promise<number> {
  for (let round = 0; round < seconds; round++) {
    assert.ok(bench.append(samplesOf(perSecond, from + round)));
    await bench.advance(1_000);
  }
  return from + seconds;
}

function assertOrderPerSeries(bench: Bench): void {
  const last = new Map<string, number>();
  for (const { series, value } of bench.receiver.stored) {
    assert.ok(Number(value) > (last.get(series) ?? -1), `${series}: ${value} after ${last.get(series)}`);
    last.set(series, Number(value));
  }
}

test('W-063 W-076 a queue that falls behind gets more shards, the order of each series kept, and later fewer again', async () => {
  const bench = await busyBench();
  bench.receiver.react = () => answer(200, {}, 400);
  const rounds = await offer(bench, { seconds: 60, perSecond: 50 });
  assert.ok(bench.metrics.value('shards') > 1, `${bench.metrics.value('shards')} shards`);
  assert.ok(bench.metrics.value('shards') <= 8);
  assert.ok(bench.metrics.value('shards_desired') > 1);
  bench.receiver.react = () => answer(200);
  await offer(bench, { seconds: 90, perSecond: 50, from: rounds });
  assert.equal(bench.metrics.value('shards'), 1);
  await bench.advance(5_000);
  assert.equal(bench.receiver.stored.length, 150 * 50);
  assertOrderPerSeries(bench);
  await closeBench(bench);
  assert.deepEqual(bench.faults, []);
});

test('W-079 a reshard that meets a dead receiver hands what the old shards hold to the new ones', async () => {
  const bench = await busyBench({}, { flushDeadlineMs: 5_000 });
  bench.receiver.react = () => answer(200, {}, 400);
  let reshardedAtMs = 0;
  const { actor } = bench.remoteWrite.receivers()[0] ?? assert.fail();
  const states: string[] = [];
  actor.subscribe(({ value }) => {
    if (states.at(-1) !== JSON.stringify(value)) states.push(JSON.stringify(value));
    if (value !== 'resharding' || reshardedAtMs > 0) return;
    reshardedAtMs = bench.clock.mono();
    bench.receiver.react = () => 'hang';
  });
  const offered = await offer(bench, { seconds: 22, perSecond: 50 });
  assert.ok(reshardedAtMs > 0);
  await bench.advance(6_000);
  assert.deepEqual(states.slice(0, 3), ['"running"', '"resharding"', '"running"']);
  assert.ok(bench.receiver.abortedCount > 0);
  bench.receiver.react = () => answer(200, {}, 1);
  await bench.advance(60_000);
  const seen = new Set(bench.receiver.stored.map(({ series, value }) => `${series} ${value}`));
  assert.equal(seen.size, offered * 50);
  assert.equal(bench.metrics.value('samples_failed_total'), 0);
  await closeBench(bench);
});

test('a stop during resharding still delivers everything', async () => {
  const bench = await busyBench();
  bench.receiver.react = () => answer(200, {}, 400);
  const { actor } = bench.remoteWrite.receivers()[0] ?? assert.fail();
  let offered = 0;
  for (; actor.getSnapshot().value !== 'resharding' && offered < 60; offered++) {
    bench.append(samplesOf(50, offered));
    await bench.advance(1_000);
  }
  assert.equal(actor.getSnapshot().value, 'resharding');
  bench.append(samplesOf(50, offered++));
  await closeBench(bench);
  assert.equal(bench.receiver.stored.length, offered * 50);
  assertOrderPerSeries(bench);
  assert.deepEqual([bench.clock.pendingCount, bench.receiver.openConnections.size], [0, 0]);
});

test('W-118 the gauges of a queue say how it is set up', async () => {
  const bench = await busyBench({ minShards: 2 });
  const names = ['shard_capacity', 'shards', 'shards_max', 'shards_min', 'max_samples_per_send'];
  assert.deepEqual(
    names.map((name) => bench.metrics.value(name)),
    [20, 2, 8, 2, 10],
  );
  await closeBench(bench);
});

test('W-116 the highest timestamps received and sent are known, and a drop counts as sent', async () => {
  const bench = await busyBench();
  bench.receiver.react = () => answer(400);
  bench.append(samplesOf(1, 1));
  const seconds = Math.floor(bench.clock.wall()) / 1000;
  assert.equal(bench.metrics.value('queue_highest_timestamp_seconds'), seconds);
  assert.equal(bench.metrics.value('queue_highest_sent_timestamp_seconds'), 0);
  await bench.advance(1_000);
  assert.equal(bench.metrics.value('queue_highest_sent_timestamp_seconds'), seconds);
  await closeBench(bench);
});

test('W-120 what comes in is counted once, whatever the receivers do', async () => {
  const bench = makeBench();
  await bench.remoteWrite.apply(configOf([receiverConfig({ name: 'a' }), receiverConfig({ name: 'b' })]));
  bench.append(samplesOf(7, 1));
  assert.equal(bench.metrics.value('samples_in_total'), 7);
  assert.equal(bench.metrics.value('highest_timestamp_in_seconds'), Math.floor(bench.clock.wall()) / 1000);
  await closeBench(bench);
});
