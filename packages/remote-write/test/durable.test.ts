import assert from 'node:assert/strict';
import test from 'node:test';
import { runAppendableContract } from '@limpet/contract';
import type { DeliveredSample } from '@limpet/contract';
import { Driver, settled, VirtualClock } from '@limpet/driver';
import { silentLog, silentMetrics, succeeded } from '@limpet/model';
import fc from 'fast-check';
import { createRemoteWrite } from '../src/remote-write.ts';
import { FaultyFiles } from '../../wal/test/faulty-files.ts';
import { answer, closeBench, configOf, failure, makeBench, receiverConfig, samplesOf, ScriptedReceiver } from './bench.ts';
import type { Bench, Reaction, ReceivedRequest } from './bench.ts';
import { storageOpener } from './durable-log.ts';

runAppendableContract({
  name: 'remote write from the log on disk',
  sampleCountMax: 2_000_000,
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
      add: ({ name }: { name: string }, _: unknown, n: number) => void (name.includes('write_missed') && (missed += n)),
    };
    const driver = new Driver({ clock, onFault: assert.fail });
    const files = new FaultyFiles();
    const remoteWrite = createRemoteWrite({
      registry,
      driver,
      log: silentLog,
      metrics,
      openHttpClient: () => Promise.resolve(succeeded(receiver.open())),
      userAgent: 'Limpet/test',
      openStorage: storageOpener({ files, driver, registry, memoryBytesMax: 300_000 }),
    });
    assert.ok((await remoteWrite.apply(configOf([receiverConfig({}, { capacity: 1_000, maxSamplesPerSend: 100 })]))).ok);
    await settled();
    return {
      appendable: {
        name: remoteWrite.name,
        append: remoteWrite.append.bind(remoteWrite),
        oldestInUse: remoteWrite.oldestInUse.bind(remoteWrite),
        flush: remoteWrite.flush.bind(remoteWrite),
        close: () => remoteWrite.close(AbortSignal.abort()),
      },
      delivered: (): DeliveredSample[] =>
        receiver.stored.map(({ series, ...rest }) => ({ labels: JSON.parse(series) as Record<string, string>, ...rest })),
      stall: () => {
        receiver.react = () => 'hang';
        files.capacityBytes = 0;
      },
      missedSampleCount: () => missed,
    };
  },
});

async function started(files: FaultyFiles, overrides: Parameters<typeof receiverConfig>[0] = {}, queue = {}): Promise<Bench> {
  const bench = makeBench({}, ({ driver, registry }) => ({ openStorage: storageOpener({ files, driver, registry }) }));
  assert.ok((await bench.remoteWrite.apply(configOf([receiverConfig({ name: 'named', ...overrides }, queue)]))).ok);
  await bench.advance(0);
  return bench;
}

test('W-097 what a receiver lacks when the process is killed is delivered after the next start, in order, and nothing else is', async () => {
  const files = new FaultyFiles();
  const before = await started(files);
  before.append(samplesOf(2, 1));
  await before.advance(6_000); // delivered, and its place saved
  before.receiver.react = () => answer(500);
  for (let value = 2; value <= 9; value++) {
    before.append(samplesOf(2, value));
    await before.advance(1_000);
  }
  assert.equal(before.receiver.stored.length, 2);
  const after = await started(files.afterCrash('kill'));
  after.append(samplesOf(2, 10));
  await after.advance(10_000);
  const of = (series: string) => after.receiver.stored.filter((stored) => stored.series.includes(series)).map(({ value }) => value);
  assert.deepEqual(
    [of('s0'), of('s1')],
    [
      [2, 3, 4, 5, 6, 7, 8, 9, 10],
      [2, 3, 4, 5, 6, 7, 8, 9, 10],
    ],
  );
  await closeBench(after);
  assert.equal(after.clock.pendingCount, 0);
});

test('W-081 a stop does not wait for a receiver that is away: what it lacks stays in the log and comes after the next start', async () => {
  const files = new FaultyFiles();
  const before = await started(files);
  before.receiver.react = () => answer(503);
  before.append(samplesOf(5, 1));
  await before.advance(20_000);
  before.append(samplesOf(5, 2));
  assert.ok((await closeBench(before)) < 1_000);
  assert.equal(before.metrics.value('samples_failed_total'), 0);
  const after = await started(files);
  await after.advance(10_000);
  assert.deepEqual(
    after.receiver.stored.map(({ value }) => value),
    [1, 1, 1, 1, 1, 2, 2, 2, 2, 2],
  );
  await closeBench(after);
});

test('W-081 a stop delivers what a receiver that answers has still to get', async () => {
  const bench = await started(new FaultyFiles(), {}, { capacity: 10, maxSamplesPerSend: 10 });
  bench.receiver.react = () => answer(200, {}, 10);
  for (let value = 1; value <= 20; value++) bench.append(samplesOf(30, value));
  await closeBench(bench);
  assert.equal(bench.receiver.stored.length, 600);
});

test('W-082 a receiver with a name keeps its place when its URL or its queue changes; one that is taken away loses it', async () => {
  const files = new FaultyFiles();
  const bench = await started(files);
  bench.receiver.react = ({ request }) => (request.url.includes('old') ? answer(500) : answer(200));
  const apply = (overrides: object, queue = {}) =>
    bench.remoteWrite.apply(configOf([receiverConfig({ name: 'named', ...overrides }, queue)]));
  await apply({ url: 'http://old/', hash: 'a' });
  await bench.advance(100);
  bench.append(samplesOf(3, 1));
  await bench.advance(10_000);
  await apply({ url: 'http://new/', hash: 'b' }, { maxSamplesPerSend: 7 });
  bench.append(samplesOf(3, 2));
  await bench.advance(100_000);
  assert.deepEqual(
    bench.receiver.stored.map(({ value }) => value),
    [1, 1, 1, 2, 2, 2],
  );
  await bench.remoteWrite.apply(configOf([receiverConfig({ name: 'other' })]));
  await bench.advance(1_000);
  const cursors = [...files.contents.keys()].filter((path) => path.startsWith('cursor/'));
  assert.ok(cursors.length === 1 && cursors[0]?.startsWith('cursor/other-'), cursors.join(' '));
  await closeBench(bench);
});

test('W-096 a slow receiver neither holds back another nor loses anything: the log keeps it', async () => {
  const bench = makeBench({}, ({ driver, registry }) => ({ openStorage: storageOpener({ files: new FaultyFiles(), driver, registry }) }));
  const slow = receiverConfig({ name: 'slow', url: 'http://slow/' }, { capacity: 1, maxSamplesPerSend: 1, maxShards: 1 });
  await bench.remoteWrite.apply(configOf([slow, receiverConfig({ name: 'fast', url: 'http://fast/' })]));
  await bench.advance(0);
  let isBack = false;
  bench.receiver.react = ({ request }) => (request.url === 'http://slow/' && !isBack ? 'hang' : answer(200));
  for (let value = 1; value <= 50; value++) bench.append(samplesOf(5, value));
  await bench.advance(6_000);
  assert.equal(bench.receiver.stored.length, 250);
  isBack = true;
  await bench.advance(100_000);
  assert.equal(bench.receiver.stored.length, 500);
  await closeBench(bench);
});

const fault = fc.constantFrom<Reaction>(
  answer(500),
  answer(503, { 'retry-after': '2' }, 50),
  failure('connectionReset', 100),
  failure('connectionReset', 100, true),
  'hang',
);
const reactions = fc.array(fc.tuple(fc.oneof(fault, fc.constant<Reaction>(answer(200, {}, 20))), fc.integer({ min: 1, max: 5 })), {
  maxLength: 12,
});
const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('append' as const), series: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 60, 900, 3_000, 20_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'powerLoss' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('evaluate' as const), shards: fc.integer({ min: 1, max: 4 }) }) },
);

test('W-063 W-097 over kills, power losses, stops and faults of the receiver: everything that was safe arrives, first deliveries in order', () =>
  fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 30 }), reactions, fc.integer({ min: 1, max: 9 }), async (commands, faults, perSend) => {
      let files = new FaultyFiles();
      const queue = { maxSamplesPerSend: perSend, capacity: perSend * 2, maxShards: 5, batchSendDeadlineMs: 500 };
      const stored: { readonly series: string; readonly value: number }[] = [];
      const script = faults.flatMap(([reaction, times]) => Array.from({ length: times }, () => reaction));
      const start = async (): Promise<Bench> => {
        const bench = await started(files, { remoteTimeoutMs: 2_000 }, queue);
        bench.receiver.react = () => script.shift() ?? answer(200, {}, 5);
        return bench;
      };
      const collect = (bench: Bench): void => {
        for (const { series, value } of bench.receiver.stored) stored.push({ series, value: Number(value) });
      };
      const due: { readonly sample: string; readonly atMs: number }[] = [];
      const safe: string[] = [];
      let bench = await start();
      let value = 0;
      for (const step of commands) {
        if (step.kind === 'append') {
          const samples = Array.from({ length: step.series }, (_, n) => ({ labels: { s: String(n) }, value: ++value }));
          assert.ok(bench.append(samples));
          for (const sample of samples) due.push({ sample: `${JSON.stringify(sample.labels)} ${sample.value}`, atMs: bench.clock.mono() });
        } else if (step.kind === 'wait') await bench.advance(step.ms);
        else if (step.kind === 'evaluate') {
          const [status] = bench.remoteWrite.receivers();
          bench.driver.accept({ kind: 'command', key: 'test' }, () => status?.actor.send({ type: 'evaluated', shards: step.shards }));
        } else {
          if (step.kind === 'stop') await closeBench(bench);
          const lossMs = { stop: -1, kill: 100, powerLoss: 1_200 }[step.kind];
          const isSafe = ({ atMs }: { readonly atMs: number }): boolean => atMs <= bench.clock.mono() - lossMs;
          safe.push(...due.filter(isSafe).map(({ sample }) => sample));
          due.length = 0;
          collect(bench);
          files = step.kind === 'stop' ? files : files.afterCrash(step.kind);
          bench = await start();
        }
      }
      script.length = 0;
      await bench.advance(60_000);
      await closeBench(bench);
      collect(bench);
      assert.deepEqual(bench.faults, []);
      safe.push(...due.map(({ sample }) => sample));
      const arrived = new Set(stored.map((sample) => `${sample.series} ${sample.value}`));
      assert.deepEqual(
        safe.filter((sample) => !arrived.has(sample)),
        [],
      );
      const newest = new Map<string, number>();
      const seen = new Set<string>();
      for (const sample of stored) {
        const text = `${sample.series} ${sample.value}`;
        if (!seen.has(text)) assert.ok(sample.value > (newest.get(sample.series) ?? 0), `${text} after ${newest.get(sample.series)}`);
        seen.add(text);
        newest.set(sample.series, Math.max(sample.value, newest.get(sample.series) ?? 0));
      }
    }),
    { numRuns: 150 },
  ));

test('W-040 W-097 a receiver that refuses requests with samples it has, as prometheus does, still gets what it lacks after a kill', async () => {
  const newest = new Map<string, number>();
  /** Refuses a request whole where it holds a sample that is older than the newest of its series, or the same with another value. */
  const strict = ({ series }: ReceivedRequest): Reaction => {
    const samples = series.flatMap(({ labels, samples }) => samples.map((sample) => ({ key: JSON.stringify(labels), ...sample })));
    if (samples.some(({ key, timestampMs }) => timestampMs < (newest.get(key) ?? 0))) return answer(400);
    for (const { key, timestampMs } of samples) newest.set(key, timestampMs);
    return answer(200);
  };
  const files = new FaultyFiles();
  const before = await started(files, {}, { maxSamplesPerSend: 7 });
  before.receiver.react = strict;
  await before.advance(2_000);
  for (let value = 1; value <= 10; value++) {
    before.append(samplesOf(5, value), { timestampMs: before.clock.wall() });
    await before.advance(value === 10 ? 300 : 60);
  }
  const got = before.receiver.stored.length;
  assert.ok(got > 20 && got < 50, `${got} of 50 got there before the kill`);
  const after = await started(files.afterCrash('kill'), {}, { maxSamplesPerSend: 60 });
  after.receiver.react = strict;
  await after.advance(20_000);
  const stored = new Set([...before.receiver.stored, ...after.receiver.stored].map(({ series, value }) => `${series} ${value}`));
  assert.equal(stored.size, 50);
  await closeBench(after);
});

test('an hour without the receiver stays within the cap of the log, and drains at five times the rate of what comes in, or faster', async () => {
  const files = new FaultyFiles();
  const bytesMax = 3_000_000;
  const bench = makeBench({}, ({ driver, registry }) => ({
    openStorage: storageOpener({ files, driver, registry, bytesMax, segmentBytes: 250_000 }),
  }));
  const queue = { capacity: 1_000, maxSamplesPerSend: 100, maxShards: 20 };
  assert.ok((await bench.remoteWrite.apply(configOf([receiverConfig({}, queue)]))).ok);
  await bench.advance(0);
  bench.receiver.react = () => answer(503);
  const second = async (n: number): Promise<void> => {
    assert.ok(bench.append(samplesOf(50, Math.round(Math.sin(n) * 1_000))));
    await bench.advance(1_000);
  };
  for (let n = 0; n < 3_600; n++) await second(n);
  assert.ok(files.sizeBytes < bytesMax, `${files.sizeBytes} bytes`);
  const waiting = (): number => bench.remoteWrite.receivers()[0]?.pendingSamples ?? 0;
  assert.equal(waiting(), 180_000);
  bench.receiver.isDecoded = false;
  bench.receiver.react = () => answer(204, {}, 40);
  let seconds = 0;
  for (; waiting() > 500; seconds++) await second(3_600 + seconds);
  assert.ok(seconds < 3_600 / 5, `${seconds} s to drain`);
  assert.equal(bench.metrics.value('samples_failed_total'), 0);
  assert.deepEqual(bench.faults, []);
  await closeBench(bench);
});
