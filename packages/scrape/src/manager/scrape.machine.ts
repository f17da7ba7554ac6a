import { assign, sendParent, setup, stopChild } from 'xstate';
import type { poolMachine } from '../pool/pool.machine.ts';
import { notProvided } from '../not-provided.ts';
import { endedChild, onChildEnd } from './child-events.ts';
import type { ConfigApplied, ScrapeEvent, ScrapeInput } from './manager-events.ts';

/**
 * The scrape manager: one pool per job, kept in line with the configuration and with what discovery knows.
 *
 *   unconfigured ──config──▶ applying ──all pools answered──▶ settled ──targets──▶ throttled ──5 s tick──▶ reloading ──▶ settled
 *   stop: any ──▶ stopping ──no pools left──▶ stopped
 *
 * Whatever comes at a bad time waits in context: the newest configuration, the newest targets, the wish to reload.
 */
export interface ScrapeContext {
  readonly reloadOnStartup: boolean;
  /** Revision in force; null before the first. */
  readonly cfgRev: number | null;
  readonly pendingCfgRev: number | null;
  /** Revision that is being answered: the one in force, unless it was refused. */
  readonly askedRev: number | null;
  readonly targetsRev: number | null;
  /** Targets that the last reload began with. Newer ones may have come since; the pools' answers name these. */
  readonly syncingRev: number | null;
  /** A reload is wanted at the next tick, once there are targets. */
  readonly dirty: boolean;
  /** The pools that exist, and the configuration revision that each has last taken on. */
  readonly pools: Readonly<Record<string, number>>;
  /** Jobs whose pools have still to answer. */
  readonly waiting: Readonly<Record<string, true>>;
  /** What could not be applied. */
  readonly failed: readonly string[];
  /** Reload ticks count from here. */
  readonly tickOriginMono: number;
  readonly hasReloaded: boolean;
  readonly graceMs: number | null;
}

/** Longest that a reload waits for its pools; late ones finish on their own. */
export const RELOAD_MS_MAX = 120_000;
/** Longest that the pools may take to stop where nobody names a shorter time. */
export const STOP_MS_MAX = 600_000;
/** What the manager waits longer than its pools, which have the same deadline. */
const STOP_SLACK_MS = 1_000;

const POOL_PREFIX = 'pool:';

/** Actor id of a job's pool. */
export function poolId(job: string): string {
  return `${POOL_PREFIX}${job}`;
}

/** The job of a pool's actor id. */
export function jobOfPool(id: string): string {
  return id.slice(POOL_PREFIX.length);
}

const scrape = setup({
  types: {
    input: {} as ScrapeInput,
    context: {} as ScrapeContext,
    events: {} as ScrapeEvent,
    tags: {} as 'live' | 'busy' | 'ending',
  },
  actors: { pool: notProvided('pool') as unknown as typeof poolMachine },
  actions: {
    keepConfig: assign(({ event }) => (event.type === 'applyConfig' ? { pendingCfgRev: event.rev } : {})),
    keepTargets: assign(({ event }) => (event.type === 'targetsUpdated' ? { targetsRev: event.rev, dirty: true } : {})),
    wantReload: assign({ dirty: true }),
    noteStart: notProvided('noteStart'),
    beginApply: notProvided('beginApply'),
    beginReload: notProvided('beginReload'),
    beginStop: notProvided('beginStop'),
    noteConfigured: assign(({ context, event }) =>
      event.type !== 'poolConfigured' || event.cfgRev !== context.cfgRev
        ? {}
        : {
            waiting: without(context.waiting, event.job),
            pools: event.ok ? { ...context.pools, [event.job]: event.cfgRev } : context.pools,
            failed: event.ok ? context.failed : [...context.failed, `${event.job}: ${event.error ?? ''}`],
          },
    ),
    noteSynced: assign(({ context, event }) =>
      event.type === 'poolSynced' && event.rev === context.syncingRev ? { waiting: without(context.waiting, event.job) } : {},
    ),
    noteUnopened: assign(({ context, event }) =>
      event.type === 'poolConfigured' && !event.ok ? { waiting: without(context.waiting, event.job) } : {},
    ),
    reap: stopChild(({ event }) => endedChild(event).id),
    forgetPool: assign(({ context, event }) => {
      const job = jobOfPool(endedChild(event).id);
      return { pools: without(context.pools, job), waiting: without(context.waiting, job) };
    }),
    noteCrash: assign(({ context, event }) => ({
      dirty: true,
      failed: [...context.failed, `${jobOfPool(endedChild(event).id)}: the pool crashed`],
    })),
    salvage: notProvided('salvage'),
    reportLate: notProvided('reportLate'),
    tellApplied: sendParent(({ context: { askedRev, failed } }): ConfigApplied => {
      const answer = { type: 'configApplied', who: 'scrape', rev: askedRev ?? 0 } as const;
      return failed.length === 0 ? { ...answer, ok: true } : { ...answer, ok: false, error: failed.join('; ') };
    }),
  },
  guards: {
    isConfigWaiting: ({ context }) => context.pendingCfgRev !== null,
    isReloadDue: ({ context }) => context.dirty && context.targetsRev !== null,
    allAnswered: ({ context }) => isEmpty(context.waiting),
    noPoolsLeft: ({ context }) => isEmpty(context.pools),
  },
  delays: {
    untilReloadTick: notProvided('untilReloadTick'),
    reloadDeadline: RELOAD_MS_MAX,
    stopDeadline: ({ context }) => Math.min(context.graceMs ?? STOP_MS_MAX, STOP_MS_MAX) + STOP_SLACK_MS,
  },
});

/** What may come in any state but the last ones. */
const kept = {
  applyConfig: { actions: 'keepConfig' },
  targetsUpdated: { actions: 'keepTargets' },
  triggerReload: { actions: 'wantReload' },
  stop: 'stopping',
} as const;

export const scrapeMachine = scrape.createMachine({
  id: 'scrape',
  description: 'One pool per job, kept in line with the configuration and with what discovery knows.',
  context: ({ input }) => ({
    reloadOnStartup: input.reloadOnStartup,
    cfgRev: null,
    pendingCfgRev: null,
    askedRev: null,
    targetsRev: null,
    syncingRev: null,
    dirty: false,
    pools: {},
    waiting: {},
    failed: [],
    tickOriginMono: 0,
    hasReloaded: false,
    graceMs: null,
  }),
  entry: 'noteStart',
  on: onChildEnd({
    done: { actions: ['reap', 'forgetPool'] },
    crashed: { actions: ['salvage', 'reap', 'forgetPool', 'noteCrash'], description: 'The next reload builds it anew.' },
  }),
  initial: 'unconfigured',
  states: {
    unconfigured: {
      description: 'No configuration has come yet; target updates are kept.',
      on: { ...kept, poolSynced: {}, poolConfigured: {} },
      always: { guard: 'isConfigWaiting', target: 'applying' },
    },
    settled: {
      description: 'Nothing to do.',
      tags: 'live',
      on: { ...kept, poolSynced: {}, poolConfigured: {} },
      always: [
        { guard: 'isConfigWaiting', target: 'applying' },
        { guard: 'isReloadDue', target: 'throttled' },
      ],
    },
    throttled: {
      description: 'A reload is due at the next 5 s tick (S-002).',
      tags: 'live',
      on: { ...kept, poolSynced: {}, poolConfigured: {} },
      always: { guard: 'isConfigWaiting', target: 'applying' },
      after: { untilReloadTick: 'reloading' },
    },
    reloading: {
      description: 'Missing pools are created and every job that the targets name is synced (S-003).',
      tags: ['live', 'busy'],
      entry: 'beginReload',
      on: {
        ...kept,
        poolSynced: { actions: 'noteSynced' },
        poolConfigured: { actions: 'noteUnopened', description: 'A pool that has no client cannot sync.' },
      },
      always: { guard: 'allAnswered', target: 'settled' },
      after: { reloadDeadline: { target: 'settled', actions: 'reportLate' } },
    },
    applying: {
      description: 'Pools of removed jobs stop, those of changed jobs take on the configuration (S-020).',
      tags: ['live', 'busy'],
      entry: 'beginApply',
      on: { ...kept, poolSynced: {}, poolConfigured: { actions: 'noteConfigured' } },
      always: { guard: 'allAnswered', target: 'settled', actions: 'tellApplied' },
    },
    stopping: {
      description: 'All pools stop (S-028).',
      tags: 'ending',
      entry: 'beginStop',
      on: { applyConfig: {}, targetsUpdated: {}, triggerReload: {}, stop: {}, poolSynced: {}, poolConfigured: {} },
      always: { guard: 'noPoolsLeft', target: 'stopped' },
      after: { stopDeadline: { target: 'stopped', actions: 'reportLate' } },
    },
    stopped: { description: 'No pool is left; whatever had not stopped is killed.', type: 'final' },
  },
});

function without<Value>(record: Readonly<Record<string, Value>>, key: string): Readonly<Record<string, Value>> {
  if (!Object.hasOwn(record, key)) return record;
  const { [key]: _, ...rest } = record;
  return rest;
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}
