import { assign, fromCallback, sendParent, sendTo, setup } from 'xstate';
import { notProvided } from '../not-provided.ts';
import type { ProviderInput } from '../provider/provider-input.ts';
import type { ProviderNotice } from '../provider/provider-notice.ts';

/**
 * A provider whose targets register themselves, each for a while.
 *
 *   empty ──changed──▶ holding ──untilExpiry──▶ expiring ──changed──▶ holding, or ──▶ empty
 *
 * The `board` actor reads what was registered and hands over the groups; how many there are and when the next one runs
 * out comes with each `changed`.
 */
export type PushEvent = {
  readonly type: 'changed';
  /** The update that waits in the table; absent where only a time has changed. */
  readonly rev?: number;
  readonly sourceCount: number;
  /** Monotonic time at which the next registration runs out; `Infinity` where there is none. */
  readonly nextMono: number;
};

/** What the board is asked to do. */
export interface BoardOrder {
  readonly type: 'expireDue';
}

export interface PushContext {
  readonly provider: string;
  readonly sourceCount: number;
  readonly nextMono: number;
}

const push = setup({
  types: { input: {} as ProviderInput, context: {} as PushContext, events: {} as PushEvent },
  actors: { board: fromCallback<BoardOrder, ProviderInput>(notProvided('board')) },
  actions: {
    note: assign(({ event: { sourceCount, nextMono } }) => ({ sourceCount, nextMono })),
    expireDue: sendTo('board', { type: 'expireDue' } satisfies BoardOrder),
    tellDiscovery: sendParent(({ context, event }): ProviderNotice => ({
      type: 'providerUpdate',
      provider: context.provider,
      rev: event.rev ?? 0,
    })),
  },
  guards: {
    isNews: ({ event }) => event.rev !== undefined,
    isLast: ({ event }) => event.sourceCount === 0,
    isLastAndNews: ({ event }) => event.sourceCount === 0 && event.rev !== undefined,
  },
  delays: { untilExpiry: notProvided('untilExpiry') },
});

/** What has changed is told on; where only a time has changed, nobody needs to know. */
const onChanged = [
  { guard: 'isLastAndNews', target: 'empty', reenter: true, actions: ['note', 'tellDiscovery'] },
  { guard: 'isLast', target: 'empty', reenter: true, actions: 'note' },
  { guard: 'isNews', target: 'holding', reenter: true, actions: ['note', 'tellDiscovery'] },
  { target: 'holding', reenter: true, actions: 'note' },
] as const;

export const pushMachine = push.createMachine({
  id: 'push',
  description: 'A provider whose targets register themselves, each for a while.',
  context: ({ input }) => ({ provider: input.provider, sourceCount: 0, nextMono: Infinity }),
  invoke: { id: 'board', src: 'board', input: ({ context }) => ({ provider: context.provider }) },
  initial: 'empty',
  states: {
    empty: { description: 'Nobody has registered.', tags: 'live', on: { changed: onChanged } },
    holding: {
      description: 'Registrations hold until the next of them runs out.',
      tags: 'live',
      on: { changed: onChanged },
      after: { untilExpiry: 'expiring' },
    },
    expiring: {
      description: 'Registrations that were not renewed are taken out.',
      tags: ['live', 'busy'],
      entry: 'expireDue',
      on: { changed: onChanged },
    },
  },
});
