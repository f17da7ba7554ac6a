import { assign, fromCallback, sendParent, sendTo, setup } from 'xstate';
import { notProvided } from '../not-provided.ts';
import type { ProviderInput } from '../provider/provider-input.ts';
import type { ProviderNotice } from '../provider/provider-notice.ts';
import { RETRY_MS } from './consul-watch.ts';

/**
 * A provider that watches the services of a Consul datacenter.
 *
 *   locating ──located──▶ watching / updated: tell discovery
 *      │ ▲
 *      ▼ └──retryDelay── waiting        locateFailed
 *
 * The `source` actor owns the client and the watches; it lives as long as the machine, so they end with it.
 */
export type ConsulEvent =
  /** The client is open and the datacenter is known. */
  | { readonly type: 'located'; readonly datacenter: string }
  | { readonly type: 'locateFailed' }
  /** Other services than before are watched. */
  | { readonly type: 'watchesChanged'; readonly watchedCount: number }
  /** Something has changed: the update waits in the table. */
  | { readonly type: 'updated'; readonly rev: number };

/** What the source is asked to do. */
export type ConsulOrder = { readonly type: 'locate' } | { readonly type: 'watch' };

export interface ConsulContext {
  readonly provider: string;
  /** Empty until it is known. */
  readonly datacenter: string;
  /** Services that are watched. */
  readonly watchedCount: number;
}

const consul = setup({
  types: { input: {} as ProviderInput, context: {} as ConsulContext, events: {} as ConsulEvent },
  actors: { source: fromCallback<ConsulOrder, ProviderInput>(notProvided('source')) },
  actions: {
    locate: sendTo('source', { type: 'locate' } satisfies ConsulOrder),
    watch: sendTo('source', { type: 'watch' } satisfies ConsulOrder),
    noteDatacenter: assign((_, { datacenter }: { readonly datacenter: string }) => ({ datacenter })),
    noteWatches: assign((_, { watchedCount }: { readonly watchedCount: number }) => ({ watchedCount })),
    tellDiscovery: sendParent(({ context }, { rev }: { readonly rev: number }): ProviderNotice => ({
      type: 'providerUpdate',
      provider: context.provider,
      rev,
    })),
  },
  delays: { retryDelay: RETRY_MS },
});

export const consulMachine = consul.createMachine({
  id: 'consul',
  context: ({ input }) => ({ provider: input.provider, datacenter: '', watchedCount: 0 }),
  invoke: { id: 'source', src: 'source', input: ({ context }) => ({ provider: context.provider }) },
  initial: 'locating',
  states: {
    locating: {
      description: 'Opens the client and asks the agent for its datacenter, unless one is configured.',
      tags: ['live', 'busy'],
      entry: 'locate',
      on: {
        located: { target: 'watching', actions: { type: 'noteDatacenter', params: ({ event }) => ({ datacenter: event.datacenter }) } },
        locateFailed: 'waiting',
        watchesChanged: {}, // of nothing yet
        updated: {},
      },
    },
    waiting: {
      description: 'The agent did not answer as it should; it is asked again.',
      tags: 'live',
      on: { located: {}, locateFailed: {}, watchesChanged: {}, updated: {} },
      after: { retryDelay: 'locating' },
    },
    watching: {
      description: 'Polls are out for the catalog, for services, or for both.',
      tags: ['live', 'busy'],
      entry: 'watch',
      on: {
        located: {},
        locateFailed: {},
        watchesChanged: { actions: { type: 'noteWatches', params: ({ event }) => ({ watchedCount: event.watchedCount }) } },
        updated: { actions: { type: 'tellDiscovery', params: ({ event }) => ({ rev: event.rev }) } },
      },
    },
  },
});
