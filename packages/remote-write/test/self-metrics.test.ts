import assert from 'node:assert/strict';
import test from 'node:test';
import { batchOf } from '@limpet/contract';
import { STALE_NAN_BITS } from '@limpet/model';
import type { NativeHistogram } from '@limpet/model';
import { FaultyFiles } from '../../wal/test/faulty-files.ts';
import { QUEUE_METRICS } from '../src/metrics.ts';
import { answer, closeBench, configOf, makeBench, receiverConfig, samplesOf } from './bench.ts';
import type { Bench } from './bench.ts';
import { storageOpener } from './durable-log.ts';

async function started(overrides: Parameters<typeof receiverConfig>[0] = {}, queue = {}): Promise<Bench> {
  const bench = makeBench();
  assert.ok((await bench.remoteWrite.apply(configOf([receiverConfig(overrides, queue)]))).ok);
  await bench.advance(0);
  return bench;
}

const HISTOGRAM: NativeHistogram = {
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 0,
  count: 1,
  sum: 1,
  positiveSpans: [{ offset: 0, length: 1 }],
  positiveBuckets: [1],
  negativeSpans: [],
  negativeBuckets: [],
  customValues: [],
  resetHint: 'unknown',
  isFloat: false,
};

test('W-110 W-112 W-117 each kind is counted with each attempt, as retried where it is made again, and as pending until it is decided', async () => {
  const bench = await started({ sendExemplars: true, sendNativeHistograms: true });
  const reactions = [answer(500, {}, 1_000), answer(500, {}, 1_000), answer(204, {}, 1_000)];
  bench.receiver.react = () => reactions.shift() ?? answer(204);
  const exemplars = [{ labels: [['t', '1']], value: 1, timestampMs: 5 }] as const;
  bench.remoteWrite.append(
    batchOf(bench.registry, [
      { labels: { __name__: 'a' }, value: 1, exemplars },
      { labels: { __name__: 'b' }, value: 2 },
      { labels: { __name__: 'h' }, histogram: HISTOGRAM },
    ]),
    bench.registry.nextSequence(),
  );
  const counts = (suffix: string): number[] =>
    ['samples', 'exemplars', 'histograms'].map((kind) => bench.metrics.value(`${kind}${suffix}`));
  await bench.advance(5_500);
  assert.deepEqual(
    [counts('_total'), counts('_pending')],
    [
      [2, 1, 1],
      [2, 1, 1],
    ],
  );
  await bench.advance(10_000);
  assert.deepEqual(
    [counts('_total'), counts('_retried_total'), counts('_pending')],
    [
      [6, 3, 3],
      [4, 2, 2],
      [0, 0, 0],
    ],
  );
  await closeBench(bench);
});

test('W-115 W-119 each request is timed, and its bytes count once however often it is made', async () => {
  const bench = await started();
  const reactions = [answer(500), answer(204)];
  bench.receiver.react = () => reactions.shift() ?? answer(204);
  bench.append(samplesOf(3, 1));
  await bench.advance(6_000);
  assert.equal(bench.receiver.requests.length, 2);
  assert.equal(bench.metrics.value('sent_batch_duration_seconds'), 2);
  assert.equal(bench.metrics.value('bytes_total'), bench.receiver.requests[0]?.request.body?.length);
  assert.deepEqual(QUEUE_METRICS.sentBatchDuration.buckets, [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300]);
  await closeBench(bench);
});

test('W-114 the times that samples had to wait for a full shard are counted', async () => {
  const bench = await started({}, { capacity: 5, maxSamplesPerSend: 5 });
  bench.receiver.react = () => answer(200, {}, 10);
  bench.append(samplesOf(60, 1));
  await bench.advance(1_000);
  assert.ok(bench.metrics.value('enqueue_retries_total') > 0);
  await closeBench(bench);
});

test('W-075 the delay that shards are chosen by is that of the newest sample sent behind the newest one received', async () => {
  const bench = await started({}, { maxSamplesPerSend: 10, capacity: 10, maxShards: 40 });
  bench.receiver.react = () => answer(200, {}, 900);
  for (let second = 0; second < 60; second++) {
    bench.append(samplesOf(30, second));
    await bench.advance(1_000);
  }
  const desired = bench.metrics.value('shards_desired');
  const behind = bench.metrics.value('queue_highest_timestamp_seconds') - bench.metrics.value('queue_highest_sent_timestamp_seconds');
  assert.ok(desired > 2.7 || behind < 10, `${desired} shards wanted, ${behind} s behind`); // 30/s at 0.09 s each, and the backlog on top
  assert.ok(desired > 2.7);
  await closeBench(bench);
});

test('W-032 a stale marker goes through the log and the queue as a flag and arrives with its bits', async () => {
  const bench = makeBench({}, ({ driver, registry }) => ({ openStorage: storageOpener({ files: new FaultyFiles(), driver, registry }) }));
  await bench.remoteWrite.apply(configOf([receiverConfig()]));
  await bench.advance(0);
  bench.append([{ labels: { __name__: 'a' }, value: 'stale' }]);
  await bench.advance(5_000);
  assert.equal(bench.receiver.requests[0]?.series[0]?.samples[0]?.bits, STALE_NAN_BITS);
  await closeBench(bench);
});

test('W-098 a receiver is woken by what is logged, in the same moment and without looking again and again', async () => {
  const bench = makeBench({}, ({ driver, registry }) => ({ openStorage: storageOpener({ files: new FaultyFiles(), driver, registry }) }));
  await bench.remoteWrite.apply(configOf([receiverConfig({}, { maxSamplesPerSend: 2 })]));
  await bench.advance(3_000);
  bench.append(samplesOf(2, 1));
  await bench.advance(0);
  assert.equal(bench.receiver.stored.length, 2);
  await closeBench(bench);
});
