import { assign, fromPromise, setup } from 'xstate';
import { notProvided } from './not-provided.ts';

/**
 * The link to a NATS server: connected while it can be, and publishing then. What waits meanwhile is kept by those who
 * publish, within their bounds; scraping never waits for the link.
 *
 *   connecting ──connected──▶ publishing ──lost──▶ waiting ──back-off──▶ connecting
 *   stop: publishing ──▶ draining ──▶ closed;   elsewhere straight ──▶ closed
 */
export interface LinkContext {
  /** Attempts to connect that failed in a row. */
  readonly failureCount: number;
  /** Why the link is down, or was last. */
  readonly failure: string | null;
}

export type LinkEvent = { readonly type: 'stop' };

/** Longest that one attempt to connect may take. */
export const CONNECT_MS_MAX = 10_000;
/** Longest that what is under way may take at the end. */
export const DRAIN_MS_MAX = 5_000;
const BACK_OFF_MS_MIN = 500;
const BACK_OFF_MS_MAX = 30_000;

const link = setup({
  types: { context: {} as LinkContext, events: {} as LinkEvent, tags: {} as 'up' | 'down' },
  actors: {
    /** Resolves when connected; the connection stays behind the port. */
    connect: fromPromise<void>(notProvided('connect')),
    /** Publishes until it is aborted; rejects when the connection is lost or refuses. */
    publish: fromPromise<void>(notProvided('publish')),
    /** Sends what can be sent still. */
    drain: fromPromise<void>(notProvided('drain')),
  },
  actions: {
    noteConnected: assign({ failureCount: 0 }),
    noteFailure: assign(({ context }, { error }: { readonly error: unknown }) => ({
      failureCount: context.failureCount + 1,
      failure: error instanceof Error ? error.message : String(error),
    })),
    reportUp: notProvided('reportUp'),
    reportDown: notProvided('reportDown'),
    disconnect: notProvided('disconnect'),
  },
  delays: {
    connectDeadline: CONNECT_MS_MAX,
    drainDeadline: DRAIN_MS_MAX,
    backOff: ({ context }) => backOffMs(context.failureCount),
  },
});

export const linkMachine = link.createMachine({
  id: 'link',
  description: 'The link to a NATS server: connected while it can be, and publishing then.',
  context: { failureCount: 0, failure: null },
  initial: 'connecting',
  states: {
    connecting: {
      description: 'Asks the servers in turn and makes sure that the streams are there.',
      tags: 'down',
      invoke: {
        id: 'connect',
        src: 'connect',
        onDone: { target: 'publishing', actions: 'noteConnected' },
        onError: { target: 'waiting', actions: { type: 'noteFailure', params: ({ event }) => ({ error: event.error }) } },
      },
      on: { stop: 'closed' },
      after: { connectDeadline: { target: 'waiting', actions: { type: 'noteFailure', params: { error: 'no answer in time' } } } },
    },
    publishing: {
      description: 'What waits is published, and every message is acknowledged by its stream.',
      tags: 'up',
      entry: 'reportUp',
      invoke: {
        id: 'publish',
        src: 'publish',
        onDone: 'waiting',
        onError: { target: 'waiting', actions: { type: 'noteFailure', params: ({ event }) => ({ error: event.error }) } },
      },
      on: { stop: 'draining' },
    },
    waiting: {
      description: 'The server is away; the next attempt has its time.',
      tags: 'down',
      entry: ['disconnect', 'reportDown'],
      on: { stop: 'closed' },
      after: { backOff: 'connecting' },
    },
    draining: {
      description: 'The agent has stopped: what waits is published once more.',
      tags: 'up',
      invoke: { id: 'drain', src: 'drain', onDone: 'closed', onError: 'closed' },
      on: { stop: {} },
      after: { drainDeadline: 'closed' },
    },
    closed: { description: 'No connection is left.', type: 'final', entry: 'disconnect' },
  },
});

/** Half a second, doubled with each failure in a row, up to half a minute. */
export function backOffMs(failureCount: number): number {
  return Math.min(BACK_OFF_MS_MIN * 2 ** Math.max(failureCount - 1, 0), BACK_OFF_MS_MAX);
}
