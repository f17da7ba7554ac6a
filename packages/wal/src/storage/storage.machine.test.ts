import assert from 'node:assert/strict';
import test from 'node:test';
import { VirtualClock } from '@limpet/driver';
import { createActor } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { CLOSE_MS, RETRY_MS, TRUNCATE_INTERVAL_MS } from '../limits.ts';
import type { StorageEvent } from './storage-events.ts';
import { bindStorage } from './storage.machine.ts';

type State = 'opening' | 'ready' | 'truncating' | 'degraded' | 'closing' | 'closed' | 'failed';
type Event = StorageEvent['type'];

const EVENTS: Readonly<Record<Event, StorageEvent>> = {
  opened: { type: 'opened' },
  openFailed: { type: 'openFailed', error: 'EACCES' },
  written: { type: 'written' },
  writeFailed: { type: 'writeFailed', error: 'ENOSPC' },
  truncated: { type: 'truncated' },
  close: { type: 'close' },
  closed: { type: 'closed' },
};

/** How to get into each state. */
const WAY: Readonly<Record<State, readonly (Event | number)[]>> = {
  opening: [],
  ready: ['opened'],
  truncating: ['opened', TRUNCATE_INTERVAL_MS],
  degraded: ['opened', 'writeFailed'],
  closing: ['opened', 'close'],
  closed: ['opened', 'close', 'closed'],
  failed: ['openFailed'],
};

/** Where each event leads from each state that is not an end; the ports that it calls behind the arrow. */
const TABLE: Readonly<Record<Exclude<State, 'closed' | 'failed'>, Readonly<Record<Event, string>>>> = {
  opening: {
    opened: 'ready',
    openFailed: 'failed',
    written: 'opening',
    writeFailed: 'opening',
    truncated: 'opening',
    close: 'closing → closeLog',
    closed: 'opening',
  },
  ready: {
    opened: 'ready',
    openFailed: 'ready',
    written: 'ready',
    writeFailed: 'degraded',
    truncated: 'ready',
    close: 'closing → closeLog',
    closed: 'ready',
  },
  truncating: {
    opened: 'truncating',
    openFailed: 'truncating',
    written: 'truncating',
    writeFailed: 'degraded',
    truncated: 'ready',
    close: 'closing → closeLog',
    closed: 'truncating',
  },
  degraded: {
    opened: 'degraded',
    openFailed: 'degraded',
    written: 'ready',
    writeFailed: 'degraded',
    truncated: 'degraded',
    close: 'closing → closeLog',
    closed: 'degraded',
  },
  closing: {
    opened: 'closing',
    openFailed: 'closing',
    written: 'closing',
    writeFailed: 'closing',
    truncated: 'closing',
    close: 'closing',
    closed: 'closed',
  },
};

function startedIn(state: State) {
  const clock = new VirtualClock();
  const calls: string[] = [];
  const call = (name: string) => () => void calls.push(name);
  const machine = bindStorage({
    attach: () => {},
    openLog: call('openLog'),
    truncate: call('truncate'),
    retryWrite: call('retryWrite'),
    closeLog: call('closeLog'),
  });
  const actor = createActor(machine, { clock });
  actor.start();
  for (const step of WAY[state]) {
    if (typeof step === 'number') clock.advance(step);
    else actor.send(EVENTS[step]);
  }
  assert.equal(actor.getSnapshot().value, state);
  calls.length = 0;
  return { actor, clock, calls };
}

test('every event in every state of the log has its meaning', () => {
  for (const [state, row] of Object.entries(TABLE) as [keyof typeof TABLE, (typeof TABLE)[keyof typeof TABLE]][]) {
    for (const [type, outcome] of Object.entries(row) as [Event, string][]) {
      const { actor, calls } = startedIn(state);
      actor.send(EVENTS[type]);
      assert.equal([actor.getSnapshot().value, ...calls].join(' → '), outcome, `${type} in ${state}`);
    }
  }
});

test('a log that cannot be written is tried again every second, says why, and forgets it when it is well', () => {
  const { actor, clock, calls } = startedIn('degraded');
  assert.equal(actor.getSnapshot().context.lastError, 'ENOSPC');
  clock.advance(3 * RETRY_MS);
  assert.deepEqual(calls, ['retryWrite', 'retryWrite', 'retryWrite']);
  actor.send({ type: 'writeFailed', error: 'EIO' });
  assert.equal(actor.getSnapshot().context.lastError, 'EIO');
  actor.send({ type: 'written' });
  assert.deepEqual([actor.getSnapshot().value, actor.getSnapshot().context.lastError], ['ready', undefined]);
});

test('a log is looked through for what may go once a minute, and a closing one ends with its deadline', () => {
  const ready = startedIn('ready');
  ready.clock.advance(TRUNCATE_INTERVAL_MS);
  assert.deepEqual([ready.actor.getSnapshot().value, ready.calls], ['truncating', ['truncate']]);
  const closing = startedIn('closing');
  closing.clock.advance(CLOSE_MS);
  assert.equal(closing.actor.getSnapshot().value, 'closed');
  assert.equal(closing.clock.pendingCount, 0);
});

test('every state of the log is reached, and from each it can end', () => {
  const machine = bindStorage({ attach: () => {}, openLog: () => {}, truncate: () => {}, retryWrite: () => {}, closeLog: () => {} });
  const after = (state: string, delay: string) => ({ type: `xstate.after.${delay}.storage.${state}` }) as never;
  const events = [
    ...Object.values(EVENTS),
    after('ready', 'truncateInterval'),
    after('degraded', 'retryDelay'),
    after('closing', 'closeDeadline'),
  ];
  const reached = new Set(getShortestPaths(machine, { events }).map(({ state }) => state.value));
  assert.deepEqual([...reached].toSorted(), Object.keys(WAY).toSorted());
});
