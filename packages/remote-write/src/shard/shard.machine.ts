import { and, assign, setup } from 'xstate';
import { BACKOFF_MS_MIN } from '../limits.ts';
import type { RemoteWritePorts } from '../ports.ts';
import { backoffMs } from '../send/backoff.ts';
import type { ShardContext, ShardEvent, ShardInput } from './shard-events.ts';

const shard = setup({
  types: { input: {} as ShardInput, context: {} as ShardContext, events: {} as ShardEvent },
  actions: {
    attach: notProvided('attach'),
    detach: notProvided('detach'),
    startSend: notProvided('startSend'),
    timeOutSend: notProvided('timeOutSend'),
    cancelSend: notProvided('cancelSend'),
    noteBackoff: notProvided('noteBackoff'),
    noteFlush: assign({ flushAsked: true }),
    noteFailure: assign(({ context }, failure: { readonly error: string; readonly retryAfterMs: number | undefined }) => ({
      failedAttempts: context.failedAttempts + 1,
      lastError: failure.error,
      sleepMs: backoffMs({
        lastMs: context.sleepMs,
        minMs: context.timing.minBackoffMs,
        maxMs: context.timing.maxBackoffMs,
        retryAfterMs: failure.retryAfterMs,
      }),
    })),
    beginBatch: assign({ failedAttempts: 0, sleepMs: undefined, lastError: undefined }),
  },
  guards: {
    hasFullBatch: notProvided('hasFullBatch'),
    hasItems: notProvided('hasItems'),
    keepsUnsent: notProvided('keepsUnsent'),
    isFlushAsked: ({ context }) => context.flushAsked,
  },
  delays: {
    batchSendDeadline: ({ context }) => Math.max(context.timing.batchSendDeadlineMs, BACKOFF_MS_MIN),
    remoteTimeout: ({ context }) => Math.max(context.timing.remoteTimeoutMs, BACKOFF_MS_MIN),
    backoffDelay: ({ context }) => context.sleepMs ?? BACKOFF_MS_MIN,
  },
});

/**
 * One lane to a receiver: batches in order, one request in flight.
 *
 *   filling ──batchFull, batchSendDeadline──▶ sending ──accepted, rejected──▶ filling
 *   sending ──retryable, remoteTimeout──▶ backingOff ──backoffDelay──▶ sending
 *   filling ──[flush asked and nothing left]──▶ stopped;   any ──abort──▶ stopped
 *   backingOff ──[flush asked and the log keeps the rest]──▶ stopped
 */
export const shardMachine = shard.createMachine({
  id: 'shard',
  context: ({ input }) => ({ ...input, failedAttempts: 0, sleepMs: undefined, lastError: undefined, flushAsked: false }),
  initial: 'filling',
  entry: 'attach',
  on: {
    abort: '.stopped',
    flush: { actions: 'noteFlush' },
    batchFull: {}, // busy: looked at again on the way back to filling
    sendPartial: {},
    accepted: {}, // an answer to a request that was given up
    rejected: {},
    retryable: {},
  },
  states: {
    filling: {
      description: 'Items collect in the ring until a batch is full or the deadline after the last send has passed.',
      tags: 'live',
      always: [
        { guard: 'hasFullBatch', target: 'sending' },
        { guard: and(['isFlushAsked', 'hasItems']), target: 'sending' },
        { guard: 'isFlushAsked', target: 'stopped' },
      ],
      on: {
        batchFull: { guard: 'hasFullBatch', target: 'sending' },
        sendPartial: { guard: 'hasItems', target: 'sending' },
      },
      after: {
        batchSendDeadline: [
          { guard: 'hasItems', target: 'sending' },
          { target: 'filling', reenter: true },
        ],
      },
    },
    sending: {
      description: 'One request is in flight. Its items stay in the ring until it is decided.',
      tags: 'busy',
      entry: 'startSend',
      on: {
        accepted: { target: 'filling', actions: 'beginBatch' },
        rejected: { target: 'filling', actions: 'beginBatch' },
        retryable: { target: 'backingOff', actions: { type: 'noteFailure', params: ({ event }) => event } },
        abort: { target: 'stopped', actions: 'cancelSend' },
      },
      after: {
        remoteTimeout: {
          target: 'backingOff',
          actions: ['timeOutSend', { type: 'noteFailure', params: { error: 'the request timed out', retryAfterMs: undefined } }],
        },
      },
    },
    backingOff: {
      description: 'The receiver could not take the batch: the same batch is sent again after a while.',
      tags: 'busy',
      entry: 'noteBackoff',
      always: { guard: and(['isFlushAsked', 'keepsUnsent']), target: 'stopped' },
      after: { backoffDelay: 'sending' },
    },
    stopped: { type: 'final', description: 'Nothing is left to send, or the shard was cut off.', entry: 'detach' },
  },
});

/** The machine with its effects. Call once a process, not once an actor. */
export function bindShard(ports: RemoteWritePorts): typeof shardMachine {
  return shardMachine.provide({
    actions: {
      attach: ({ context, self }) => ports.attachShard(context, (event) => self.send(event)),
      detach: ({ context }) => ports.detachShard(context),
      startSend: ({ context }) => ports.startSend(context),
      timeOutSend: ({ context }) => ports.timeOutSend(context),
      cancelSend: ({ context }) => ports.cancelSend(context),
      noteBackoff: ({ context }) => ports.noteBackoff(context, context.sleepMs ?? 0),
    },
    guards: {
      hasFullBatch: ({ context }) => ports.hasFullBatch(context),
      hasItems: ({ context }) => ports.hasItems(context),
      keepsUnsent: ({ context }) => ports.keepsUnsent(context),
    },
  });
}

function notProvided(name: string): () => never {
  return () => {
    throw new Error(`the port behind "${name}" is not provided`);
  };
}
