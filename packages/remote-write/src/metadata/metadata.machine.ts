import { assign, setup } from 'xstate';
import { BACKOFF_MS_MIN } from '../limits.ts';
import { backoffMs } from '../send/backoff.ts';
import type { MetadataContext, MetadataEvent, MetadataInput, MetadataPorts } from './metadata-ports.ts';

const metadata = setup({
  types: { input: {} as MetadataInput, context: {} as MetadataContext, events: {} as MetadataEvent },
  actions: {
    attach: notProvided('attach'),
    collect: notProvided('collect'),
    sendChunk: notProvided('sendChunk'),
    timeOut: notProvided('timeOut'),
    release: notProvided('release'),
    beginChunk: assign({ sleepMs: undefined }),
    noteFailure: assign(({ context }, { retryAfterMs }: { readonly retryAfterMs: number | undefined }) => ({
      sleepMs: backoffMs({ lastMs: context.sleepMs, minMs: context.minBackoffMs, maxMs: context.maxBackoffMs, retryAfterMs }),
    })),
  },
  guards: { hasChunk: notProvided('hasChunk') },
  delays: {
    sendInterval: ({ context }) => Math.max(context.sendIntervalMs, BACKOFF_MS_MIN),
    remoteTimeout: ({ context }) => Math.max(context.remoteTimeoutMs, BACKOFF_MS_MIN),
    backoffDelay: ({ context }) => context.sleepMs ?? BACKOFF_MS_MIN,
    flushDeadline: ({ context }) => context.flushDeadlineMs,
  },
});

/**
 * What targets say about their metrics, sent to one receiver again and again.
 *
 *   waiting ──sendInterval──▶ sending ──finished──▶ sending, waiting;   sending ──retryable, remoteTimeout──▶ backingOff ──▶ sending
 *   waiting, backingOff ──stop──▶ stopped;   sending ──stop──▶ finishing ──finished, retryable, flushDeadline──▶ stopped
 */
export const metadataMachine = metadata.createMachine({
  id: 'metadata',
  context: ({ input }) => ({ ...input, sleepMs: undefined }),
  initial: 'waiting',
  entry: 'attach',
  on: { finished: {}, retryable: {}, stop: '.stopped' },
  states: {
    waiting: {
      description: 'Until the next round is due.',
      after: { sendInterval: [{ guard: 'hasChunk', target: 'sending' }, { target: 'collecting' }] },
    },
    collecting: {
      description: 'What the active targets say is collected, each family once.',
      entry: 'collect',
      always: [{ guard: 'hasChunk', target: 'sending' }, { target: 'waiting' }],
    },
    sending: {
      description: 'One request is in flight; the next one follows it.',
      tags: 'busy',
      entry: 'sendChunk',
      on: {
        finished: [
          { guard: 'hasChunk', target: 'sending', reenter: true, actions: 'beginChunk' },
          { target: 'waiting', actions: 'beginChunk' },
        ],
        retryable: { target: 'backingOff', actions: { type: 'noteFailure', params: ({ event }) => event } },
        stop: 'finishing',
      },
      after: {
        remoteTimeout: { target: 'backingOff', actions: ['timeOut', { type: 'noteFailure', params: { retryAfterMs: undefined } }] },
      },
    },
    backingOff: {
      description: 'The receiver could not take the request: the same one is made again after a while.',
      tags: 'busy',
      after: { backoffDelay: 'sending' },
    },
    finishing: {
      description: 'A stop came while a request was in flight: it may end, nothing follows it.',
      tags: 'ending',
      on: { finished: 'stopped', retryable: 'stopped', stop: {} },
      after: { flushDeadline: 'stopped' },
    },
    stopped: { type: 'final', description: 'Nothing is in flight any more.', entry: 'release' },
  },
});

/** The machine with its effects. */
export function bindMetadata(ports: MetadataPorts): typeof metadataMachine {
  return metadataMachine.provide({
    actions: {
      attach: ({ self }) => ports.attach((event) => self.send(event)),
      collect: () => ports.collect(),
      sendChunk: () => ports.sendChunk(),
      timeOut: () => ports.timeOut(),
      release: () => ports.release(),
    },
    guards: { hasChunk: () => ports.hasChunk() },
  });
}

function notProvided(name: string): () => never {
  return () => {
    throw new Error(`the port behind "${name}" is not provided`);
  };
}
