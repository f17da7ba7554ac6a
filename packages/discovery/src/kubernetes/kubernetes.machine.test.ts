import assert from 'node:assert/strict';
import test from 'node:test';
import { fromCallback, transition } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { kubernetesMachine } from './kubernetes.machine.ts';

type State = SnapshotFrom<typeof kubernetesMachine>['value'];

const EVENTS = {
  opened: { type: 'opened', watches: ['pods', 'nodes'] },
  openFailed: { type: 'openFailed' },
  listedOne: { type: 'listed', watch: 'pods' },
  listedOther: { type: 'listed', watch: 'nodes' },
  assembled: { type: 'assembled' },
  changed: { type: 'changed' },
  found: { type: 'found', rev: 1 },
  openDeadline: { type: 'xstate.after.openDeadline.kubernetes.opening' },
  retryDelay: { type: 'xstate.after.retryDelay.kubernetes.closed' },
  slicePause: { type: 'xstate.after.slicePause.kubernetes.assembling' },
  collectDelay: { type: 'xstate.after.collectDelay.kubernetes.collecting' },
} as const;
type EventName = keyof typeof EVENTS;

type Expectation = readonly [to: State, ...actions: readonly string[]];

/** In `syncing` the list of nodes is complete already. */
const TABLE: Record<State, Record<EventName, Expectation>> = {
  opening: {
    ...nothingIn('opening'),
    opened: ['syncing', 'startReflectors'],
    openFailed: ['closed'],
    openDeadline: ['closed', 'giveUpOpening'],
  },
  closed: { ...nothingIn('closed'), retryDelay: ['opening', 'askOpen'] },
  syncing: { ...nothingIn('syncing'), listedOne: ['assembling', 'askAssemble'] },
  assembling: { ...nothingIn('assembling'), assembled: ['quiet', 'tellAll'], slicePause: ['assembling', 'askAssemble'] },
  quiet: { ...nothingIn('quiet'), changed: ['collecting'] },
  collecting: { ...nothingIn('collecting'), collectDelay: ['quiet', 'tellChanged'] },
};

/** An update that was found is told in every state; nothing else happens. */
function nothingIn(state: State): Record<EventName, Expectation> {
  const all = Object.fromEntries(Object.keys(EVENTS).map((name) => [name, [state] as Expectation])) as Record<EventName, Expectation>;
  return { ...all, found: [state, 'tellDiscovery'] };
}

const ACTIONS = ['askOpen', 'giveUpOpening', 'askAssemble', 'tellAll', 'tellChanged', 'startReflectors', 'tellDiscovery'] as const;
const bare = kubernetesMachine.provide({
  actors: { cluster: fromCallback(() => {}) as never },
  actions: Object.fromEntries(ACTIONS.map((name) => [name, () => {}])),
  delays: { retryDelay: 1_000 },
});
const context = { provider: 'kubernetes/0', failureCount: 0, watches: ['pods', 'nodes'], unsynced: ['pods'] };

for (const state of Object.keys(TABLE) as State[]) {
  for (const name of Object.keys(EVENTS) as EventName[]) {
    const [to, ...actions] = TABLE[state][name];
    test(`C-150 a Kubernetes provider in ${state}: ${name} leads to ${to}`, () => {
      const [after, taken] = transition(bare, bare.resolveState({ value: state, context }), EVENTS[name] as never);
      assert.equal(after.value, to);
      assert.deepEqual(
        taken.map(({ type }) => type).filter((type) => !type.startsWith('xstate.')),
        actions,
      );
    });
  }
}

test('C-150 groups are told for the first time when the last list is complete, whatever the order', () => {
  for (const [first, second] of [
    [EVENTS.listedOne, EVENTS.listedOther],
    [EVENTS.listedOther, EVENTS.listedOne],
  ] as const) {
    const start = bare.resolveState({ value: 'syncing', context: { ...context, unsynced: ['pods', 'nodes'] } });
    const [half] = transition(bare, start, first);
    const [again] = transition(bare, half, first);
    assert.equal(again.value, 'syncing', 'one list twice is not both');
    assert.equal(transition(bare, again, second)[0].value, 'assembling');
  }
});

test('C-150 every state of the provider is reached', () => {
  const paths = getShortestPaths(bare, {
    input: { provider: 'kubernetes/0' },
    events: Object.values(EVENTS).filter(({ type }) => type !== 'found') as never[],
    limit: 2_000,
    stopWhen: ({ context: { failureCount } }) => failureCount > 2,
  });
  const values = new Set(paths.map(({ state }) => state.value));
  assert.deepEqual([...values].sort(), Object.keys(TABLE).sort());
});
