import { assign, fromCallback, fromPromise, sendParent, sendTo, setup } from 'xstate';
import { notProvided } from '../not-provided.ts';
import type { ClientOpened } from '../ports.ts';
import type { LoopsInput, LoopsLogic } from '../loops/loops.logic.ts';
import type { LoopsEvent } from '../loops/loops-events.ts';
import { applyEvent, drainMs, tableAfter, tableWithout } from './loop-table.ts';
import type { LoopTable, MadePlan } from './loop-table.ts';
import type { LoopChangeCounts, Plan, PlanInput, PoolWork } from './plan.ts';
import type { PoolEvent, PoolInput, PoolReply } from './pool-events.ts';

/**
 * The running instance of one scrape job: keeps a loop on every target, one change at a time.
 *
 *   opening ──client──▶ running ──targets──▶ reconciling: planning ──planned──▶ draining ──drained──▶ running
 *                          └──config──▶ opening ──client──▶ reconciling
 *   stop: any ──▶ stopping ──drained──▶ stopped
 *
 * `sync` and `reconfigure` that come at a bad time wait in context, the newest of each, until the pool rests.
 */
export interface PoolContext {
  readonly job: string;
  /** Revision that the open client belongs to; null before the first. */
  readonly cfgRev: number | null;
  /** Revision that a client is being opened for. */
  readonly candidateRev: number;
  readonly pendingCfgRev: number | null;
  readonly pendingTargetsRev: number | null;
  /** Targets that the loops match, or are being matched to. */
  readonly targetsRev: number | null;
  readonly work: PoolWork;
  /** Revision that the loops ran under when the client was replaced. */
  readonly previousCfgRev: number | null;
  readonly loops: LoopTable;
  readonly generation: number;
  /** Number of the last order to the supervisor that is answered by `drained`. */
  readonly token: number;
  readonly forced: string | null;
  readonly last: LoopChangeCounts;
  /** Longest that the loops being stopped may take. */
  readonly drainMs: number;
  /** When the work under way began. */
  readonly startedMono: number;
  readonly graceMs: number | null;
  readonly isRepairPending: boolean;
  readonly repairMs: number;
  readonly lastCrashMono: number | null;
  /** Why a client could not be opened or targets not be built, last time. */
  readonly failure: string | null;
}

/** Longest that opening a client may take: it reads a few files. */
export const OPEN_MS_MAX = 30_000;
/** Longest that planning may take: at 30 µs a target this is two million of them. */
export const PLAN_MS_MAX = 60_000;

const pool = setup({
  types: {
    input: {} as PoolInput,
    context: {} as PoolContext,
    events: {} as PoolEvent,
    children: {} as { loops: 'loops'; client: 'client'; openClient: 'openClient'; plan: 'plan' },
    tags: {} as 'live' | 'busy' | 'ending',
  },
  actors: {
    loops: fromCallback<LoopsEvent, LoopsInput>(notProvided('loops')) as unknown as LoopsLogic,
    client: fromCallback<PoolEvent, { readonly job: string }>(notProvided('client')),
    openClient: fromPromise<ClientOpened, { readonly job: string; readonly cfgRev: number }>(notProvided('openClient')),
    plan: fromPromise<Plan, PlanInput>(notProvided('plan')),
  },
  actions: {
    keepTargets: assign(({ event }) => (event.type === 'sync' ? { pendingTargetsRev: event.rev } : {})),
    keepConfig: assign(({ event }) => (event.type === 'reconfigure' ? { pendingCfgRev: event.cfgRev } : {})),
    takeConfig: assign(({ context }) => ({ candidateRev: context.pendingCfgRev ?? context.candidateRev, pendingCfgRev: null })),
    retryConfig: assign(({ context }) => ({ pendingCfgRev: context.pendingCfgRev ?? context.candidateRev })),
    adoptConfig: assign(({ context }) => ({
      cfgRev: context.candidateRev,
      previousCfgRev: context.cfgRev,
      work: 'reload' as const,
    })),
    takeTargets: assign(({ context }) => ({
      targetsRev: context.pendingTargetsRev,
      pendingTargetsRev: null,
      previousCfgRev: context.cfgRev,
      work: 'sync' as const,
    })),
    adoptPlan: assign(({ context }, plan: Plan) => (plan.ok ? planned(context, plan) : {})),
    tellForced: sendTo('loops', (_, plan: Plan) => ({
      type: 'broadcast',
      event: { type: 'forcedError', error: plan.ok ? plan.forced : null },
    })),
    carryOut: sendTo('loops', ({ context }, plan: Plan) => (plan.ok ? applyEvent(plan, context) : nothing(context))),
    killOverdue: sendTo('loops', ({ context }) => ({ type: 'killOverdue', token: context.token })),
    beginStop: assign(({ context, event }) => ({
      token: context.token + 1,
      drainMs: Math.max(context.drainMs, drainMs(Object.values(context.loops))),
      graceMs: event.type === 'stop' ? (event.graceMs ?? null) : null,
      loops: {},
    })),
    stopAll: sendTo('loops', ({ context }) => ({ type: 'stopAll', token: context.token, event: { type: 'stop', mode: 'release' } })),
    killAll: sendTo('loops', ({ context }) => ({ type: 'killAll', token: context.token })),
    forgetLoop: assign(({ context, event }) => (event.type === 'loopCrashed' ? { loops: tableWithout(context.loops, event.id) } : {})),
    beginRepair: assign(({ context }) => ({
      isRepairPending: false,
      pendingTargetsRev: context.pendingTargetsRev ?? context.targetsRev,
    })),
    noteFailure: assign((_, result: ClientOpened | Plan) => ({ failure: result.ok ? null : result.error })),
    tellConfigured: sendParent(({ context }) => configured(context)),
    tellRefused: sendParent(({ context }) => refused(context)),
    tellReconciled: sendParent(({ context }) => (context.work === 'sync' ? synced(context, true) : configured(context))),
    tellUnplanned: sendParent(({ context }) => (context.work === 'sync' ? synced(context, false) : refused(context))),
    // of time, log and metrics: see pool.effects.ts
    noteStart: notProvided('noteStart'),
    scheduleRepair: notProvided('scheduleRepair'),
    reportCrash: notProvided('reportCrash'),
    reportFailure: notProvided('reportFailure'),
    reportReconciled: notProvided('reportReconciled'),
  },
  guards: {
    isConfigWaiting: ({ context }) => context.pendingCfgRev !== null,
    areTargetsWaiting: ({ context }) => context.pendingTargetsRev !== null,
    hasClient: ({ context }) => context.cfgRev !== null,
    isFirstClient: ({ context }, opened: ClientOpened) => opened.ok && context.cfgRev === null,
    isOpened: (_, opened: ClientOpened) => opened.ok,
    isPlanned: (_, plan: Plan) => plan.ok,
    isForcedChanged: ({ context }, plan: Plan) => plan.ok && plan.forced !== context.forced,
    isDrained: ({ context, event }) => event.type === 'drained' && event.token === context.token,
    isMissed: ({ context, event }) => event.type === 'loopCrashed' && Object.values(context.loops).some(({ id }) => id === event.id),
  },
  delays: {
    openDeadline: OPEN_MS_MAX,
    planDeadline: PLAN_MS_MAX,
    drainDeadline: ({ context }) => context.drainMs,
    stopDeadline: ({ context }) => Math.min(context.drainMs, context.graceMs ?? Infinity),
    repairDelay: ({ context }) => context.repairMs,
  },
});

/** What may come at any time before the end, and waits until the pool rests. */
const kept = {
  sync: { actions: 'keepTargets' },
  reconfigure: { actions: 'keepConfig' },
  repair: { actions: 'beginRepair' },
  stop: '#pool.stopping',
  loopCrashed: [
    { guard: 'isMissed', actions: ['reportCrash', 'forgetLoop', 'scheduleRepair'] },
    { actions: 'reportCrash' }, // it was on its way out
  ],
} as const;

const openTooSlow = { ok: false, error: `opening the HTTP client took longer than ${OPEN_MS_MAX / 1000} s` } as const;
const planTooSlow = { ok: false, error: `building the targets took longer than ${PLAN_MS_MAX / 1000} s` } as const;

export const poolMachine = pool.createMachine({
  id: 'pool',
  description: 'The running instance of one scrape job: keeps a loop on every target, one change at a time.',
  context: ({ input }) => ({
    job: input.job,
    cfgRev: null,
    candidateRev: input.cfgRev,
    pendingCfgRev: null,
    pendingTargetsRev: null,
    targetsRev: null,
    work: 'reload',
    previousCfgRev: null,
    loops: {},
    generation: 0,
    token: 0,
    forced: null,
    last: { added: 0, kept: 0, removed: 0, dropped: 0 },
    drainMs: 0,
    startedMono: 0,
    graceMs: null,
    isRepairPending: false,
    repairMs: 0,
    lastCrashMono: null,
    failure: null,
  }),
  invoke: [
    { id: 'loops', src: 'loops', input: ({ context }) => ({ job: context.job }) },
    { id: 'client', src: 'client', input: ({ context }) => ({ job: context.job }) },
  ],
  initial: 'opening',
  states: {
    opening: {
      description: 'The HTTP client of a configuration is opened; loops go on under the old one.',
      tags: ['live', 'busy'],
      entry: ['takeConfig', 'noteStart'],
      on: { ...kept, drained: {} },
      invoke: {
        id: 'openClient',
        src: 'openClient',
        input: ({ context }) => ({ job: context.job, cfgRev: context.candidateRev }),
        onDone: [
          {
            guard: { type: 'isFirstClient', params: ({ event }) => event.output },
            target: 'running',
            actions: ['adoptConfig', 'tellConfigured'],
          },
          { guard: { type: 'isOpened', params: ({ event }) => event.output }, target: 'reconciling', actions: 'adoptConfig' },
          {
            guard: 'hasClient',
            target: 'running',
            actions: [{ type: 'noteFailure', params: ({ event }) => event.output }, 'reportFailure', 'tellRefused'],
            description: 'The old client and configuration stay in force (S-021).',
          },
          {
            target: 'failed',
            actions: [{ type: 'noteFailure', params: ({ event }) => event.output }, 'reportFailure', 'tellRefused'],
          },
        ],
      },
      after: {
        openDeadline: [
          {
            guard: 'hasClient',
            target: 'running',
            actions: [{ type: 'noteFailure', params: openTooSlow }, 'reportFailure', 'tellRefused'],
          },
          { target: 'failed', actions: [{ type: 'noteFailure', params: openTooSlow }, 'reportFailure', 'tellRefused'] },
        ],
      },
    },
    failed: {
      description: 'No client could ever be opened: nothing is scraped until another attempt succeeds (S-004).',
      tags: 'live',
      on: {
        ...kept,
        drained: {},
        sync: { actions: ['keepTargets', 'retryConfig'], description: 'The next reload tries again (S-003).' },
      },
      always: { guard: 'isConfigWaiting', target: 'opening' },
    },
    running: {
      description: 'The loops match the targets. What has waited is taken up, configuration first.',
      tags: 'live',
      on: { ...kept, drained: {} },
      always: [
        { guard: 'isConfigWaiting', target: 'opening' },
        { guard: 'areTargetsWaiting', target: 'reconciling', actions: ['takeTargets', 'noteStart'] },
      ],
    },
    reconciling: {
      description: 'The loops are brought in line with new targets or a new configuration.',
      tags: ['live', 'busy'],
      initial: 'planning',
      on: kept,
      states: {
        planning: {
          description: 'Targets are built and compared with the loops that run.',
          on: { drained: {} },
          invoke: {
            id: 'plan',
            src: 'plan',
            input: ({ context }) => planInput(context),
            onDone: [
              {
                guard: { type: 'isForcedChanged', params: ({ event }) => event.output },
                target: 'draining',
                actions: [
                  { type: 'tellForced', params: ({ event }) => event.output },
                  { type: 'adoptPlan', params: ({ event }) => event.output },
                  { type: 'carryOut', params: ({ event }) => event.output },
                ],
              },
              {
                guard: { type: 'isPlanned', params: ({ event }) => event.output },
                target: 'draining',
                actions: [
                  { type: 'adoptPlan', params: ({ event }) => event.output },
                  { type: 'carryOut', params: ({ event }) => event.output },
                ],
              },
              {
                target: '#pool.running',
                actions: [{ type: 'noteFailure', params: ({ event }) => event.output }, 'reportFailure', 'tellUnplanned', 'scheduleRepair'],
              },
            ],
          },
          after: {
            planDeadline: {
              target: '#pool.running',
              actions: [{ type: 'noteFailure', params: planTooSlow }, 'reportFailure', 'tellUnplanned', 'scheduleRepair'],
            },
          },
        },
        draining: {
          description: 'Waits until every loop that was stopped has ended its scrape, so that generations never overlap.',
          on: { drained: { guard: 'isDrained', target: '#pool.running', actions: ['reportReconciled', 'tellReconciled'] } },
          after: { drainDeadline: { actions: 'killOverdue', description: 'Giving up waiting instead would let two generations overlap.' } },
        },
      },
    },
    stopping: {
      description: 'Every loop ends its scrape, without end-of-run markers (S-027, S-045).',
      tags: 'ending',
      entry: ['beginStop', 'stopAll'],
      on: {
        sync: {},
        reconfigure: {},
        stop: {},
        repair: {},
        loopCrashed: { actions: 'reportCrash' },
        drained: { guard: 'isDrained', target: 'stopped' },
      },
      after: { stopDeadline: { target: 'stopped', actions: 'killAll' } },
    },
    stopped: { description: 'No loop is left; the client closes with the pool.', type: 'final' },
  },
});

function synced({ job, targetsRev, forced, last }: PoolContext, ok: boolean): PoolReply {
  return { type: 'poolSynced', job, rev: targetsRev ?? 0, ok, forced: forced !== null, ...last };
}

function configured({ job, candidateRev }: PoolContext): PoolReply {
  return { type: 'poolConfigured', job, cfgRev: candidateRev, ok: true };
}

function refused({ job, candidateRev, failure }: PoolContext): PoolReply {
  return { type: 'poolConfigured', job, cfgRev: candidateRev, ok: false, error: failure ?? '' };
}

function planned(context: PoolContext, plan: MadePlan): Partial<PoolContext> {
  return {
    token: context.token + 1,
    loops: tableAfter(context.loops, plan),
    generation: plan.generation,
    forced: plan.forced,
    last: {
      added: plan.start.length,
      kept: plan.keptCount + plan.retarget.length + plan.replace.length,
      removed: plan.retire.length,
      dropped: plan.droppedCount,
    },
    drainMs: drainMs(Object.values(context.loops)),
  };
}

/** The supervisor ignores an order for a token that nothing waits for. */
function nothing({ token }: PoolContext): LoopsEvent {
  return { type: 'killOverdue', token };
}

function planInput(context: PoolContext): PlanInput {
  const { job, work, cfgRev, candidateRev, previousCfgRev, targetsRev, loops, generation } = context;
  const rev = cfgRev ?? candidateRev;
  return {
    job,
    work,
    cfgRev: rev,
    previousCfgRev: previousCfgRev ?? rev,
    targetsRev: targetsRev ?? 0,
    running: Object.values(loops),
    generation,
  };
}
