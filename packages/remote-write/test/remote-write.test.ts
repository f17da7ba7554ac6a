import assert from 'node:assert/strict';
import test from 'node:test';
import { runAppendableContract } from '@limpet/contract';
import type { DeliveredSample } from '@limpet/contract';
import { Driver, settled, VirtualClock } from '@limpet/driver';
import { failed, silentLog, silentMetrics, succeeded } from '@limpet/model';
import { createRemoteWrite } from '../src/remote-write.ts';
import { answer, closeBench, configOf, failure, makeBench, receiverConfig, samplesOf, ScriptedReceiver } from './bench.ts';

runAppendableContract({
  name: 'remote write',
  sampleCountMax: 20_000,
  async make(registry) {
    const clock = new VirtualClock();
    const receiver = new ScriptedReceiver(clock);
    receiver.react = () => {
      setImmediate(() => clock.advance(1));
      return answer(200);
    };
    let missed = 0;
    const metrics = {
      ...silentMetrics,
      add: ({ name }: { name: string }, _: unknown, n: number) => void (name.includes('missed') && (missed += n)),
    };
    const remoteWrite = createRemoteWrite({
      registry,
      driver: new Driver({ clock, onFault: assert.fail }),
      log: silentLog,
      metrics,
      openHttpClient: () => Promise.resolve(succeeded(receiver.open())),
      userAgent: 'Limpet/test',
      logSamplesMax: 5_000,
    });
    const applied = await remoteWrite.apply(configOf([receiverConfig({}, { capacity: 1_000, maxSamplesPerSend: 100 })]));
    assert.ok(applied.ok);
    await settled();
    const appendable = { ...bound(remoteWrite), close: () => remoteWrite.close(AbortSignal.abort()) };
    return {
      appendable,
      delivered: (): DeliveredSample[] =>
        receiver.stored.map(({ series, ...rest }) => ({ labels: JSON.parse(series) as Record<string, string>, ...rest })),
      stall: () => (receiver.react = () => 'hang'),
      missedSampleCount: () => missed,
    };
  },
});

function bound(remoteWrite: ReturnType<typeof createRemoteWrite>) {
  return {
    name: remoteWrite.name,
    append: remoteWrite.append.bind(remoteWrite),
    oldestInUse: remoteWrite.oldestInUse.bind(remoteWrite),
    flush: remoteWrite.flush.bind(remoteWrite),
  };
}

async function startedBench(queue = {}, overrides = {}, options = {}) {
  const bench = makeBench(options);
  const applied = await bench.remoteWrite.apply(configOf([receiverConfig(overrides, queue)]));
  assert.ok(applied.ok);
  await bench.advance(0);
  return bench;
}

test('W-001 W-002 a request is a POST of a snappy block with the headers of the protocol', async () => {
  const bench = await startedBench({}, { headers: { 'X-Scope-OrgID': 'tenant' } });
  bench.append(samplesOf(3, 7));
  await bench.advance(5_000);
  const [received] = bench.receiver.requests;
  assert.equal(received?.request.method, 'POST');
  assert.equal(received?.request.url, 'http://receiver.test/api/v1/write');
  assert.equal(received?.request.headers['content-encoding'], 'snappy');
  assert.equal(received?.request.headers['user-agent'], 'Limpet/test');
  assert.equal(received?.request.headers['x-scope-orgid'], 'tenant');
  assert.deepEqual(
    received?.series.map(({ labels }) => labels['__name__']),
    ['s0', 's1', 's2'],
  );
  await closeBench(bench);
});

test('W-053 W-062 a full batch goes at once, a partial one with the deadline after the last send', async () => {
  const bench = await startedBench({ maxSamplesPerSend: 10, batchSendDeadlineMs: 5_000 });
  bench.append(samplesOf(25, 1));
  await bench.advance(0);
  assert.deepEqual(
    bench.receiver.requests.map(({ series }) => series.length),
    [10, 10],
  );
  await bench.advance(4_999);
  assert.equal(bench.receiver.requests.length, 2);
  await bench.advance(1);
  assert.deepEqual(
    bench.receiver.requests.map(({ series }) => series.length),
    [10, 10, 5],
  );
  assert.equal(bench.metrics.value('samples_total'), 25);
  assert.equal(bench.metrics.value('samples_pending'), 0);
  await closeBench(bench);
});

test('W-062 one request is in flight per shard', async () => {
  const bench = await startedBench({ maxSamplesPerSend: 5, minShards: 3, maxShards: 3 });
  bench.receiver.react = () => answer(200, {}, 100);
  for (let round = 0; round < 10; round++) bench.append(samplesOf(30, round));
  await bench.advance(50);
  assert.equal(bench.receiver.inFlight, 3);
  await bench.advance(60_000);
  assert.equal(bench.receiver.inFlightMax, 3);
  assert.equal(bench.receiver.stored.length, 300);
  await closeBench(bench);
});

test('W-004 an attempt that is not answered in time is cut off and made again', async () => {
  const bench = await startedBench({}, { remoteTimeoutMs: 1_000 });
  bench.receiver.react = (_, number) => (number === 1 ? 'hang' : answer(200));
  bench.append(samplesOf(1, 1));
  await bench.advance(5_000);
  await bench.advance(999);
  assert.equal(bench.receiver.abortedCount, 0);
  await bench.advance(31);
  assert.equal(bench.receiver.abortedCount, 1);
  assert.deepEqual(
    bench.receiver.requests.map(({ atMs }) => atMs),
    [5_000, 6_030],
  );
  assert.equal(bench.metrics.value('samples_retried_total'), 1);
  await closeBench(bench);
});

test('W-002 W-041 W-042 a failing receiver gets the same batch again and again, later and later, with its number', async () => {
  const bench = await startedBench({ minBackoffMs: 100, maxBackoffMs: 1_000 });
  bench.receiver.react = (_, number) => (number <= 6 ? (number % 2 === 0 ? failure('connectionRefused') : answer(500)) : answer(200));
  bench.append(samplesOf(2, 1));
  await bench.advance(60_000);
  const { requests } = bench.receiver;
  assert.deepEqual(
    requests.map(({ atMs }) => atMs - 5_000),
    [0, 100, 300, 700, 1_500, 2_500, 3_500],
  );
  assert.deepEqual(
    requests.map(({ request }) => request.headers['retry-attempt']),
    [undefined, '1', '2', '3', '4', '5', '6'],
  );
  assert.ok(requests.every(({ request }) => request.body === requests[0]?.request.body));
  assert.equal(bench.metrics.value('samples_total'), 14);
  assert.equal(bench.metrics.value('samples_retried_total'), 12);
  assert.equal(bench.metrics.value('bytes_total'), requests[0]?.request.body?.length);
  await closeBench(bench);
});

test('W-043 a receiver that says when is asked again then', async () => {
  const bench = await startedBench();
  bench.receiver.react = (_, number) => (number === 1 ? answer(503, { 'retry-after': '42' }) : answer(200));
  bench.append(samplesOf(1, 1));
  await bench.advance(60_000);
  assert.deepEqual(
    bench.receiver.requests.map(({ atMs }) => atMs),
    [5_000, 47_000],
  );
  await closeBench(bench);
});

test('W-040 W-111 a batch that is refused for good is dropped, counted and logged, and the next one goes', async () => {
  const bench = await startedBench({ maxSamplesPerSend: 2 });
  bench.receiver.react = (_, number) => (number === 1 ? answer(400) : answer(200));
  bench.append(samplesOf(4, 1));
  await bench.advance(0);
  assert.equal(bench.metrics.value('samples_failed_total'), 2);
  assert.equal(bench.receiver.stored.length, 2);
  const logged = bench.logged.find(({ message }) => message === 'non-recoverable error');
  assert.equal(logged?.fields?.['error'], 'server returned HTTP status 400: the receiver says no');
  await closeBench(bench);
});

test('W-056 429 drops the batch unless retry_on_http_429 is set', async () => {
  for (const [retryOnHttp429, stored, failedCount] of [
    [false, 0, 1],
    [true, 1, 0],
  ] as const) {
    const bench = await startedBench({ retryOnHttp429 });
    bench.receiver.react = (_, number) => (number === 1 ? answer(429) : answer(200));
    bench.append(samplesOf(1, 1));
    await bench.advance(10_000);
    assert.equal(bench.receiver.stored.length, stored);
    assert.equal(bench.metrics.value('samples_failed_total'), failedCount);
    await closeBench(bench);
  }
});

test('W-046 what a receiver says it did not write counts as failed and is not sent again', async () => {
  const bench = await startedBench();
  bench.receiver.react = () => answer(200, { 'x-prometheus-remote-write-samples-written': '3' });
  bench.append(samplesOf(5, 1));
  await bench.advance(60_000);
  assert.equal(bench.receiver.requests.length, 1);
  assert.equal(bench.metrics.value('samples_failed_total'), 2);
  assert.ok(bench.logged.some(({ level, message }) => level === 'error' && message.includes('less than was sent')));
  await closeBench(bench);
});

test('W-065 a batch that has become too old while it waited is made anew, and ends the retries when nothing is left', async () => {
  const bench = await startedBench({ sampleAgeLimitMs: 20_000, minBackoffMs: 10_000, maxBackoffMs: 10_000 });
  bench.receiver.react = () => answer(500);
  bench.append(samplesOf(1, 1));
  await bench.advance(3_000);
  bench.append(samplesOf(2, 2));
  await bench.advance(30_000);
  assert.deepEqual(
    bench.receiver.requests.map(({ series }) => series.length),
    [3, 3],
  );
  assert.equal(bench.metrics.value('samples_dropped_total', 'too_old'), 3);
  assert.equal(bench.metrics.value('samples_pending'), 0);
  assert.equal(await closeBench(bench), 0);
});

test('W-065 only the items that are too old leave the batch', async () => {
  const bench = await startedBench({ sampleAgeLimitMs: 20_000, minBackoffMs: 9_000, maxBackoffMs: 9_000 });
  bench.receiver.react = () => answer(500);
  bench.append(samplesOf(1, 1));
  await bench.advance(4_500);
  bench.append(samplesOf(2, 2));
  await bench.advance(19_000);
  assert.deepEqual(
    bench.receiver.requests.map(({ series }) => series.length),
    [3, 3, 2],
  );
  assert.equal(bench.metrics.value('samples_dropped_total', 'too_old'), 1);
  await closeBench(bench);
});

test('W-060 a stalled receiver fills its shard, then the log, then batches are refused and counted', async () => {
  const bench = await startedBench({ maxSamplesPerSend: 10, capacity: 30 }, {}, { logSamplesMax: 100 });
  bench.receiver.react = () => 'hang';
  let taken = 0;
  while (bench.append(samplesOf(10, taken))) taken++;
  assert.equal(taken, 5 + 10); // in flight and a partial one, three full ones, and the log
  assert.equal(bench.metrics.values.get('limpet_remote_write_missed_samples_total full'), 10);
  assert.equal(bench.metrics.value('samples_pending'), 50);
  await closeBench(bench);
});

test('a batch larger than every queue is still delivered', async () => {
  const bench = await startedBench({ maxSamplesPerSend: 10, capacity: 10 }, {}, { logSamplesMax: 50 });
  assert.ok(bench.append(samplesOf(1_000, 1)));
  await bench.advance(10_000);
  assert.equal(bench.receiver.stored.length, 1_000);
  assert.equal(bench.remoteWrite.oldestInUse(), undefined);
  await closeBench(bench);
});

test('a flush delivers partial batches without waiting for the deadline', async () => {
  const bench = await startedBench({ minShards: 4 });
  bench.append(samplesOf(50, 1));
  let isFlushed = false;
  void bench.remoteWrite.flush(new AbortController().signal).then(() => (isFlushed = true));
  await bench.advance(0);
  assert.ok(isFlushed);
  assert.equal(bench.receiver.stored.length, 50);
  await closeBench(bench);
});

test('W-081 a stop delivers what was taken and ends; nothing stays open', async () => {
  const bench = await startedBench({ minShards: 3, maxSamplesPerSend: 7 });
  bench.receiver.react = () => answer(200, {}, 10);
  bench.append(samplesOf(100, 1));
  const tookMs = await closeBench(bench);
  assert.equal(bench.receiver.stored.length, 100);
  assert.ok(tookMs < 1_000, `${tookMs} ms`);
  assert.deepEqual([bench.receiver.openConnections.size, bench.receiver.closedClients.size, bench.clock.pendingCount], [0, 1, 0]);
});

test('W-081 I8 a stop ends with its deadline although the receiver hangs; what is left counts as failed and is logged', async () => {
  const bench = await startedBench({ maxSamplesPerSend: 10, capacity: 20 }, {}, { flushDeadlineMs: 7_000 });
  bench.receiver.react = () => 'hang';
  for (let round = 0; round < 10; round++) bench.append(samplesOf(10, round));
  assert.equal(await closeBench(bench), 7_000);
  assert.equal(bench.metrics.value('samples_failed_total'), 100);
  assert.ok(bench.logged.some(({ message }) => message === 'Failed to flush all samples on shutdown'));
  assert.deepEqual([bench.receiver.inFlight, bench.receiver.openConnections.size, bench.clock.pendingCount], [0, 0, 0]);
});

test('W-081 a close whose signal fires ends at once', async () => {
  const bench = await startedBench();
  bench.receiver.react = () => 'hang';
  bench.append(samplesOf(1, 1));
  const controller = new AbortController();
  const closed = bench.remoteWrite.close(controller.signal);
  await bench.advance(100);
  controller.abort();
  await closed;
  assert.equal(bench.clock.pendingCount, 0);
});

test('a receiver whose client does not open refuses the configuration, and the one before stays in force', async () => {
  const bench = await startedBench();
  const refusing = makeBench({ openHttpClient: () => Promise.resolve(failed(new Error('no such certificate'))) });
  const refused = await refusing.remoteWrite.apply(configOf([receiverConfig({ name: 'bad' })]));
  assert.equal(refused.ok ? '' : refused.error.code, 'LIMPET_REMOTE_WRITE_CLIENT');
  assert.match(refused.ok ? '' : refused.error.message, /bad.*no such certificate/);
  assert.deepEqual(refusing.remoteWrite.receivers(), []);
  await closeBench(bench);
});

test('W-084 without receivers batches are taken and go nowhere', async () => {
  const bench = makeBench();
  assert.ok((await bench.remoteWrite.apply(configOf([]))).ok);
  assert.ok(bench.append(samplesOf(5, 1)));
  assert.equal(bench.remoteWrite.oldestInUse(), undefined);
  await closeBench(bench);
});
