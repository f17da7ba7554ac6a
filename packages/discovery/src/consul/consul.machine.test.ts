import assert from 'node:assert/strict';
import test from 'node:test';
import { transition } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { consulMachine } from './consul.machine.ts';

type State = SnapshotFrom<typeof consulMachine>['value'];

const EVENTS = {
  located: { type: 'located', datacenter: 'dc1' },
  locateFailed: { type: 'locateFailed' },
  watchesChanged: { type: 'watchesChanged', watchedCount: 3 },
  updated: { type: 'updated', rev: 1 },
  retryDelay: { type: 'xstate.after.retryDelay.consul.waiting' },
} as const;
type EventName = keyof typeof EVENTS;

const TABLE: Record<State, Record<EventName, readonly [to: State, ...actions: readonly string[]]>> = {
  locating: {
    located: ['watching', 'watch'],
    locateFailed: ['waiting'],
    watchesChanged: ['locating'],
    updated: ['locating'],
    retryDelay: ['locating'],
  },
  waiting: {
    located: ['waiting'],
    locateFailed: ['waiting'],
    watchesChanged: ['waiting'],
    updated: ['waiting'],
    retryDelay: ['locating', 'locate'],
  },
  watching: {
    located: ['watching'],
    locateFailed: ['watching'],
    watchesChanged: ['watching'],
    updated: ['watching', 'tellDiscovery'],
    retryDelay: ['watching'],
  },
};

const ACTIONS = ['locate', 'watch', 'tellDiscovery'] as const;
const bare = consulMachine.provide({ actions: Object.fromEntries(ACTIONS.map((name) => [name, () => {}])) });
const context = { provider: 'consul/0', datacenter: '', watchedCount: 0 };

for (const state of Object.keys(TABLE) as State[]) {
  for (const name of Object.keys(EVENTS) as EventName[]) {
    const [to, ...actions] = TABLE[state][name];
    test(`in ${state}, ${name} leads to ${to}`, () => {
      const [after, taken] = transition(bare, bare.resolveState({ value: state, context }), EVENTS[name] as never);
      assert.equal(after.value, to);
      assert.deepEqual(
        taken.map(({ type }) => type).filter((type) => !type.startsWith('xstate.')),
        actions,
      );
    });
  }
}

test('what is known stands in the context', () => {
  const [located] = transition(bare, bare.resolveState({ value: 'locating', context }), EVENTS.located);
  const [after] = transition(bare, located, EVENTS.watchesChanged);
  assert.deepEqual(after.context, { provider: 'consul/0', datacenter: 'dc1', watchedCount: 3 });
});

test('from every state but watching it is reached', () => {
  const events = Object.values(EVENTS) as never[];
  for (const value of ['locating', 'waiting'] as const) {
    const paths = getShortestPaths(bare, { fromState: bare.resolveState({ value, context }), events, limit: 100 });
    assert.ok(paths.some(({ state }) => state.value === 'watching'));
  }
});
