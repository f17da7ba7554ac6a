import assert from 'node:assert/strict';
import test from 'node:test';
import { assign, transition } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';
import { discoveryMachine, RESTART_DELAY_MS_MAX, restartDelayMs, withCrash } from './discovery.machine.ts';
import type { DiscoveryContext } from './discovery.machine.ts';

type Snapshot = SnapshotFrom<typeof discoveryMachine>;
type State = Snapshot['value'];

/** Every event in each meaning that it can have. `file/0` runs, `file/1` is down, `file/9` is not configured. */
const EVENTS = {
  'applyConfig known': { type: 'applyConfig', rev: 1 },
  'applyConfig unknown': { type: 'applyConfig', rev: 99 },
  'providerUpdate configured': { type: 'providerUpdate', provider: 'file/0', rev: 1 },
  'providerUpdate unknown': { type: 'providerUpdate', provider: 'file/9', rev: 1 },
  'restartProvider while it runs': { type: 'restartProvider', provider: 'file/0' },
  'restartProvider while it is down': { type: 'restartProvider', provider: 'file/1' },
  'restartProvider unknown': { type: 'restartProvider', provider: 'file/9' },
  'crash configured': { type: 'xstate.error.actor.file/0', actorId: 'file/0', error: new Error('fault') },
  'crash unknown': { type: 'xstate.error.actor.file/9', actorId: 'file/9', error: new Error('fault') },
  sendDelay: { type: 'xstate.after.sendDelay.discovery.pending' },
  stop: { type: 'stop' },
} as const;
type EventName = keyof typeof EVENTS;

/** Where an event leads, and which actions it runs in which order. */
type Expectation = readonly [to: State, ...actions: readonly string[]];

const CRASH = ['noteCrash', 'reportCrash', 'reapProvider', 'scheduleRestart'] as const;
const APPLY = ['adoptProviders', 'noteProviders', 'stopObsoleteProviders', 'startNewProviders'] as const;
const DONE: Expectation = ['stopped'];

const TABLE: Record<State, Record<EventName, Expectation>> = {
  quiet: {
    'applyConfig known': ['pending', ...APPLY, 'resetBackoffAfterPause', 'announceConfigApplied'],
    'applyConfig unknown': ['quiet', 'announceConfigRefused'],
    'providerUpdate configured': ['pending', 'mergeUpdate', 'resetBackoffAfterPause'],
    'providerUpdate unknown': ['quiet', 'discardUpdate'],
    'restartProvider while it runs': ['quiet'],
    'restartProvider while it is down': ['quiet', 'restartProvider'],
    'restartProvider unknown': ['quiet'],
    'crash configured': ['quiet', ...CRASH],
    'crash unknown': ['quiet', 'reapProvider'],
    sendDelay: ['quiet'],
    stop: ['stopped', 'stopAllProviders', 'forgetProviders'],
  },
  pending: {
    'applyConfig known': ['pending', ...APPLY, 'announceConfigApplied'],
    'applyConfig unknown': ['pending', 'announceConfigRefused'],
    'providerUpdate configured': ['pending', 'mergeUpdate'],
    'providerUpdate unknown': ['pending', 'discardUpdate'],
    'restartProvider while it runs': ['pending'],
    'restartProvider while it is down': ['pending', 'restartProvider'],
    'restartProvider unknown': ['pending'],
    'crash configured': ['pending', ...CRASH],
    'crash unknown': ['pending', 'reapProvider'],
    sendDelay: ['quiet', 'noteSend', 'publishSnapshot', 'announceTargets'],
    stop: ['stopped', 'stopAllProviders', 'forgetProviders'],
  },
  stopped: {
    'applyConfig known': DONE,
    'applyConfig unknown': DONE,
    'providerUpdate configured': DONE,
    'providerUpdate unknown': DONE,
    'restartProvider while it runs': DONE,
    'restartProvider while it is down': DONE,
    'restartProvider unknown': DONE,
    'crash configured': DONE,
    'crash unknown': DONE,
    sendDelay: DONE,
    stop: DONE,
  },
};

const ACTIONS = [...APPLY, ...CRASH, 'resetBackoffAfterPause', 'noteSend', 'publishSnapshot', 'mergeUpdate', 'discardUpdate'] as const;
const ANNOUNCEMENTS = ['announceConfigApplied', 'announceConfigRefused', 'announceTargets'] as const;
const ENDING = ['stopAllProviders', 'forgetProviders', 'restartProvider'] as const;

/** A node of the explored graph. */
interface Node {
  readonly state: Snapshot;
  readonly transitions: Readonly<Record<string, { readonly event: { readonly type: string }; readonly state: Snapshot }>>;
}

/** The machine with actions that do nothing, so that `transition` reports them by name. */
const bare = discoveryMachine.provide({
  actions: Object.fromEntries([...ACTIONS, ...ANNOUNCEMENTS, ...ENDING].map((name) => [name, () => {}])),
  guards: { isKnownConfig: ({ event }) => event.type === 'applyConfig' && event.rev === 1 },
  delays: { sendDelay: 100 },
});

const WITH_TWO_PROVIDERS: DiscoveryContext = {
  backoffMs: 100,
  lastSentMono: undefined,
  cfgRev: 1,
  targetsRev: 0,
  providers: { 'file/0': ['job'], 'file/1': ['job'] },
  targetCounts: {},
  lastChange: { start: [], stop: [] },
  crashes: { 'file/1': { count: 1, atMono: 0, isDown: true } },
};

for (const state of Object.keys(TABLE) as State[]) {
  for (const name of Object.keys(EVENTS) as EventName[]) {
    const [to, ...actions] = TABLE[state][name];
    test(`in ${state}, ${name} leads to ${to}`, () => {
      const status = state === 'stopped' ? 'done' : 'active';
      const before = { ...bare.resolveState({ value: state, context: WITH_TWO_PROVIDERS }), status } as Snapshot;
      if (status === 'done') {
        assert.deepEqual([state, []], [to, actions]); // an actor that is done takes no events
        return;
      }
      const [after, taken] = transition(bare, before, EVENTS[name] as never);
      assert.equal(after.value, to);
      assert.deepEqual(
        taken.map(({ type }) => type).filter((type) => !type.startsWith('xstate.')),
        actions,
      );
    });
  }
}

test('a crash in a row doubles the wait before the restart, up to a minute', () => {
  assert.deepEqual([1, 2, 3, 7, 100].map(restartDelayMs), [1_000, 2_000, 4_000, RESTART_DELAY_MS_MAX, RESTART_DELAY_MS_MAX]);
});

test('I9 explored in full: every state can be stopped, and a change always ends in a publish or in a stop', () => {
  const explored = bare.provide({
    actions: {
      noteProviders: assign({ providers: { 'file/0': ['job'], 'file/1': ['job'] } }),
      noteCrash: assign(({ context }) => ({ crashes: withCrash(context.crashes, 'file/1', { isDown: true }) })),
      restartProvider: assign(({ context }) => ({ crashes: withCrash(context.crashes, 'file/1', { isDown: false }) })),
    },
  });
  const alphabet = Object.values(EVENTS) as never[];
  const map = getAdjacencyMap(explored, {
    events: (snapshot) => (snapshot.status === 'active' ? alphabet.filter((event) => snapshot.can(event)) : []),
    serializeState: ({ value, context }) =>
      JSON.stringify([value, Object.keys(context.providers), context.crashes['file/1']?.isDown ?? false]),
  });
  const nodes = Object.values(map) as unknown as readonly Node[];
  assert.deepEqual(new Set(nodes.map(({ state }) => state.value)), new Set(['quiet', 'pending', 'stopped']));
  assert.ok(nodes.length >= 6, `${nodes.length} states explored`);
  for (const { state, transitions } of nodes) {
    const targets = Object.values(transitions).map((edge) => [edge.event.type, edge.state.value]);
    if (state.value === 'stopped') assert.deepEqual(targets, []);
    else assert.ok(targets.some(([type, to]) => type === 'stop' && to === 'stopped'));
    if (state.value === 'pending') assert.ok(targets.some(([type, to]) => type === EVENTS.sendDelay.type && to === 'quiet'));
  }
});
