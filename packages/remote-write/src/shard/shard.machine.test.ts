import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '@limpet/driver';
import { createActor } from 'xstate';
import type { StateValueFrom } from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';
import { FakePorts } from '../../test/fake-ports.ts';
import { bindShard, shardMachine } from './shard.machine.ts';
import type { ShardEvent, ShardInput } from './shard-events.ts';

type State = StateValueFrom<typeof shardMachine>;
type Trigger = ShardEvent['type'] | 'after a while';

const INPUT: ShardInput = {
  remote: 'r',
  shard: 0,
  timing: { batchSendDeadlineMs: 5_000, remoteTimeoutMs: 30_000, minBackoffMs: 30, maxBackoffMs: 5_000 },
};
const PAYLOADS: { readonly [type in ShardEvent['type']]: ShardEvent & { readonly type: type } } = {
  batchFull: { type: 'batchFull' },
  sendPartial: { type: 'sendPartial' },
  flush: { type: 'flush' },
  abort: { type: 'abort' },
  accepted: { type: 'accepted' },
  rejected: { type: 'rejected' },
  retryable: { type: 'retryable', error: 'no', retryAfterMs: undefined },
};

/** Where an event leads when the ring is empty, has some items, and has a full batch. */
interface Expectation {
  readonly empty: State;
  readonly some: State;
  readonly full: State;
}

const stays = (state: State): Expectation => ({ empty: state, some: state, full: state });
const TABLE: Record<Exclude<State, 'stopped'>, Record<Trigger, Expectation>> = {
  filling: {
    batchFull: { empty: 'filling', some: 'filling', full: 'sending' },
    sendPartial: { empty: 'filling', some: 'sending', full: 'sending' },
    flush: { empty: 'stopped', some: 'sending', full: 'sending' },
    abort: stays('stopped'),
    accepted: { empty: 'filling', some: 'filling', full: 'sending' },
    rejected: { empty: 'filling', some: 'filling', full: 'sending' },
    retryable: { empty: 'filling', some: 'filling', full: 'sending' },
    'after a while': { empty: 'filling', some: 'sending', full: 'sending' },
  },
  sending: {
    batchFull: stays('sending'),
    sendPartial: stays('sending'),
    flush: stays('sending'),
    abort: stays('stopped'),
    accepted: { empty: 'filling', some: 'filling', full: 'sending' },
    rejected: { empty: 'filling', some: 'filling', full: 'sending' },
    retryable: stays('backingOff'),
    'after a while': stays('backingOff'),
  },
  backingOff: {
    batchFull: stays('backingOff'),
    sendPartial: stays('backingOff'),
    flush: stays('backingOff'),
    abort: stays('stopped'),
    accepted: stays('backingOff'),
    rejected: stays('backingOff'),
    retryable: stays('backingOff'),
    'after a while': stays('sending'),
  },
};

function start(clock = new VirtualClock()) {
  const ports = new FakePorts();
  const actor = createActor(bindShard(ports), { input: INPUT, clock }).start();
  return { ports, actor, clock };
}

/** A shard in a state, its ring empty. */
function startIn(state: Exclude<State, 'stopped'>) {
  const bench = start();
  if (state === 'filling') return bench;
  bench.ports.any = true;
  bench.actor.send({ type: 'sendPartial' });
  bench.ports.any = false;
  if (state === 'backingOff') bench.actor.send({ type: 'retryable', error: 'no', retryAfterMs: undefined });
  return bench;
}

const WHILE_MS: Record<Exclude<State, 'stopped'>, number> = { filling: 5_000, sending: 30_000, backingOff: 30 };

for (const [state, row] of Object.entries(TABLE) as [Exclude<State, 'stopped'>, Record<Trigger, Expectation>][]) {
  for (const [trigger, expectation] of Object.entries(row) as [Trigger, Expectation][]) {
    test(`shard ${state}: ${trigger} leads to ${Object.values(expectation).join(' / ')} with an empty, some and a full ring`, () => {
      for (const ring of ['empty', 'some', 'full'] as const) {
        const { ports, actor, clock } = startIn(state);
        ports.any = ring !== 'empty';
        ports.full = ring === 'full';
        assert.equal(actor.getSnapshot().value, state);
        if (trigger === 'after a while') clock.advance(WHILE_MS[state]);
        else actor.send(PAYLOADS[trigger]);
        assert.equal(actor.getSnapshot().value, expectation[ring], ring);
      }
    });
  }
}

test('W-042 W-043 the sleeps of a batch double or obey the receiver, and the next batch starts anew', () => {
  const { ports, actor, clock } = startIn('sending');
  const failWith = (retryAfterMs: number | undefined) => actor.send({ type: 'retryable', error: 'no', retryAfterMs });
  for (const [retryAfterMs, sleepMs] of [
    [undefined, 30],
    [undefined, 60],
    [7_000, 7_000],
    [undefined, 5_000],
  ] as const) {
    failWith(retryAfterMs);
    assert.equal(ports.calls.at(-1), `noteBackoff ${sleepMs}`);
    clock.advance(sleepMs - 1);
    assert.equal(actor.getSnapshot().value, 'backingOff');
    clock.advance(1);
    assert.equal(actor.getSnapshot().value, 'sending');
  }
  actor.send({ type: 'accepted' });
  assert.equal(actor.getSnapshot().context.sleepMs, undefined);
  ports.any = true;
  actor.send({ type: 'sendPartial' });
  failWith(undefined);
  assert.equal(ports.calls.at(-1), 'noteBackoff 30');
});

test('W-004 a send that takes too long is told to the port before the shard backs off', () => {
  const { ports, clock } = startIn('sending');
  clock.advance(30_000);
  assert.deepEqual(ports.calls.slice(-3), ['startSend', 'timeOutSend', 'noteBackoff 30']);
});

test('an abort while sending cuts the request off, and every way to the end detaches the shard', () => {
  for (const state of ['filling', 'sending', 'backingOff'] as const) {
    const { ports, actor, clock } = startIn(state);
    actor.send({ type: 'abort' });
    assert.equal(ports.calls.includes('cancelSend'), state === 'sending');
    assert.equal(ports.calls.at(-1), 'detachShard');
    assert.equal(clock.pendingCount, 0);
  }
});

/** What the ring is said to hold rides on the events of the exploration, so that the guards stay functions of their input. */
const RINGS = ['empty', 'some', 'full'] as const;
const TIMERS = [
  'xstate.after.batchSendDeadline.shard.filling',
  'xstate.after.remoteTimeout.shard.sending',
  'xstate.after.backoffDelay.shard.backingOff',
];

test('I8 from every state in which a flush was asked for, stopped is reachable by answers and timers alone', () => {
  const machine = bindShard(new FakePorts()).provide({
    guards: {
      hasFullBatch: ({ event }) => ringOf(event) === 'full',
      hasItems: ({ event }) => ringOf(event) === 'full' || ringOf(event) === 'some',
    },
  });
  const triggers = [...Object.values(PAYLOADS), ...TIMERS.map((type) => ({ type }))];
  const map = getAdjacencyMap(machine, {
    input: INPUT,
    events: triggers.flatMap((trigger) => RINGS.map((ring) => Object.assign({ ring }, trigger) as never)),
    filterEvents: (state, event) => state.status === 'active' && state.can(event),
    serializeState: ({ value, context }) => JSON.stringify([value, context.flushAsked]),
    limit: 5_000,
  });
  const keys = Object.keys(map);
  assert.deepEqual(keys.filter((key) => key.endsWith('true]')).toSorted(), ['["backingOff",true]', '["sending",true]', '["stopped",true]']);
  for (const key of keys) if (key.endsWith('true]')) assert.ok(reachedBy(map, key).has('["stopped",true]'), `${key} is a trap`);
});

function ringOf(event: object): string {
  return 'ring' in event ? String(event.ring) : 'empty';
}

interface Step {
  readonly event: { readonly type: string };
  readonly state: { readonly value: unknown; readonly context: { readonly flushAsked: boolean } };
}

/** States that follow by answers of the receiver and by time, nobody asking for anything. */
function reachedBy(map: object, start: string): ReadonlySet<string> {
  const states = map as Record<string, { readonly transitions: Record<string, Step> }>;
  const seen = new Set<string>();
  const waiting = [start];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    for (const { event, state } of Object.values(states[key]?.transitions ?? {})) {
      const isOwn = event.type.startsWith('xstate.') || ['accepted', 'rejected', 'retryable'].includes(event.type);
      if (isOwn) waiting.push(JSON.stringify([state.value, state.context.flushAsked]));
    }
  }
  return seen;
}

test('the machine without its ports refuses to run', () => {
  assert.throws(() => {
    const actor = createActor(shardMachine, { input: INPUT });
    actor.subscribe({ error: () => undefined });
    actor.start();
    if (actor.getSnapshot().status === 'error') throw actor.getSnapshot().error;
  }, /is not provided/);
});
