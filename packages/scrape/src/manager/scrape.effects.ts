import { assign, enqueueActions } from 'xstate';
import type { AnyActorRef } from 'xstate';
import type { poolMachine } from '../pool/pool.machine.ts';
import type { ScrapePorts } from '../ports.ts';
import { endedChild } from './child-events.ts';
import { msToReloadTick } from './reload-tick.ts';
import { jobOfPool, poolId, scrapeMachine } from './scrape.machine.ts';

/** What the manager reaches of the world. */
export type ManagerPorts = Pick<ScrapePorts, 'clock' | 'log' | 'configDifferences' | 'jobsToSync' | 'closeClient'>;

export interface ManagerOptions {
  /** Time between two reload ticks, milliseconds (S-002). 5 s by default. */
  readonly reloadIntervalMs?: number;
}

/** The scrape manager on its ports. Once per process. */
export function bindManager(
  ports: ManagerPorts,
  pool: typeof poolMachine,
  { reloadIntervalMs }: ManagerOptions = {},
): typeof scrapeMachine {
  const { clock, log } = ports;
  return scrapeMachine.provide({
    actors: { pool },
    actions: {
      noteStart: assign(() => ({ tickOriginMono: clock.mono() })),
      beginApply: enqueueActions(({ context, enqueue }) => {
        const cfgRev = context.pendingCfgRev ?? context.cfgRev ?? 0;
        const { removed, changed, refusal } = ports.configDifferences({ cfgRev, pools: context.pools });
        if (refusal !== undefined) {
          enqueue.assign({ pendingCfgRev: null, askedRev: cfgRev, failed: [refusal], waiting: {} });
          return;
        }
        enqueue.assign({ cfgRev, pendingCfgRev: null, askedRev: cfgRev, failed: [], waiting: asked([...removed, ...changed]) });
        for (const job of removed) enqueue.sendTo(poolId(job), { type: 'stop' });
        for (const job of changed) enqueue.sendTo(poolId(job), { type: 'reconfigure', cfgRev });
      }),
      beginReload: enqueueActions(({ context, enqueue }) => {
        const { pools, reloadOnStartup, hasReloaded } = context;
        const cfgRev = context.cfgRev ?? 0; // both are known by now: see isReloadDue
        const targetsRev = context.targetsRev ?? 0;
        const { jobs, unknownJobs } = ports.jobsToSync({ cfgRev, targetsRev });
        for (const job of unknownJobs) log.error('invalid config id', { code: 'LIMPET_SCRAPE_UNKNOWN_JOB', scrape_pool: job });
        const missing = jobs.filter((job) => !Object.hasOwn(pools, job));
        enqueue.assign(({ spawn }) => {
          for (const job of missing) spawn('pool', { id: poolId(job), input: { job, cfgRev } });
          return {
            dirty: false,
            hasReloaded: true,
            syncingRev: targetsRev,
            waiting: asked(jobs),
            pools: { ...pools, ...Object.fromEntries(missing.map((job) => [job, cfgRev])) },
            ...(reloadOnStartup && !hasReloaded ? { tickOriginMono: clock.mono() } : {}),
          };
        });
        for (const job of jobs) enqueue.sendTo(poolId(job), { type: 'sync', rev: targetsRev });
      }),
      beginStop: enqueueActions(({ context, event, enqueue }) => {
        const graceMs = event.type === 'stop' ? event.graceMs : undefined;
        enqueue.assign({ graceMs: graceMs ?? null, waiting: {} });
        const stop = graceMs === undefined ? { type: 'stop' as const } : { type: 'stop' as const, graceMs };
        for (const job of Object.keys(context.pools)) enqueue.sendTo(poolId(job), stop);
      }),
      salvage: ({ event, self }) => {
        const { id, error } = endedChild(event);
        log.error('a scrape pool crashed', { code: 'LIMPET_SCRAPE_POOL_CRASHED', scrape_pool: jobOfPool(id), err: String(error) });
        salvage(self.getSnapshot().children[id]);
        ports.closeClient(jobOfPool(id));
      },
      reportLate: ({ context }) =>
        log.warn('scrape pools did not answer in time', {
          scrape_pools: Object.keys(Object.keys(context.waiting).length > 0 ? context.waiting : context.pools),
        }),
    },
    delays: {
      untilReloadTick: ({ context }) =>
        context.reloadOnStartup && !context.hasReloaded ? 0 : msToReloadTick(clock.mono(), context.tickOriginMono, reloadIntervalMs),
    },
  });
}

function asked(jobs: readonly string[]): Readonly<Record<string, true>> {
  return Object.fromEntries(jobs.map((job) => [job, true as const]));
}

/** A pool whose own action threw leaves its children running; its supervisor is told to kill the loops, which frees all they hold. */
function salvage(pool: AnyActorRef | undefined): void {
  const children = (pool?.getSnapshot() as { readonly children?: Readonly<Record<string, AnyActorRef>> } | undefined)?.children;
  children?.['loops']?.send({ type: 'killAll', token: 0 });
}
