import { assign, setup } from 'xstate';
import { CLOSE_MS, RETRY_MS, TRUNCATE_INTERVAL_MS } from '../limits.ts';
import type { StorageContext, StorageEvent } from './storage-events.ts';
import type { StoragePorts } from './storage-ports.ts';

const storage = setup({
  types: { context: {} as StorageContext, events: {} as StorageEvent },
  actions: {
    attach: notProvided('attach'),
    openLog: notProvided('openLog'),
    truncate: notProvided('truncate'),
    retryWrite: notProvided('retryWrite'),
    closeLog: notProvided('closeLog'),
    noteFailure: assign((_, { error }: { readonly error: string }) => ({ lastError: error })),
    forgetFailure: assign({ lastError: undefined }),
  },
  delays: { truncateInterval: TRUNCATE_INTERVAL_MS, retryDelay: RETRY_MS, closeDeadline: CLOSE_MS },
});

/**
 * The condition of the log on disk. Appending and reading are direct calls on it, in every state.
 *
 *   opening ──opened──▶ ready ⇄ truncating;   ready, truncating ──writeFailed──▶ degraded ──written──▶ ready
 *   opening ──openFailed──▶ failed;   ready, truncating, degraded ──close──▶ closing ──closed, deadline──▶ closed
 */
export const storageMachine = storage.createMachine({
  id: 'storage',
  context: { lastError: undefined },
  initial: 'opening',
  entry: 'attach',
  on: {
    opened: {}, // answers that came too late
    openFailed: {},
    written: {},
    writeFailed: {},
    truncated: {},
    closed: {},
    close: {},
  },
  states: {
    opening: {
      description: 'Segments and cursors are read; the torn end of the newest segment is cut off.',
      tags: 'busy',
      entry: 'openLog',
      on: {
        opened: 'ready',
        openFailed: { target: 'failed', actions: { type: 'noteFailure', params: ({ event }) => event } },
        close: 'closing',
      },
    },
    ready: {
      description: 'Batches reach the disk within 100 ms and survive a power loss after a second.',
      tags: 'live',
      on: { writeFailed: { target: 'degraded', actions: { type: 'noteFailure', params: ({ event }) => event } }, close: 'closing' },
      after: { truncateInterval: 'truncating' },
    },
    truncating: {
      description: 'Segments that every receiver has, or that are too old or too many, are deleted.',
      tags: ['live', 'busy'],
      entry: 'truncate',
      on: {
        truncated: 'ready',
        writeFailed: { target: 'degraded', actions: { type: 'noteFailure', params: ({ event }) => event } },
        close: 'closing',
      },
    },
    degraded: {
      description: 'The disk does not take what is written: it stays in memory, is delivered from there, and is tried again.',
      tags: 'live',
      on: {
        written: { target: 'ready', actions: 'forgetFailure' },
        writeFailed: { target: 'degraded', reenter: true, actions: { type: 'noteFailure', params: ({ event }) => event } },
        close: 'closing',
      },
      after: { retryDelay: { target: 'degraded', reenter: true, actions: 'retryWrite' } },
    },
    closing: {
      description: 'What is in memory is written and the cursors are saved, as far as the deadline allows.',
      tags: 'ending',
      entry: 'closeLog',
      on: { closed: 'closed' },
      after: { closeDeadline: 'closed' },
    },
    closed: { type: 'final', description: 'Every file is closed.' },
    failed: { type: 'final', description: 'The folder cannot be made or read.' },
  },
});

/** The machine with its effects. Call once a process, not once an actor. */
export function bindStorage(ports: StoragePorts): typeof storageMachine {
  return storageMachine.provide({
    actions: {
      attach: ({ self }) => ports.attach((event) => self.send(event)),
      openLog: () => ports.openLog(),
      truncate: () => ports.truncate(),
      retryWrite: () => ports.retryWrite(),
      closeLog: () => ports.closeLog(),
    },
  });
}

function notProvided(name: string): () => never {
  return () => {
    throw new Error(`the port behind "${name}" is not provided`);
  };
}
