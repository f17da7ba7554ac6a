import { assign, fromCallback, sendParent, sendTo, setup } from 'xstate';
import { notProvided } from '../../not-provided.ts';

/**
 * Keeps a copy of the objects of one watch: lists them page by page, then watches from there (C-150).
 *
 *   listing ──pageListed──▶ listing ──listed / tell the provider──▶ watching ──watchClosed──▶ watching, ──watchExpired──▶ listing
 *   listing ──listFailed, deadline──▶ waitingToList ──▶ listing;   watching ──watchFailed, deadline──▶ waitingToWatch ──▶ watching
 *   watching ──watchRefused──▶ waitingToList
 *
 * The `api` actor asks and keeps the objects; it lives as long as the machine, so it ends with it.
 */
export type ReflectorEvent =
  /** There are more pages. */
  | { readonly type: 'pageListed' }
  /** The list is complete, and the copy is the same. */
  | { readonly type: 'listed' }
  | { readonly type: 'listFailed' }
  /** The server has ended the watch, which it does every few minutes. */
  | WatchEnd<'watchClosed'>
  /** What came since cannot be told any more: the list has to be had anew. */
  | WatchEnd<'watchExpired'>
  /** The server did not answer, or has no time now. */
  | WatchEnd<'watchFailed'>
  /** The server will not or cannot go on from there. */
  | WatchEnd<'watchRefused'>;

interface WatchEnd<Type extends string> {
  readonly type: Type;
  /** How long the watch had lasted, in milliseconds. */
  readonly livedMs: number;
}

/** What the `api` actor is asked to do. */
export type ReflectorOrder =
  /** For the next page of the list under way, else for the first of a new one. */
  { readonly type: 'listPage' } | { readonly type: 'watch'; readonly watchMs: number } | { readonly type: 'giveUp' };

/** What the provider is told. */
export interface ReflectorNotice {
  readonly type: 'listed';
  readonly watch: string;
}

export interface ReflectorInput {
  readonly provider: string;
  readonly watch: string;
}

export interface ReflectorContext extends ReflectorInput {
  /** Failures in a row; a watch that lasts puts an end to the row. */
  readonly failureCount: number;
  /** How long the server is asked to keep the watch open, in milliseconds. */
  readonly watchMs: number;
}

/** Milliseconds that one page of a list may take. */
export const LIST_MS_MAX = 60_000;
/** A watch that lasts for this many milliseconds is sound: whatever ends it, the next one may begin at once. */
export const SOUND_WATCH_MS = 1_000;
/** Milliseconds beyond those that it was asked for after which a watch counts as dead. */
export const WATCH_MARGIN_MS = 30_000;

const reflector = setup({
  types: { input: {} as ReflectorInput, context: {} as ReflectorContext, events: {} as ReflectorEvent },
  actors: { api: fromCallback<ReflectorOrder, ReflectorInput>(notProvided('api')) },
  actions: {
    drawWatchMs: notProvided('drawWatchMs'),
    askPage: sendTo('api', { type: 'listPage' } satisfies ReflectorOrder),
    askWatch: sendTo('api', ({ context }): ReflectorOrder => ({ type: 'watch', watchMs: context.watchMs })),
    giveUp: sendTo('api', { type: 'giveUp' } satisfies ReflectorOrder),
    tellListed: sendParent(({ context }): ReflectorNotice => ({ type: 'listed', watch: context.watch })),
    noteFailure: assign(({ context }) => ({ failureCount: context.failureCount + 1 })),
    forgetFailures: assign({ failureCount: 0 }),
  },
  guards: { wasSound: ({ event }) => 'livedMs' in event && event.livedMs >= SOUND_WATCH_MS },
  delays: {
    retryDelay: notProvided('retryDelay'),
    listDeadline: LIST_MS_MAX,
    watchDeadline: ({ context }) => context.watchMs + WATCH_MARGIN_MS,
  },
});

/** Answers to what was given up. */
const LATE = { pageListed: {}, listed: {}, listFailed: {}, watchClosed: {}, watchExpired: {}, watchFailed: {}, watchRefused: {} } as const;

export const reflectorMachine = reflector.createMachine({
  id: 'reflector',
  context: ({ input }) => ({ ...input, failureCount: 0, watchMs: 0 }),
  invoke: { id: 'api', src: 'api', input: ({ context: { provider, watch } }) => ({ provider, watch }) },
  initial: 'listing',
  states: {
    listing: {
      description: 'All objects are asked for, page by page.',
      tags: ['live', 'busy'],
      entry: 'askPage',
      on: {
        ...LATE,
        pageListed: { target: 'listing', reenter: true },
        listed: { target: 'watching', actions: 'tellListed' },
        listFailed: { target: 'waitingToList', actions: 'noteFailure' },
      },
      after: { listDeadline: { target: 'waitingToList', actions: ['giveUp', 'noteFailure'] } },
    },
    watching: {
      description: 'The server tells of changes as they happen.',
      tags: 'live',
      entry: ['drawWatchMs', 'askWatch'],
      on: {
        ...LATE,
        watchClosed: [
          { guard: 'wasSound', target: 'watching', reenter: true, actions: 'forgetFailures' },
          { target: 'waitingToWatch', actions: 'noteFailure' },
        ],
        watchExpired: [
          { guard: 'wasSound', target: 'listing', actions: 'forgetFailures' },
          { target: 'waitingToList', actions: 'noteFailure' },
        ],
        watchFailed: [
          { guard: 'wasSound', target: 'waitingToWatch', actions: ['forgetFailures', 'noteFailure'] },
          { target: 'waitingToWatch', actions: 'noteFailure' },
        ],
        watchRefused: [
          { guard: 'wasSound', target: 'waitingToList', actions: ['forgetFailures', 'noteFailure'] },
          { target: 'waitingToList', actions: 'noteFailure' },
        ],
      },
      after: { watchDeadline: { target: 'waitingToWatch', actions: ['giveUp', 'forgetFailures', 'noteFailure'] } },
    },
    waitingToList: {
      description: 'Waits, longer after every failure, before the list is asked for again.',
      tags: 'live',
      on: LATE,
      after: { retryDelay: 'listing' },
    },
    waitingToWatch: {
      description: 'Waits, longer after every failure, before the watch goes on from where it was.',
      tags: 'live',
      on: LATE,
      after: { retryDelay: 'watching' },
    },
  },
});
