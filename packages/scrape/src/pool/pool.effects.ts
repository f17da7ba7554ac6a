import { fromEffect } from '@limpet/driver';
import { assign, enqueueActions, fromCallback } from 'xstate';
import type { LoopsLogic } from '../loops/loops.logic.ts';
import type { ClientOpened, ScrapePorts } from '../ports.ts';
import { repairDelayMs } from './loop-table.ts';
import { POOL_METRICS } from './metrics.ts';
import type { Plan, PlanInput } from './plan.ts';
import type { PoolEvent } from './pool-events.ts';
import { poolMachine } from './pool.machine.ts';

/** What a pool reaches of the world. */
export type PoolPorts = Pick<
  ScrapePorts,
  'clock' | 'accept' | 'log' | 'metrics' | 'openClient' | 'closeClient' | 'plan' | 'poolReconciled'
>;

/** The pool machine on its ports, with the supervisor of its loops. Once per process. */
export function bindPool(ports: PoolPorts, loops: LoopsLogic): typeof poolMachine {
  const { clock, log, metrics } = ports;
  return poolMachine.provide({
    actors: {
      loops,
      // a disposer, because it runs in whatever way the pool ends
      client: fromCallback<PoolEvent, { readonly job: string }>(
        ({ input }) =>
          () =>
            ports.closeClient(input.job),
      ),
      openClient: fromEffect<ClientOpened, { readonly job: string; readonly cfgRev: number }>(ports, 'openClient', ({ input, signal }) =>
        ports.openClient(input, signal).catch((error: unknown) => ({ ok: false, error: String(error) }) as const),
      ),
      plan: fromEffect<Plan, PlanInput>(ports, 'plan', ({ input, signal }) =>
        ports.plan(input, signal).catch((error: unknown) => ({ ok: false, error: String(error) }) as const),
      ),
    },
    actions: {
      noteStart: assign(() => ({ startedMono: clock.mono() })),
      scheduleRepair: enqueueActions(({ context, enqueue }) => {
        if (context.isRepairPending) return;
        const nowMono = clock.mono();
        const msSinceCrash = nowMono - (context.lastCrashMono ?? -Infinity);
        enqueue.assign({
          isRepairPending: true,
          repairMs: repairDelayMs({ lastMs: context.repairMs, msSinceCrash }),
          lastCrashMono: nowMono,
        });
        enqueue.raise({ type: 'repair' }, { id: 'repair', delay: 'repairDelay' });
      }),
      reportCrash: ({ context, event }) => {
        if (event.type !== 'loopCrashed') return;
        metrics.add(POOL_METRICS.loopsCrashed, [context.job], 1);
        log.error('a loop crashed', { code: 'LIMPET_SCRAPE_LOOP_CRASHED', scrape_pool: context.job, loop: event.id, err: event.error });
      },
      reportFailure: ({ context }) =>
        log.error('a scrape pool could not take on a change', {
          code: 'LIMPET_SCRAPE_POOL_CHANGE',
          scrape_pool: context.job,
          err: context.failure,
        }),
      reportReconciled: ({ context: { job, work, startedMono }, event }) =>
        ports.poolReconciled({
          job,
          work,
          tookMs: clock.mono() - startedMono,
          killedCount: event.type === 'drained' ? event.overdueCount : 0,
        }),
    },
  });
}
