import assert from 'node:assert/strict';
import test from 'node:test';
import { transition } from 'xstate';
import type { SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { reflectorMachine, SOUND_WATCH_MS } from './reflector.machine.ts';

type State = SnapshotFrom<typeof reflectorMachine>['value'];

const EVENTS = {
  pageListed: { type: 'pageListed' },
  listed: { type: 'listed' },
  listFailed: { type: 'listFailed' },
  watchClosed: { type: 'watchClosed', livedMs: SOUND_WATCH_MS },
  watchClosedAtOnce: { type: 'watchClosed', livedMs: SOUND_WATCH_MS - 1 },
  watchExpired: { type: 'watchExpired', livedMs: SOUND_WATCH_MS },
  watchExpiredAtOnce: { type: 'watchExpired', livedMs: SOUND_WATCH_MS - 1 },
  watchFailed: { type: 'watchFailed', livedMs: SOUND_WATCH_MS },
  watchFailedAtOnce: { type: 'watchFailed', livedMs: SOUND_WATCH_MS - 1 },
  watchRefused: { type: 'watchRefused', livedMs: SOUND_WATCH_MS },
  watchRefusedAtOnce: { type: 'watchRefused', livedMs: SOUND_WATCH_MS - 1 },
  listDeadline: { type: 'xstate.after.listDeadline.reflector.listing' },
  watchDeadline: { type: 'xstate.after.watchDeadline.reflector.watching' },
  listAgain: { type: 'xstate.after.retryDelay.reflector.waitingToList' },
  watchAgain: { type: 'xstate.after.retryDelay.reflector.waitingToWatch' },
} as const;
type EventName = keyof typeof EVENTS;

/** To which state, with which actions, and with how many failures in a row where there were three. */
type Expectation = readonly [to: State, failureCount: number, ...actions: readonly string[]];

const late = (state: State): Expectation => [state, 3];
const WATCH = ['drawWatchMs', 'askWatch'];
const TABLE: Record<State, Record<EventName, Expectation>> = {
  listing: {
    pageListed: ['listing', 3, 'askPage'],
    listed: ['watching', 3, 'tellListed', ...WATCH],
    listFailed: ['waitingToList', 4],
    watchClosed: late('listing'),
    watchClosedAtOnce: late('listing'),
    watchExpired: late('listing'),
    watchExpiredAtOnce: late('listing'),
    watchFailed: late('listing'),
    watchFailedAtOnce: late('listing'),
    watchRefused: late('listing'),
    watchRefusedAtOnce: late('listing'),
    listDeadline: ['waitingToList', 4, 'giveUp'],
    watchDeadline: late('listing'),
    listAgain: late('listing'),
    watchAgain: late('listing'),
  },
  watching: {
    pageListed: late('watching'),
    listed: late('watching'),
    listFailed: late('watching'),
    watchClosed: ['watching', 0, ...WATCH],
    watchClosedAtOnce: ['waitingToWatch', 4],
    watchExpired: ['listing', 0, 'askPage'],
    watchExpiredAtOnce: ['waitingToList', 4],
    watchFailed: ['waitingToWatch', 1],
    watchFailedAtOnce: ['waitingToWatch', 4],
    watchRefused: ['waitingToList', 1],
    watchRefusedAtOnce: ['waitingToList', 4],
    listDeadline: late('watching'),
    watchDeadline: ['waitingToWatch', 1, 'giveUp'],
    listAgain: late('watching'),
    watchAgain: late('watching'),
  },
  waitingToList: { ...everyEvent('waitingToList'), listAgain: ['listing', 3, 'askPage'] },
  waitingToWatch: { ...everyEvent('waitingToWatch'), watchAgain: ['watching', 3, ...WATCH] },
};

function everyEvent(state: State): Record<EventName, Expectation> {
  return Object.fromEntries(Object.keys(EVENTS).map((name) => [name, late(state)])) as Record<EventName, Expectation>;
}

const ACTIONS = ['drawWatchMs', 'askPage', 'askWatch', 'giveUp', 'tellListed'] as const;
const bare = reflectorMachine.provide({
  actions: Object.fromEntries(ACTIONS.map((name) => [name, () => {}])),
  delays: { retryDelay: 1_000 },
});
const context = { provider: 'kubernetes/0', watch: 'pods', failureCount: 3, watchMs: 1_000 };

for (const state of Object.keys(TABLE) as State[]) {
  for (const name of Object.keys(EVENTS) as EventName[]) {
    const [to, failureCount, ...actions] = TABLE[state][name];
    test(`C-150 a reflector in ${state}: ${name} leads to ${to}`, () => {
      const [after, taken] = transition(bare, bare.resolveState({ value: state, context }), EVENTS[name] as never);
      assert.equal(after.value, to);
      assert.equal(after.context.failureCount, failureCount);
      assert.deepEqual(
        taken.map(({ type }) => type).filter((type) => !type.startsWith('xstate.')),
        actions,
      );
    });
  }
}

test('C-150 from every state of a reflector a request is reached by time alone', () => {
  const timers = [EVENTS.listDeadline, EVENTS.watchDeadline, EVENTS.listAgain, EVENTS.watchAgain] as never[];
  for (const value of Object.keys(TABLE) as State[]) {
    const fromState = bare.resolveState({ value, context });
    const paths = getShortestPaths(bare, {
      fromState,
      events: timers,
      limit: 100,
      serializeState: (snapshot) => JSON.stringify(snapshot.value),
    });
    assert.ok(
      paths.some(({ state }) => state.value === 'listing' || state.value === 'watching'),
      value,
    );
  }
});
