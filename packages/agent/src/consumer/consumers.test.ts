import assert from 'node:assert/strict';
import test from 'node:test';
import { batchOf, runAppendableContract } from '@limpet/contract';
import { settled } from '@limpet/driver';
import type { AppendableSubject, DeliveredSample } from '@limpet/contract';
import { labelsObject, SeriesRegistry, silentLog, silentMetrics } from '@limpet/model';
import type { Appendable, AppendVerdict, ScrapeBatch } from '@limpet/model';
import { BatchStream } from './batch-stream.ts';
import { FanOut } from './fan-out.ts';
import type { RefusedBatch } from './fan-out.ts';
import { MemoryConsumer } from './memory-consumer.ts';
import type { PlainSample } from './memory-consumer.ts';

const delivered = (samples: readonly PlainSample[]): DeliveredSample[] =>
  samples.map(({ labels, timestampMs, value, histogram }) => ({
    labels: labelsObject(labels),
    timestampMs,
    value,
    ...(histogram && { histogram }),
  }));

runAppendableContract({
  name: 'memory',
  keepsHistograms: true,
  make: (registry) => {
    const consumer = new MemoryConsumer({ registry, batchCountMax: 100 });
    return { appendable: consumer, delivered: () => delivered(consumer.samples()) };
  },
});

/** A reader that takes and acknowledges batches until it is stalled. */
function readBy(stream: BatchStream): AppendableSubject {
  const taken: DeliveredSample[] = [];
  let isStalled = false;
  const reading = (async () => {
    for await (const delivery of stream) {
      if (isStalled) return;
      taken.push(...delivered(delivery.samples()));
      delivery.ack();
    }
  })();
  return { appendable: stream, delivered: () => taken, stall: () => void (isStalled = true), dispose: () => reading };
}

runAppendableContract({
  name: 'batch stream',
  keepsHistograms: true,
  make: (registry) => readBy(new BatchStream({ registry, name: 'stream', batchCountMax: 100 })),
});

const up = { __name__: 'up', job: 'a' };

test('a reader that falls behind is told how many batches it missed', async () => {
  const registry = new SeriesRegistry();
  const stream = new BatchStream({ registry, name: 'slow', batchCountMax: 2 });
  const offer = (sequence: number) => stream.append(batchOf(registry, [{ labels: up, value: sequence }]), sequence);
  assert.deepEqual(
    [offer(1), offer(2), offer(3), offer(4)].map(({ ok }) => ok),
    [true, true, false, false],
  );
  const reader = stream[Symbol.asyncIterator]();
  const first = await reader.next();
  assert.ok(first.done !== true);
  assert.equal(first.value.missedCount, 0);
  first.value.ack();
  assert.deepEqual(offer(5), { ok: true });
  await reader.next();
  const third = await reader.next();
  assert.ok(third.done !== true);
  assert.deepEqual([third.value.missedCount, third.value.samples()[0]?.value], [2, 5]);
  await stream.close();
  assert.equal((await reader.next()).done, true);
});

test('flush waits for the acknowledgements of a reader, and no longer than its signal', async () => {
  const registry = new SeriesRegistry();
  const stream = new BatchStream({ registry, name: 's', batchCountMax: 3 });
  for (const n of [1, 2, 3]) stream.append(batchOf(registry, [{ labels: up, value: n }]), n);
  const reader = stream[Symbol.asyncIterator]();
  const first = await reader.next();
  let isFlushed = false;
  const flushing = stream.flush(new AbortController().signal).then(() => (isFlushed = true));
  const abort = new AbortController();
  const cutShort = stream.flush(abort.signal);
  first.value?.ack();
  for (const _ of [2, 3]) {
    await settled();
    assert.equal(isFlushed, false);
    (await reader.next()).value?.ack();
  }
  await flushing;
  assert.equal(stream.oldestInUse(), undefined);
  await cutShort;
  stream.append(batchOf(registry, [{ labels: up, value: 4 }]), 4);
  const late = stream.flush(abort.signal);
  abort.abort();
  await late;
});

test('a stream that nobody has ever read is not waited for, and what it holds can be read after its end', async () => {
  const registry = new SeriesRegistry();
  const stream = new BatchStream({ registry, name: 's', batchCountMax: 3 });
  for (const n of [1, 2]) stream.append(batchOf(registry, [{ labels: up, value: n }]), n);
  await stream.flush(new AbortController().signal);
  await stream.close();
  const values: (number | string | undefined)[] = [];
  for await (const delivery of stream) {
    values.push(delivery.samples()[0]?.value);
    delivery.ack();
  }
  assert.deepEqual(values, [1, 2]);
});

/** A consumer that answers as told. */
function scripted(name: string, verdict: () => AppendVerdict): Appendable & { readonly seen: number[] } {
  const seen: number[] = [];
  return {
    name,
    seen,
    append: (_: ScrapeBatch, sequence) => {
      seen.push(sequence);
      return verdict();
    },
    oldestInUse: () => undefined,
    flush: () => Promise.reject(new Error('disk full')),
    close: () => Promise.resolve(),
  };
}

test('a consumer whose flush never ends keeps the others from nothing', async () => {
  const fanOut = new FanOut({ registry: new SeriesRegistry(), log: silentLog, metrics: silentMetrics });
  fanOut.add({ ...scripted('hanging', () => ({ ok: true })), flush: () => new Promise(() => {}) });
  const abort = new AbortController();
  let isFlushed = false;
  const flushing = fanOut.flush(abort.signal).then(() => (isFlushed = true));
  await settled();
  assert.equal(isFlushed, false);
  abort.abort();
  await flushing;
  await fanOut.flush(abort.signal);
});

test('a consumer that begins to refuse is told of once, and once more when it takes batches again', () => {
  const registry = new SeriesRegistry();
  const told: object[] = [];
  const fanOut = new FanOut({
    registry,
    log: silentLog,
    metrics: silentMetrics,
    onDegraded: (degraded) => told.push(degraded),
    onRecovered: (recovered) => told.push(recovered),
  });
  let isFull = true;
  const moody = scripted('moody', () => (isFull ? { ok: false, reason: 'full' } : { ok: true }));
  fanOut.add(moody);
  const batch = batchOf(registry, [{ labels: up, value: 1 }]);
  for (let round = 0; round < 3; round++) fanOut.append(batch);
  isFull = false;
  for (let round = 0; round < 2; round++) fanOut.append(batch);
  assert.deepEqual(told, [
    { consumer: 'moody', reason: 'full' },
    { consumer: 'moody', missedBatchCount: 3, missedSampleCount: 3 * batch.count },
  ]);
});

test('a consumer that throws or refuses misses batches, the others get every one', async () => {
  const registry = new SeriesRegistry();
  const refused: RefusedBatch[] = [];
  const fanOut = new FanOut({ registry, log: silentLog, metrics: silentMetrics, onRefused: (one) => refused.push(one) });
  const broken = scripted('broken', () => {
    throw new Error('bug');
  });
  const full = scripted('full', () => ({ ok: false, reason: 'full' }));
  const sound = scripted('sound', () => ({ ok: true }));
  for (const consumer of [broken, full, sound]) fanOut.add(consumer);
  assert.throws(() => fanOut.add(scripted('full', () => ({ ok: true }))), /there already/);
  for (let round = 0; round < 3; round++) fanOut.append(batchOf(registry, [{ labels: up, value: round }]));
  assert.deepEqual(sound.seen, [1, 2, 3]);
  assert.deepEqual(
    refused.map(({ consumer, reason }) => `${consumer} ${reason}`),
    [1, 2, 3].flatMap(() => ['broken failed', 'full full']),
  );
  await fanOut.flush(new AbortController().signal);
  fanOut.remove(full);
  fanOut.append(batchOf(registry, [{ labels: up, value: 4 }]));
  assert.deepEqual(full.seen, [1, 2, 3]);
});

test('the registry forgets a released series once every consumer is done with it', async () => {
  const registry = new SeriesRegistry();
  const fanOut = new FanOut({ registry, log: silentLog, metrics: silentMetrics });
  const memory = new MemoryConsumer({ registry });
  fanOut.add(memory);
  const stream = new BatchStream({ registry, name: 'reader', batchCountMax: 5 });
  fanOut.add(stream);
  const batch = batchOf(registry, [{ labels: up, value: 1 }]);
  fanOut.append(batch);
  registry.release(batch.series[0] ?? 0);
  fanOut.reclaim(2);
  assert.equal(registry.size, 1, 'a delivery that is not acknowledged still resolves');
  const { value } = await stream[Symbol.asyncIterator]().next();
  assert.ok(value);
  assert.equal(value.samples().length, 1);
  value.ack();
  fanOut.reclaim(2);
  assert.equal(registry.size, 0);
  assert.equal(memory.samples().length, 1, 'labels were decoded as they came');
});
