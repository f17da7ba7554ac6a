import { assign, fromCallback, sendParent, sendTo, setup } from 'xstate';
import { notProvided } from '../not-provided.ts';
import { OPENING_MS_MAX } from '../provider/lazy-client.ts';
import type { ProviderInput } from '../provider/provider-input.ts';
import type { ProviderNotice } from '../provider/provider-notice.ts';
import { reflectorMachine } from './watch/reflector.machine.ts';
import type { ReflectorNotice } from './watch/reflector.machine.ts';

/**
 * A section of `kubernetes_sd_configs`: opens the way to the API server, keeps copies of all objects that its targets are
 * made of, and tells of groups that have changed (C-150).
 *
 *   opening ──opened / start reflectors──▶ syncing ──listed, by the last one──▶ assembling ──assembled / tell all──▶ quiet
 *   opening ──openFailed, deadline──▶ closed ──retryDelay──▶ opening
 *   quiet ──changed──▶ collecting ──collectDelay / tell what changed──▶ quiet;   any ──found──▶ (tell discovery)
 *
 * The `cluster` actor owns the client and the objects; it lives as long as the machine, so it ends with it.
 */
export type KubernetesEvent =
  | { readonly type: 'opened'; readonly watches: readonly string[] }
  | { readonly type: 'openFailed' }
  | ReflectorNotice
  /** All groups that are to be told first are made. */
  | { readonly type: 'assembled' }
  /** Objects have changed since groups were told last. */
  | { readonly type: 'changed' }
  /** An update waits in the table. */
  | { readonly type: 'found'; readonly rev: number };

/** What the `cluster` actor is asked to do. */
export type ClusterOrder =
  | { readonly type: 'open' }
  | { readonly type: 'giveUpOpening' }
  /** For some more of the groups that are to be told first. */
  | { readonly type: 'assemble' }
  | { readonly type: 'tellAll' }
  | { readonly type: 'tellChanged' };

export interface KubernetesContext {
  readonly provider: string;
  /** Failures of opening in a row. */
  readonly failureCount: number;
  /** Names of the watches. */
  readonly watches: readonly string[];
  /** Those of them whose list was never complete. */
  readonly unsynced: readonly string[];
}

/** Milliseconds between two slices of the work: time for everybody else. */
export const SLICE_PAUSE_MS = 1;
/** Changes are collected for this many milliseconds: what belongs together, a pod and its endpoints, comes close together. */
export const COLLECT_MS = 50;

const kubernetes = setup({
  types: { input: {} as ProviderInput, context: {} as KubernetesContext, events: {} as KubernetesEvent },
  actors: { cluster: fromCallback<ClusterOrder, ProviderInput>(notProvided('cluster')), reflector: reflectorMachine },
  actions: {
    askOpen: sendTo('cluster', { type: 'open' } satisfies ClusterOrder),
    giveUpOpening: sendTo('cluster', { type: 'giveUpOpening' } satisfies ClusterOrder),
    askAssemble: sendTo('cluster', { type: 'assemble' } satisfies ClusterOrder),
    tellAll: sendTo('cluster', { type: 'tellAll' } satisfies ClusterOrder),
    tellChanged: sendTo('cluster', { type: 'tellChanged' } satisfies ClusterOrder),
    noteFailure: assign(({ context }) => ({ failureCount: context.failureCount + 1 })),
    noteWatches: assign((_, { watches }: { readonly watches: readonly string[] }) => ({ watches, unsynced: watches, failureCount: 0 })),
    startReflectors: assign(({ context: { provider, watches }, spawn }) => {
      for (const watch of watches) spawn('reflector', { id: watch, input: { provider, watch } });
      return {};
    }),
    noteListed: assign(({ context }, { watch }: { readonly watch: string }) => ({
      unsynced: context.unsynced.filter((name) => name !== watch),
    })),
    tellDiscovery: sendParent(({ context }, { rev }: { readonly rev: number }): ProviderNotice => ({
      type: 'providerUpdate',
      provider: context.provider,
      rev,
    })),
  },
  guards: { isLast: ({ context, event }) => event.type === 'listed' && context.unsynced.every((name) => name === event.watch) },
  delays: { retryDelay: notProvided('retryDelay'), openDeadline: OPENING_MS_MAX, collectDelay: COLLECT_MS, slicePause: SLICE_PAUSE_MS },
});

/** Answers to what is over. */
const LATE = { opened: {}, openFailed: {}, assembled: {} } as const;

export const kubernetesMachine = kubernetes.createMachine({
  id: 'kubernetes',
  context: ({ input }) => ({ provider: input.provider, failureCount: 0, watches: [], unsynced: [] }),
  invoke: { id: 'cluster', src: 'cluster', input: ({ context }) => ({ provider: context.provider }) },
  initial: 'opening',
  on: { found: { actions: { type: 'tellDiscovery', params: ({ event }) => ({ rev: event.rev }) } } },
  states: {
    opening: {
      description: 'The files that say how to reach the API server are read.',
      tags: ['live', 'busy'],
      entry: 'askOpen',
      on: {
        opened: {
          target: 'syncing',
          actions: [{ type: 'noteWatches', params: ({ event }) => ({ watches: event.watches }) }, 'startReflectors'],
        },
        openFailed: { target: 'closed', actions: 'noteFailure' },
        assembled: {},
        listed: {},
        changed: {},
      },
      after: { openDeadline: { target: 'closed', actions: ['giveUpOpening', 'noteFailure'] } },
    },
    closed: {
      description: 'Waits, longer after every failure, before the files are read again.',
      tags: 'live',
      on: { ...LATE, listed: {}, changed: {} },
      after: { retryDelay: 'opening' },
    },
    syncing: {
      description: 'Some lists are not complete: nothing is told before they are.',
      tags: ['live', 'busy'],
      on: {
        ...LATE,
        changed: {},
        listed: [
          {
            guard: 'isLast',
            target: 'assembling',
            actions: { type: 'noteListed', params: ({ event }) => ({ watch: event.watch }) },
          },
          { actions: { type: 'noteListed', params: ({ event }) => ({ watch: event.watch }) } },
        ],
      },
    },
    assembling: {
      description: 'All lists are complete, and their groups are made slice by slice, so that scrapes are not held up.',
      tags: ['live', 'busy'],
      entry: 'askAssemble',
      on: { ...LATE, listed: {}, changed: {}, assembled: { target: 'quiet', actions: 'tellAll' } },
      after: { slicePause: { target: 'assembling', reenter: true } },
    },
    quiet: {
      description: 'Everything known has been told.',
      tags: 'live',
      on: { ...LATE, listed: {}, changed: 'collecting' },
    },
    collecting: {
      description: 'Something has changed; it is told when what belongs to it had time to arrive.',
      tags: ['live', 'busy'],
      on: { ...LATE, listed: {}, changed: {} },
      after: { collectDelay: { target: 'quiet', actions: 'tellChanged' } },
    },
  },
});
