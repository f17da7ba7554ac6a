import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '@limpet/driver';
import { createActor } from 'xstate';
import { FakePorts } from '../../test/fake-ports.ts';
import { bindRemote } from './remote.machine.ts';
import type { RemoteEvent, RemoteInput } from './remote-events.ts';

const INPUT: RemoteInput = {
  remote: 'r',
  minShards: 2,
  flushDeadlineMs: 60_000,
  timing: { batchSendDeadlineMs: 5_000, remoteTimeoutMs: 30_000, minBackoffMs: 30, maxBackoffMs: 5_000 },
};

const STATES = [
  'opening',
  'openingAndStopAsked',
  'running',
  'resharding',
  'flushing.replacing',
  'flushing.feeding',
  'flushing.draining',
] as const;
type State = (typeof STATES)[number];
type Trigger = RemoteEvent['type'] | 'other count evaluated' | 'every shard ends' | 'a shard breaks' | 'deadline';

function start() {
  const ports = new FakePorts();
  const clock = new VirtualClock();
  const actor = createActor(bindRemote(ports), { input: INPUT, clock }).start();
  return { ports, actor, clock };
}

type Machine = ReturnType<typeof start>;

/** Brings a machine into a state; its shards are busy, so that they end only when told to. */
function startIn(state: State): Machine {
  const machine = start();
  const { actor, ports } = machine;
  const events: Record<State, readonly RemoteEvent[]> = {
    opening: [],
    openingAndStopAsked: [{ type: 'stop' }],
    running: [{ type: 'opened' }],
    resharding: [{ type: 'opened' }, { type: 'evaluated', shards: 3 }],
    'flushing.replacing': [{ type: 'opened' }, { type: 'evaluated', shards: 3 }, { type: 'stop' }],
    'flushing.feeding': [{ type: 'opened' }, { type: 'stop' }],
    'flushing.draining': [{ type: 'opened' }, { type: 'stop' }, { type: 'logDrained' }],
  };
  ports.full = true; // the shards send at once and wait for an answer
  for (const event of events[state]) actor.send(event);
  ports.full = false;
  return machine;
}

function valueOf({ actor }: Machine): string {
  const { value, context } = actor.getSnapshot();
  if (value === 'opening' && context.stopAsked) return 'openingAndStopAsked';
  return typeof value === 'string' ? value : Object.entries(value).join('.').replace(',', '.');
}

function trigger(machine: Machine, what: Trigger): void {
  const { actor, clock, ports } = machine;
  const shards = () => Object.values(actor.getSnapshot().children);
  if (what === 'other count evaluated') {
    ports.full = true;
    actor.send({ type: 'evaluated', shards: 5 });
  } else if (what === 'every shard ends') for (const shard of shards()) shard?.send({ type: 'abort' });
  else if (what === 'a shard breaks') {
    ports.startSend = () => {
      throw new Error('broken');
    };
    shards()[0]?.send({ type: 'retryable', error: 'no', retryAfterMs: undefined });
    clock.advance(30);
  } else if (what === 'deadline') clock.advance(valueOf(machine).startsWith('opening') ? 61_000 : 60_000);
  else if (what === 'evaluated') actor.send({ type: 'evaluated', shards: actor.getSnapshot().context.shards });
  else actor.send({ type: what });
}

const TABLE: Record<State, Record<Trigger, string>> = {
  opening: {
    opened: 'running',
    evaluated: 'opening',
    'other count evaluated': 'opening',
    logDrained: 'opening',
    stop: 'openingAndStopAsked',
    abort: 'stopped',
    'every shard ends': 'opening',
    'a shard breaks': 'opening',
    deadline: 'opening',
  },
  openingAndStopAsked: {
    opened: 'flushing.feeding',
    evaluated: 'openingAndStopAsked',
    'other count evaluated': 'openingAndStopAsked',
    logDrained: 'openingAndStopAsked',
    stop: 'openingAndStopAsked',
    abort: 'stopped',
    'every shard ends': 'openingAndStopAsked',
    'a shard breaks': 'openingAndStopAsked',
    deadline: 'stopped',
  },
  running: {
    opened: 'running',
    evaluated: 'running',
    'other count evaluated': 'resharding',
    logDrained: 'running',
    stop: 'flushing.feeding',
    abort: 'stopped',
    'every shard ends': 'running',
    'a shard breaks': 'running',
    deadline: 'running',
  },
  resharding: {
    opened: 'resharding',
    evaluated: 'resharding',
    'other count evaluated': 'resharding',
    logDrained: 'resharding',
    stop: 'flushing.replacing',
    abort: 'stopped',
    'every shard ends': 'running',
    'a shard breaks': 'resharding',
    deadline: 'running',
  },
  'flushing.replacing': {
    opened: 'flushing.replacing',
    evaluated: 'flushing.replacing',
    'other count evaluated': 'flushing.replacing',
    logDrained: 'flushing.replacing',
    stop: 'flushing.replacing',
    abort: 'stopped',
    'every shard ends': 'flushing.feeding',
    'a shard breaks': 'flushing.replacing',
    deadline: 'stopped',
  },
  'flushing.feeding': {
    opened: 'flushing.feeding',
    evaluated: 'flushing.feeding',
    'other count evaluated': 'flushing.feeding',
    logDrained: 'flushing.draining',
    stop: 'flushing.feeding',
    abort: 'stopped',
    'every shard ends': 'flushing.feeding',
    'a shard breaks': 'flushing.feeding',
    deadline: 'stopped',
  },
  'flushing.draining': {
    opened: 'flushing.draining',
    evaluated: 'flushing.draining',
    'other count evaluated': 'flushing.draining',
    logDrained: 'flushing.draining',
    stop: 'flushing.draining',
    abort: 'stopped',
    'every shard ends': 'stopped',
    'a shard breaks': 'flushing.draining',
    deadline: 'stopped',
  },
};

for (const state of STATES) {
  for (const [what, wanted] of Object.entries(TABLE[state]) as [Trigger, string][]) {
    test(`remote ${state}: ${what} leads to ${wanted}`, () => {
      const machine = startIn(state);
      assert.equal(valueOf(machine), state);
      trigger(machine, what);
      assert.equal(valueOf(machine), wanted);
      if (wanted !== 'stopped') machine.actor.send({ type: 'abort' });
      assert.equal(machine.ports.calls.at(-1), 'release');
      assert.equal(machine.clock.pendingCount, 0);
    });
  }
}

test('W-052 W-080 a receiver starts with the least number of shards', () => {
  const { actor, ports } = startIn('running');
  assert.deepEqual(Object.keys(actor.getSnapshot().children), ['shard:0', 'shard:1']);
  assert.ok(ports.calls.includes('startShards 2'));
});

test('W-063 new shards start only after every old one has ended', () => {
  const { actor, ports } = startIn('resharding');
  assert.ok(ports.calls.indexOf('pauseFeed') > 0);
  const [first, second] = Object.values(actor.getSnapshot().children);
  first?.send({ type: 'accepted' });
  assert.equal(actor.getSnapshot().value, 'resharding');
  assert.ok(!ports.calls.includes('startShards 3'));
  second?.send({ type: 'accepted' });
  assert.equal(actor.getSnapshot().value, 'running');
  assert.deepEqual(Object.keys(actor.getSnapshot().children), ['shard:0', 'shard:1', 'shard:2']);
  assert.equal(ports.calls.filter((call) => call === 'startShards 3').length, 1);
});

test('W-070 the number of shards is evaluated every ten seconds, and a reshard that runs makes it a no-op', () => {
  const { ports, clock } = startIn('running');
  const evaluations = () => ports.calls.filter((call) => call.startsWith('evaluate')).length;
  clock.advance(9_999);
  assert.equal(evaluations(), 0);
  clock.advance(1);
  assert.equal(evaluations(), 1);
  clock.advance(20_000);
  assert.equal(evaluations(), 3);
  const resharding = startIn('resharding');
  resharding.clock.advance(30_000);
  assert.ok(!resharding.ports.calls.some((call) => call.startsWith('evaluate')));
});

test('a shard that breaks is told, the others go on, and it starts again at the next evaluation', () => {
  const machine = startIn('running');
  trigger(machine, 'a shard breaks');
  assert.ok(machine.ports.calls.includes('shardCrashed'));
  assert.deepEqual(Object.keys(machine.actor.getSnapshot().children), ['shard:1']);
  machine.clock.advance(10_000);
  assert.deepEqual(Object.keys(machine.actor.getSnapshot().children).toSorted(), ['shard:0', 'shard:1']);
});

test('an opening that is not answered is asked for again', () => {
  const { ports, clock } = start();
  clock.advance(61_000);
  assert.equal(ports.calls.filter((call) => call === 'openQueue').length, 2);
});
