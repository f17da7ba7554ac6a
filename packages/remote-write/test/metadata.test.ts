import assert from 'node:assert/strict';
import test from 'node:test';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { VirtualClock } from '@limpet/driver';
import type { FamilyMetadata } from '@limpet/model';
import { uncompress } from 'snappyjs';
import { createActor } from 'xstate';
import { bindMetadata } from '../src/metadata/metadata.machine.ts';
import type { MetadataEvent } from '../src/metadata/metadata-ports.ts';
import { answer, closeBench, configOf, makeBench, receiverConfig } from './bench.ts';
import type { Bench } from './bench.ts';

/** The entries of a request, decoded by hand: numbers and texts by field. */
function entriesOf(body: Uint8Array): Record<number, string | number>[] {
  const reader = new BinaryReader(uncompress(new Uint8Array(body)));
  const entries: Record<number, string | number>[] = [];
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    assert.equal(field, 3, 'a request of metadata has nothing else');
    const part = new BinaryReader(reader.bytes());
    const entry: Record<number, string | number> = {};
    while (part.pos < part.len) {
      const [inner] = part.tag();
      entry[inner] = inner === 1 ? part.uint32() : part.string();
    }
    entries.push(entry);
  }
  return entries;
}

const family = (name: string, help = ''): FamilyMetadata => ({ family: name, type: 'counter', help, unit: '' });

async function started(collected: readonly FamilyMetadata[], metadata = {}, overrides = {}): Promise<Bench> {
  const bench = makeBench({ collectMetadata: () => collected });
  const config = { send: true, sendIntervalMs: 60_000, maxSamplesPerSend: 2, ...metadata };
  assert.ok((await bench.remoteWrite.apply(configOf([receiverConfig({ metadata: config, ...overrides })]))).ok);
  await bench.advance(0);
  bench.receiver.isDecoded = false;
  return bench;
}

const sent = ({ receiver }: Bench): (readonly Record<number, string | number>[])[] =>
  receiver.requests.map(({ request }) => entriesOf(request.body ?? new Uint8Array()));

test('W-014 the metadata of all targets goes once an interval, each entry once, in chunks one after the other', async () => {
  const bench = await started([
    family('a', 'A.'),
    family('b'),
    family('a', 'A.'),
    family('a', 'Another.'),
    { ...family('c'), type: 'gauge', unit: 'seconds' },
  ]);
  await bench.advance(59_999);
  assert.equal(bench.receiver.requests.length, 0);
  await bench.advance(1);
  assert.deepEqual(sent(bench), [
    [
      { 1: 1, 2: 'a', 4: 'A.' },
      { 1: 1, 2: 'b' },
    ],
    [
      { 1: 1, 2: 'a', 4: 'Another.' },
      { 1: 2, 2: 'c', 5: 'seconds' },
    ],
  ]);
  assert.equal(bench.receiver.inFlightMax, 1);
  await bench.advance(60_000);
  assert.equal(bench.receiver.requests.length, 4);
  assert.equal(bench.metrics.value('metadata_total'), 8);
  await closeBench(bench);
  assert.equal(bench.clock.pendingCount, 0);
});

test('W-014 a request of metadata is made again where that may help, and counted as failed where not; the next chunk follows', async () => {
  const bench = await started([family('a'), family('b'), family('c')]);
  bench.receiver.react = (_, number) => answer(number === 1 ? 503 : number === 2 ? 400 : 204);
  await bench.advance(61_000);
  assert.deepEqual(
    sent(bench).map((entries) => entries.map((entry) => entry[2])),
    [['a', 'b'], ['a', 'b'], ['c']],
  );
  assert.equal(bench.receiver.requests[1]?.request.headers['retry-attempt'], '1');
  assert.deepEqual(
    ['metadata_total', 'metadata_retried_total', 'metadata_failed_total'].map((name) => bench.metrics.value(name)),
    [5, 2, 2],
  );
  await closeBench(bench);
});

test('W-014 W-024 nothing is sent where metadata_config says so, nor with message 2.0, which says so once', async () => {
  const off = await started([family('a')], { send: false });
  const v2 = await started([family('a')], {}, { protobufMessage: 'io.prometheus.write.v2.Request' });
  for (const bench of [off, v2]) {
    await bench.advance(200_000);
    assert.equal(bench.receiver.requests.length, 0);
  }
  assert.equal(v2.logged.filter(({ message }) => message.includes('metadata_config has no effect')).length, 1);
  await closeBench(off);
  await closeBench(v2);
});

type State = 'waiting' | 'sending' | 'backingOff' | 'finishing';
const EVENTS: Readonly<Record<MetadataEvent['type'], MetadataEvent>> = {
  finished: { type: 'finished' },
  retryable: { type: 'retryable', retryAfterMs: undefined },
  stop: { type: 'stop' },
};
const TABLE: Readonly<Record<State, Readonly<Record<MetadataEvent['type'], string>>>> = {
  waiting: { finished: 'waiting', retryable: 'waiting', stop: 'stopped' },
  sending: { finished: 'sending', retryable: 'backingOff', stop: 'finishing' },
  backingOff: { finished: 'backingOff', retryable: 'backingOff', stop: 'stopped' },
  finishing: { finished: 'stopped', retryable: 'stopped', stop: 'finishing' },
};
const WAY: Readonly<Record<State, readonly (MetadataEvent['type'] | number)[]>> = {
  waiting: [],
  sending: [60_000],
  backingOff: [60_000, 'retryable'],
  finishing: [60_000, 'stop'],
};

test('every event in every state of the metadata machine has its meaning', () => {
  for (const [state, row] of Object.entries(TABLE) as [State, (typeof TABLE)[State]][]) {
    for (const [type, outcome] of Object.entries(row) as [MetadataEvent['type'], string][]) {
      const clock = new VirtualClock();
      const ports = {
        attach: () => {},
        collect: () => {},
        sendChunk: () => {},
        timeOut: () => {},
        release: () => {},
        hasChunk: () => true,
      };
      const input = { sendIntervalMs: 60_000, remoteTimeoutMs: 30_000, minBackoffMs: 30, maxBackoffMs: 5_000, flushDeadlineMs: 10_000 };
      const actor = createActor(bindMetadata(ports), { clock, input });
      actor.start();
      for (const step of WAY[state]) {
        if (typeof step === 'number') clock.advance(step);
        else actor.send(EVENTS[step]);
      }
      assert.equal(actor.getSnapshot().value, state);
      actor.send(EVENTS[type]);
      assert.equal(actor.getSnapshot().value, outcome, `${type} in ${state}`);
    }
  }
});

test('W-014 a stop lets a request of metadata end, at most for the flush deadline', async () => {
  const bench = await started([family('a')]);
  bench.receiver.react = () => 'hang';
  await bench.advance(60_000);
  await closeBench(bench);
  assert.equal(bench.receiver.inFlight, 1);
  await bench.advance(60_000);
  assert.deepEqual([bench.receiver.inFlight, bench.receiver.openConnections.size, bench.clock.pendingCount], [0, 0, 0]);
});
