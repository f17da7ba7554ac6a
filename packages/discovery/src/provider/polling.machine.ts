import { assign, fromCallback, sendParent, sendTo, setup } from 'xstate';
import { notProvided } from '../not-provided.ts';
import type { ProviderInput } from './provider-input.ts';
import type { ProviderNotice } from './provider-notice.ts';

/**
 * A provider that asks again and again, at once and then on the grid of its refresh interval (D-004).
 *
 *   refreshing ──refreshed / tell discovery, confirmed, refreshFailed, deadline──▶ resting ──untilNextRefresh──▶ refreshing
 *
 * The `source` actor owns the client and does the asking; it lives as long as the machine, so it ends with it.
 */
export type PollingEvent =
  /** Something has changed: the update waits in the table. */
  | { readonly type: 'refreshed'; readonly rev: number }
  /** The answer was the one already known. */
  | { readonly type: 'confirmed' }
  | { readonly type: 'refreshFailed' };

/** What the source is asked to do. */
export type SourceOrder = { readonly type: 'refresh' } | { readonly type: 'giveUp' };

export interface PollingContext {
  readonly provider: string;
  /** Monotonic time of tick 0. */
  readonly startedMono: number;
  /** Tick of the grid that the last refresh belongs to. */
  readonly tick: number;
}

const polling = setup({
  types: { input: {} as ProviderInput, context: {} as PollingContext, events: {} as PollingEvent },
  actors: { source: fromCallback<SourceOrder, ProviderInput>(notProvided('source')) },
  actions: {
    noteStart: notProvided('noteStart'),
    noteTick: notProvided('noteTick'),
    askSource: sendTo('source', { type: 'refresh' } satisfies SourceOrder),
    giveUpRefresh: sendTo('source', { type: 'giveUp' } satisfies SourceOrder),
    tellDiscovery: sendParent(({ context }, { rev }: { readonly rev: number }): ProviderNotice => ({
      type: 'providerUpdate',
      provider: context.provider,
      rev,
    })),
  },
  delays: { refreshDeadline: notProvided('refreshDeadline'), untilNextRefresh: notProvided('untilNextRefresh') },
});

export const pollingMachine = polling.createMachine({
  id: 'provider',
  context: ({ input }) => ({ provider: input.provider, startedMono: 0, tick: 0 }),
  entry: 'noteStart',
  invoke: { id: 'source', src: 'source', input: ({ context }) => ({ provider: context.provider }) },
  initial: 'refreshing',
  states: {
    refreshing: {
      description: 'A request is out.',
      tags: ['live', 'busy'],
      entry: 'askSource',
      on: {
        refreshed: { target: 'resting', actions: { type: 'tellDiscovery', params: ({ event }) => ({ rev: event.rev }) } },
        confirmed: 'resting',
        refreshFailed: 'resting',
      },
      after: { refreshDeadline: { target: 'resting', actions: 'giveUpRefresh' } },
    },
    resting: {
      description: 'Waits for the next tick of the refresh interval.',
      tags: 'live',
      on: { refreshed: {}, confirmed: {}, refreshFailed: {} }, // answers of a refresh that was given up
      after: { untilNextRefresh: { target: 'refreshing', actions: 'noteTick' } },
    },
  },
});

/** When the first tick is: the grid hangs on the start of the provider. */
function startedAt(nowMono: number): Pick<PollingContext, 'startedMono' | 'tick'> {
  return { startedMono: nowMono, tick: 0 };
}

/** The tick that a refresh beginning now belongs to: at least the one after the last, ticks that were missed are left out. */
export function tickAt(context: PollingContext, intervalMs: number, nowMono: number): number {
  return Math.max(context.tick + 1, Math.floor((nowMono - context.startedMono) / intervalMs));
}

/** Milliseconds until the next tick; 0 where it has passed while the last refresh was under way. */
export function msToNextRefresh(context: PollingContext, intervalMs: number, nowMono: number): number {
  return Math.max(0, context.startedMono + (context.tick + 1) * intervalMs - nowMono);
}

/** Binds the machine to a clock and to the interval of each provider, and `source` to what does the asking. */
export function bindPolling({ mono, intervalMsOf, deadlineMsOf, source }: PollingBinding): typeof pollingMachine {
  return pollingMachine.provide({
    actors: { source },
    actions: {
      noteStart: assign(() => startedAt(mono())),
      noteTick: assign(({ context }) => ({ tick: tickAt(context, intervalMsOf(context.provider), mono()) })),
    },
    delays: {
      refreshDeadline: ({ context }) => deadlineMsOf(context.provider),
      untilNextRefresh: ({ context }) => msToNextRefresh(context, intervalMsOf(context.provider), mono()),
    },
  });
}

/** What `bindPolling` needs. */
export interface PollingBinding {
  readonly mono: () => number;
  /** Milliseconds between two refreshes. Above 0. */
  readonly intervalMsOf: (provider: string) => number;
  /** Milliseconds that a refresh may take. Above 0. */
  readonly deadlineMsOf: (provider: string) => number;
  readonly source: ReturnType<typeof fromCallback<SourceOrder, ProviderInput>>;
}
