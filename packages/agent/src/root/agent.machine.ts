import { assign, emit, fromPromise, sendTo, setup, stopChild } from 'xstate';
import type { AnyActorLogic } from 'xstate';
import type { AgentContext, AgentEmitted, AgentEvent, AgentMachineInput } from './agent-events.ts';
import type { EffectResult } from './agent-ports.ts';

/** Limits of the waits on effects, in milliseconds. */
export const AGENT_DEADLINES = {
  openMs: 60_000,
  loadMs: 30_000,
  applyStorageMs: 60_000,
  /** On top of the scrapes under way. Longer than a reload under way and a change of configuration may take its pools. */
  applyScrapeMs: 240_000,
  applyDiscoveryMs: 60_000,
  discoveryStopMs: 1_000,
} as const;

interface EffectOutcome {
  readonly ok: boolean;
  readonly error?: string;
  readonly errors?: readonly string[];
}

const agent = setup({
  types: { context: {} as AgentContext, events: {} as AgentEvent, input: {} as AgentMachineInput, emitted: {} as AgentEmitted },
  actors: {
    openStorage: fromPromise<EffectResult>(notProvided('openStorage')),
    loadConfig: fromPromise<EffectResult, { readonly rev: number }>(notProvided('loadConfig')),
    applyStorage: fromPromise<EffectResult, { readonly rev: number }>(notProvided('applyStorage')),
    flush: fromPromise<void>(notProvided('flush')),
    discovery: fromPromise<void>(notProvided('discovery')) as AnyActorLogic,
    scrape: fromPromise<void>(notProvided('scrape')) as AnyActorLogic,
  },
  actions: {
    beginRound: assign(({ context }) => ({
      candidateRev: context.candidateRev + 1,
      requestIds: context.waitingIds,
      waitingIds: [],
      errors: [],
    })),
    keepRequest: assign(({ context }, { requestId }: { readonly requestId: string }) => ({
      waitingIds: [...context.waitingIds, requestId],
    })),
    noteError: assign(({ context }, { error }: { readonly error: string }) => ({ errors: [...context.errors, error] })),
    noteFailure: assign(({ context }, outcome: EffectOutcome) => ({
      errors: outcome.ok ? context.errors : [...context.errors, ...(outcome.errors ?? [outcome.error ?? 'unknown error'])],
    })),
    adoptCandidate: assign(({ context }) => ({ cfgRev: context.candidateRev })),
    failWith: assign((_, { exitCode }: { readonly exitCode: number }) => ({ exitCode })),
    applyToScrape: sendTo('scrape', ({ context }) => ({ type: 'applyConfig', rev: context.candidateRev })),
    applyToDiscovery: sendTo('discovery', ({ context }) => ({ type: 'applyConfig', rev: context.candidateRev })),
    relayTargets: sendTo('scrape', (_, { rev }: { readonly rev: number }) => ({ type: 'targetsUpdated', rev })),
    relayTrigger: sendTo('scrape', { type: 'triggerReload' }),
    stopDiscovery: sendTo('discovery', { type: 'stop' }),
    stopScrape: sendTo('scrape', { type: 'stop' }),
    cutDiscovery: stopChild('discovery'),
    cutScrape: stopChild('scrape'),
    reportReady: emit({ type: 'ready' }),
    reportReload: emit(({ context }) => ({
      type: 'reloaded',
      requestIds: context.requestIds,
      ok: context.errors.length === 0,
      rev: context.cfgRev,
      errors: context.errors,
    })),
    reportDraining: emit((_, { reason }: { readonly reason: string }) => ({ type: 'draining', reason })),
    reportStopped: emit(({ context }) => ({ type: 'stopped', exitCode: context.exitCode })),
  },
  guards: {
    succeeded: (_, outcome: EffectOutcome) => outcome.ok,
    isFirst: ({ context }) => context.cfgRev === 0,
    isFirstAndFailed: ({ context }) => context.cfgRev === 0 && context.errors.length > 0,
    isReloadWaiting: ({ context }) => context.waitingIds.length > 0,
    answers: ({ context }, { who, event }: { readonly who: string; readonly event: { readonly who: string; readonly rev: number } }) =>
      event.who === who && event.rev === context.candidateRev,
  },
  delays: {
    openDeadline: AGENT_DEADLINES.openMs,
    loadDeadline: AGENT_DEADLINES.loadMs,
    applyStorageDeadline: AGENT_DEADLINES.applyStorageMs,
    applyScrapeDeadline: () => AGENT_DEADLINES.applyScrapeMs,
    applyDiscoveryDeadline: AGENT_DEADLINES.applyDiscoveryMs,
    discoveryStopDeadline: AGENT_DEADLINES.discoveryStopMs,
    scrapeStopDeadline: () => AGENT_DEADLINES.openMs,
    flushDeadline: () => AGENT_DEADLINES.openMs,
  },
});

/** Why a start ends before it began; the exit codes are those of A-073. */
const storageFailed = [
  { type: 'failWith', params: { exitCode: 1 } },
  {
    type: 'reportDraining',
    params: ({ event }: { readonly event: { readonly output: EffectOutcome } }) => ({
      reason: `storage did not open: ${event.output.error ?? 'unknown error'}`,
    }),
  },
] as const;
const storageCrashed = [
  { type: 'failWith', params: { exitCode: 1 } },
  { type: 'reportDraining', params: { reason: 'storage did not open: opening it crashed' } },
] as const;
const storageLate = [
  { type: 'failWith', params: { exitCode: 1 } },
  { type: 'reportDraining', params: { reason: 'storage did not open in time' } },
] as const;
const childLost = [
  { type: 'failWith', params: { exitCode: 1 } },
  { type: 'reportDraining', params: { reason: 'an actor that everything depends on has ended' } },
] as const;
const firstConfigUnusable = [
  { type: 'failWith', params: { exitCode: 2 } },
  'reportReload',
  { type: 'reportDraining', params: { reason: 'the first configuration is not usable' } },
] as const;
const firstApplyFailed = [
  { type: 'failWith', params: { exitCode: 1 } },
  'reportReload',
  { type: 'reportDraining', params: { reason: 'the first configuration could not be applied' } },
] as const;

/** Where a round ends: the configuration is in force, or the process ends because there was none before. */
const roundDone = [
  { guard: 'isFirstAndFailed', target: '#agent.draining', actions: firstApplyFailed },
  { guard: 'isFirst', target: '#agent.running', actions: ['adoptCandidate', 'reportReload', 'reportReady'] },
  { target: '#agent.running', actions: ['adoptCandidate', 'reportReload'] },
] as const;
const loadFailed = [
  { guard: 'isFirst', target: '#agent.draining', actions: firstConfigUnusable },
  { target: '#agent.running', actions: 'reportReload' },
] as const;

/**
 * Start-up, reload and shutdown of one agent.
 *
 *   opening ──▶ configuring (loading ▶ storage ▶ scrape ▶ discovery ▶ settling) ──▶ running ──reload──▶ configuring
 *   any ──shutdown──▶ draining (stopDiscovery ▶ stopScrape ▶ flushing) ──▶ stopped
 */
export const agentMachine = agent.createMachine({
  id: 'agent',
  context: ({ input }) => ({ ...input, cfgRev: 0, candidateRev: 0, requestIds: [], waitingIds: [], errors: [], exitCode: 0 }),
  invoke: [
    { id: 'discovery', src: 'discovery', systemId: 'discovery' },
    {
      id: 'scrape',
      src: 'scrape',
      systemId: 'scrape',
      input: ({ context }: { readonly context: AgentContext }) => ({ reloadOnStartup: context.reloadOnStartup }),
    },
  ],
  initial: 'opening',
  on: {
    reload: { actions: { type: 'keepRequest', params: ({ event }) => ({ requestId: event.requestId }) } },
    targetsUpdated: { actions: { type: 'relayTargets', params: ({ event }) => ({ rev: event.rev }) } },
    triggerReload: { actions: 'relayTrigger' },
    configApplied: {}, // the answer of a step whose deadline has passed
    shutdown: { target: '.draining', actions: { type: 'reportDraining', params: ({ event }) => ({ reason: event.reason }) } },
    ...childEvents({
      // Neither ends without being asked; the other one still ends as usual where that can lose something.
      'xstate.done.actor.discovery': { target: '.draining.stopScrape', actions: childLost },
      'xstate.error.actor.discovery': { target: '.draining.stopScrape', actions: childLost },
      'xstate.done.actor.scrape': { target: '.draining.flushing', actions: [...childLost, 'cutDiscovery'] },
      'xstate.error.actor.scrape': { target: '.draining.flushing', actions: [...childLost, 'cutDiscovery'] },
    }),
  },
  states: {
    opening: {
      description: 'The storage opens. Discovery and scrape already run and wait for a configuration.',
      tags: 'busy',
      invoke: {
        id: 'openStorage',
        src: 'openStorage',
        onDone: [
          { guard: { type: 'succeeded', params: ({ event }) => event.output }, target: 'configuring' },
          { target: 'draining', actions: storageFailed },
        ],
        onError: { target: 'draining', actions: storageCrashed },
      },
      after: { openDeadline: { target: 'draining', actions: storageLate } },
    },
    configuring: {
      description: 'A configuration is loaded, then applied in a fixed order; a failing step is noted and the next one still runs.',
      tags: 'busy',
      entry: 'beginRound',
      initial: 'loading',
      states: {
        loading: {
          description: 'The file is read and validated. Nothing has been touched yet.',
          invoke: {
            id: 'loadConfig',
            src: 'loadConfig',
            input: ({ context }) => ({ rev: context.candidateRev }),
            onDone: [
              { guard: { type: 'succeeded', params: ({ event }) => event.output }, target: 'storage' },
              { target: 'refused', actions: { type: 'noteFailure', params: ({ event }) => event.output } },
            ],
            onError: { target: 'refused', actions: { type: 'noteError', params: { error: 'loading the configuration crashed' } } },
          },
          after: {
            loadDeadline: {
              target: 'refused',
              actions: { type: 'noteError', params: { error: 'loading the configuration took too long' } },
            },
          },
        },
        refused: { description: 'The file is not usable: the old configuration stays in force.', always: loadFailed },
        storage: {
          description: 'Storage and remote write take the new configuration.',
          invoke: {
            id: 'applyStorage',
            src: 'applyStorage',
            input: ({ context }) => ({ rev: context.candidateRev }),
            onDone: { target: 'scrape', actions: { type: 'noteFailure', params: ({ event }) => event.output } },
            onError: { target: 'scrape', actions: { type: 'noteError', params: { error: 'applying the storage configuration crashed' } } },
          },
          after: {
            applyStorageDeadline: {
              target: 'scrape',
              actions: { type: 'noteError', params: { error: 'storage did not apply the configuration in time' } },
            },
          },
        },
        scrape: {
          description: 'The scrape manager takes the new jobs, before discovery publishes targets under them.',
          entry: 'applyToScrape',
          on: {
            configApplied: {
              guard: { type: 'answers', params: ({ event }) => ({ who: 'scrape', event }) },
              target: 'discovery',
              actions: { type: 'noteFailure', params: ({ event }) => event },
            },
          },
          after: {
            applyScrapeDeadline: {
              target: 'discovery',
              actions: { type: 'noteError', params: { error: 'scrape did not apply the configuration in time' } },
            },
          },
        },
        discovery: {
          description: 'Discovery starts, keeps and stops providers.',
          entry: 'applyToDiscovery',
          on: {
            configApplied: {
              guard: { type: 'answers', params: ({ event }) => ({ who: 'discovery', event }) },
              target: 'settling',
              actions: { type: 'noteFailure', params: ({ event }) => event },
            },
          },
          after: {
            applyDiscoveryDeadline: {
              target: 'settling',
              actions: { type: 'noteError', params: { error: 'discovery did not apply the configuration in time' } },
            },
          },
        },
        settling: { description: 'The round is reported once, at its end.', always: roundDone },
      },
    },
    running: {
      description: 'Steady state.',
      tags: 'live',
      always: { guard: 'isReloadWaiting', target: 'configuring' },
    },
    draining: {
      description: 'No new targets, then no new samples, then everything out. Each stage has a deadline.',
      tags: 'ending',
      initial: 'stopDiscovery',
      on: {
        shutdown: { target: 'stopped', description: 'Asked twice: what is left is cut off.' },
        reload: {}, // whoever asked is answered when the agent has ended
        targetsUpdated: {},
        triggerReload: {},
        ...childEvents({
          'xstate.done.actor.discovery': {},
          'xstate.done.actor.scrape': {},
          'xstate.error.actor.discovery': {},
          'xstate.error.actor.scrape': {},
        }),
      },
      states: {
        stopDiscovery: {
          description: 'Discovery stops its providers.',
          entry: 'stopDiscovery',
          on: childEvents({
            'xstate.done.actor.discovery': 'stopScrape',
            'xstate.error.actor.discovery': 'stopScrape',
            'xstate.done.actor.scrape': { target: 'flushing', actions: 'cutDiscovery' },
            'xstate.error.actor.scrape': { target: 'flushing', actions: 'cutDiscovery' },
          }),
          after: { discoveryStopDeadline: { target: 'stopScrape', actions: 'cutDiscovery' } },
        },
        stopScrape: {
          description: 'Scrapes under way are finished and stored; waiting loops end at once.',
          entry: 'stopScrape',
          on: childEvents({ 'xstate.done.actor.scrape': 'flushing', 'xstate.error.actor.scrape': 'flushing' }),
          after: {
            scrapeStopDeadline: {
              target: 'flushing',
              actions: 'cutScrape',
              description: 'Nothing may be written once the flush has begun.',
            },
          },
        },
        flushing: {
          description: 'What was scraped is delivered and stored.',
          invoke: { id: 'flush', src: 'flush', onDone: '#agent.stopped', onError: '#agent.stopped' },
          after: { flushDeadline: '#agent.stopped' },
        },
      },
    },
    stopped: { type: 'final', description: 'Everything has ended.', entry: 'reportStopped' },
  },
});

/** Handlers for the end of a child. XState keeps these events out of the machine's union, so they are attached untyped. */
function childEvents(handlers: Readonly<Record<`xstate.${'done' | 'error'}.actor.${string}`, unknown>>): object {
  return handlers;
}

/** An actor that a machine must be given before it runs. */
function notProvided(name: string): () => Promise<never> {
  return () => Promise.reject(new Error(`the port ${name} is not provided`));
}
