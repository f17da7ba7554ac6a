import type { ServiceDiscoveryConfig } from '@limpet/config';
import { assign, enqueueActions, fromCallback, sendParent, setup } from 'xstate';
import type { EventObject } from 'xstate';
import { consulMachine } from './consul/consul.machine.ts';
import { kubernetesMachine } from './kubernetes/kubernetes.machine.ts';
import { notProvided } from './not-provided.ts';
import { pollingMachine } from './provider/polling.machine.ts';
import { pushMachine } from './push/push.machine.ts';
import type { ProviderInput } from './provider/provider-input.ts';
import { RESTED_THROTTLE } from './send-throttle.ts';
import type { SendThrottle } from './send-throttle.ts';

/**
 * The discovery manager: runs the providers that a configuration asks for and publishes what they find.
 *
 *   quiet ──providerUpdate, applyConfig──▶ pending ──sendDelay / publish──▶ quiet;   any ──stop──▶ stopped
 *
 * Groups never come through here: updates are named by provider and number, snapshots by revision.
 */
export type DiscoveryEvent =
  | { readonly type: 'applyConfig'; readonly rev: number }
  | { readonly type: 'providerUpdate'; readonly provider: string; readonly rev: number }
  /** Raised by the machine itself, some time after a provider has crashed. */
  | { readonly type: 'restartProvider'; readonly provider: string }
  | { readonly type: 'stop' };

/** What the parent is told. */
export type DiscoveryNotice =
  | { readonly type: 'targetsUpdated'; readonly rev: number }
  | {
      readonly type: 'configApplied';
      readonly who: 'discovery';
      readonly rev: number;
      readonly ok: boolean;
      readonly errors?: readonly string[];
    };

/** Mirrors, as plain data, what the tables hold: names and counts only. */
export interface DiscoveryContext extends SendThrottle {
  /** Revision of the configuration in force; 0 before the first. */
  readonly cfgRev: number;
  /** Revision of the snapshot published last; 0 before the first. */
  readonly targetsRev: number;
  /** Providers by name, each with the jobs that subscribe to it. */
  readonly providers: Readonly<Record<string, readonly string[]>>;
  /** Targets by provider as of the last snapshot. */
  readonly targetCounts: Readonly<Record<string, number>>;
  /** What the last apply did: names of providers. */
  readonly lastChange: { readonly start: readonly string[]; readonly stop: readonly string[] };
  /** Crashes by provider, until it is removed or has run for long enough. */
  readonly crashes: Readonly<Record<string, CrashRecord>>;
}

/** How often a provider has crashed in a row, when last (monotonic), and whether it still waits to be started again. */
export interface CrashRecord {
  readonly count: number;
  readonly atMono: number;
  readonly isDown: boolean;
}

/** Milliseconds from the first crash of a provider to its restart; doubles with every further crash. */
export const RESTART_DELAY_MS_MIN = 1_000;
/** The longest wait before a restart, in milliseconds. */
export const RESTART_DELAY_MS_MAX = 60_000;
/** Milliseconds without a crash after which a provider counts as sound again. */
export const CRASH_MEMORY_MS = 300_000;

/** The names of the child logics. */
type Mechanism = ServiceDiscoveryConfig['mechanism'];
const MECHANISMS: Readonly<Record<Mechanism, true>> = {
  consul: true,
  dns: true,
  docker: true,
  file: true,
  http: true,
  kubernetes: true,
  push: true,
  static: true,
};

// The last five parameters say that these actions name no actor, action, guard or delay.
const enqueueOwn = enqueueActions<DiscoveryContext, DiscoveryEvent, undefined, DiscoveryEvent, never, never, never, never, never>;

const discovery = setup({
  types: { context: {} as DiscoveryContext, events: {} as DiscoveryEvent },
  actors: {
    static: fromCallback<EventObject, ProviderInput>(notProvided('static')),
    file: fromCallback<EventObject, ProviderInput>(notProvided('file')),
    consul: consulMachine,
    dns: pollingMachine,
    docker: pollingMachine,
    http: pollingMachine,
    kubernetes: kubernetesMachine,
    push: pushMachine,
  },
  actions: {
    adoptProviders: notProvided('adoptProviders'),
    noteProviders: notProvided('noteProviders'),
    mergeUpdate: notProvided('mergeUpdate'),
    discardUpdate: notProvided('discardUpdate'),
    resetBackoffAfterPause: notProvided('resetBackoffAfterPause'),
    noteSend: notProvided('noteSend'),
    publishSnapshot: notProvided('publishSnapshot'),
    noteCrash: notProvided('noteCrash'),
    reportCrash: notProvided('reportCrash'),
    forgetProviders: notProvided('forgetProviders'),
    stopObsoleteProviders: enqueueOwn(({ context, enqueue }) => {
      for (const name of context.lastChange.stop) {
        enqueue.cancel(restartId(name));
        enqueue.stopChild(name);
      }
    }),
    startNewProviders: assign(({ context, spawn }) => {
      for (const name of context.lastChange.start) spawn(mechanismOf(name), { id: name, input: { provider: name } });
      return {};
    }),
    reapProvider: enqueueOwn(({ event, enqueue }) => enqueue.stopChild(crashedProvider(event))),
    scheduleRestart: enqueueOwn(({ context, event, enqueue }) => {
      const provider = crashedProvider(event);
      const delay = restartDelayMs(context.crashes[provider]?.count ?? 1);
      enqueue.raise({ type: 'restartProvider', provider }, { id: restartId(provider), delay });
    }),
    restartProvider: assign(({ context, spawn }, { provider }: { readonly provider: string }) => {
      spawn(mechanismOf(provider), { id: provider, input: { provider } });
      return { crashes: withCrash(context.crashes, provider, { isDown: false }) };
    }),
    stopAllProviders: enqueueOwn(({ context, enqueue }) => {
      for (const name of Object.keys(context.providers)) {
        enqueue.cancel(restartId(name));
        enqueue.stopChild(name);
      }
    }),
    announceTargets: sendParent(({ context }): DiscoveryNotice => ({ type: 'targetsUpdated', rev: context.targetsRev })),
    announceConfigApplied: sendParent(({ context }): DiscoveryNotice => ({
      type: 'configApplied',
      who: 'discovery',
      rev: context.cfgRev,
      ok: true,
    })),
    announceConfigRefused: sendParent((_, { rev }: { readonly rev: number }): DiscoveryNotice => ({
      type: 'configApplied',
      who: 'discovery',
      rev,
      ok: false,
      errors: [`discovery knows no configuration of revision ${rev}`],
    })),
  },
  guards: {
    isKnownConfig: notProvided('isKnownConfig'),
    isConfiguredProvider: ({ context, event }) => 'provider' in event && Object.hasOwn(context.providers, event.provider),
    isDown: ({ context, event }) => 'provider' in event && context.crashes[event.provider]?.isDown === true,
    isConfiguredCrash: ({ context, event }) => Object.hasOwn(context.providers, crashedProvider(event)),
  },
  delays: { sendDelay: notProvided('sendDelay') },
});

export const discoveryMachine = discovery.createMachine({
  id: 'discovery',
  context: {
    ...RESTED_THROTTLE,
    cfgRev: 0,
    targetsRev: 0,
    providers: {},
    targetCounts: {},
    lastChange: { start: [], stop: [] },
    crashes: {},
  },
  initial: 'quiet',
  on: {
    restartProvider: {
      guard: 'isDown',
      actions: { type: 'restartProvider', params: ({ event }) => ({ provider: event.provider }) },
    },
    // Crashes of children are no part of the machine's own vocabulary.
    'xstate.error.actor.*': [
      { guard: 'isConfiguredCrash', actions: ['noteCrash', 'reportCrash', 'reapProvider', 'scheduleRestart'] },
      { actions: 'reapProvider' },
    ],
  },
  states: {
    quiet: {
      description: 'Everything known has been published.',
      tags: 'live',
      on: {
        applyConfig: [
          {
            guard: 'isKnownConfig',
            target: 'pending',
            actions: [
              'adoptProviders',
              'noteProviders',
              'stopObsoleteProviders',
              'startNewProviders',
              'resetBackoffAfterPause',
              'announceConfigApplied',
            ],
          },
          { actions: { type: 'announceConfigRefused', params: ({ event }) => ({ rev: event.rev }) } },
        ],
        providerUpdate: [
          { guard: 'isConfiguredProvider', target: 'pending', actions: ['mergeUpdate', 'resetBackoffAfterPause'] },
          { actions: 'discardUpdate' },
        ],
        stop: 'stopped',
      },
    },
    pending: {
      description: 'Something has changed; the snapshot goes out when the send delay is over.',
      tags: ['live', 'busy'],
      on: {
        applyConfig: [
          {
            guard: 'isKnownConfig',
            actions: ['adoptProviders', 'noteProviders', 'stopObsoleteProviders', 'startNewProviders', 'announceConfigApplied'],
          },
          { actions: { type: 'announceConfigRefused', params: ({ event }) => ({ rev: event.rev }) } },
        ],
        providerUpdate: [{ guard: 'isConfiguredProvider', actions: 'mergeUpdate' }, { actions: 'discardUpdate' }],
        stop: 'stopped',
      },
      after: { sendDelay: { target: 'quiet', actions: ['noteSend', 'publishSnapshot', 'announceTargets'] } },
    },
    stopped: {
      description: 'No provider runs and nothing is published any more.',
      type: 'final',
      entry: ['stopAllProviders', 'forgetProviders'],
    },
  },
});

/** Milliseconds before a provider is started again after its n-th crash in a row. */
export function restartDelayMs(crashCount: number): number {
  return Math.min(RESTART_DELAY_MS_MIN * 2 ** (crashCount - 1), RESTART_DELAY_MS_MAX);
}

/** The crashes after one more, or after a restart. */
export function withCrash(
  crashes: DiscoveryContext['crashes'],
  provider: string,
  change: Partial<CrashRecord>,
): DiscoveryContext['crashes'] {
  const known = crashes[provider] ?? { count: 0, atMono: 0, isDown: false };
  return { ...crashes, [provider]: { ...known, ...change } };
}

/** The name of the child that an `xstate.error.actor.*` event is about. */
export function crashedProvider(event: EventObject): string {
  return 'actorId' in event && typeof event.actorId === 'string' ? event.actorId : '';
}

function restartId(provider: string): string {
  return `restart ${provider}`;
}

function mechanismOf(provider: string): Mechanism {
  const mechanism = provider.slice(0, provider.indexOf('/'));
  if (Object.hasOwn(MECHANISMS, mechanism)) return mechanism as Mechanism;
  throw new Error(`provider ${provider} names no mechanism`);
}
