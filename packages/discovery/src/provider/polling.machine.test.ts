import assert from 'node:assert/strict';
import test from 'node:test';
import { transition } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { msToNextRefresh, pollingMachine, tickAt } from './polling.machine.ts';

type Snapshot = SnapshotFrom<typeof pollingMachine>;
type State = Snapshot['value'];

const EVENTS = {
  refreshed: { type: 'refreshed', rev: 1 },
  confirmed: { type: 'confirmed' },
  refreshFailed: { type: 'refreshFailed' },
  refreshDeadline: { type: 'xstate.after.refreshDeadline.provider.refreshing' },
  untilNextRefresh: { type: 'xstate.after.untilNextRefresh.provider.resting' },
} as const;
type EventName = keyof typeof EVENTS;

const TABLE: Record<State, Record<EventName, readonly [to: State, ...actions: readonly string[]]>> = {
  refreshing: {
    refreshed: ['resting', 'tellDiscovery'],
    confirmed: ['resting'],
    refreshFailed: ['resting'],
    refreshDeadline: ['resting', 'giveUpRefresh'],
    untilNextRefresh: ['refreshing'],
  },
  resting: {
    refreshed: ['resting'],
    confirmed: ['resting'],
    refreshFailed: ['resting'],
    refreshDeadline: ['resting'],
    untilNextRefresh: ['refreshing', 'noteTick', 'askSource'],
  },
};

const ACTIONS = ['noteStart', 'noteTick', 'askSource', 'giveUpRefresh', 'tellDiscovery'] as const;
const bare = pollingMachine.provide({
  actions: Object.fromEntries(ACTIONS.map((name) => [name, () => {}])),
  delays: { refreshDeadline: 1_000, untilNextRefresh: 1_000 },
});
const context = { provider: 'http/0', startedMono: 0, tick: 0 };

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

test('D-004 from every state the next refresh is reached by time alone', () => {
  const timers = [EVENTS.refreshDeadline, EVENTS.untilNextRefresh] as never[];
  for (const value of ['refreshing', 'resting'] as const) {
    const paths = getShortestPaths(bare, { fromState: bare.resolveState({ value, context }), events: timers, limit: 100 });
    assert.deepEqual([...new Set(paths.map(({ state }) => state.value))].sort(), ['refreshing', 'resting']);
  }
});

test('D-004 the next tick is one interval on; ticks missed are left out, the phase stays', () => {
  const at = { provider: 'http/0', startedMono: 500, tick: 3 };
  assert.equal(msToNextRefresh(at, 1_000, 3_600), 900);
  assert.equal(msToNextRefresh(at, 1_000, 4_500), 0);
  assert.equal(msToNextRefresh(at, 1_000, 9_000), 0);
  assert.equal(tickAt(at, 1_000, 4_500), 4);
  assert.equal(tickAt(at, 1_000, 9_000), 8);
});
