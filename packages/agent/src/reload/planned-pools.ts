import type { PoolContext, ScrapeTables } from '@limpet/scrape';
import { poolId } from '@limpet/scrape';
import type { AnyActorRef } from 'xstate';
import type { PlannedPool } from './job-plan.ts';

/** The pools of a running agent as they are now, for a plan. Later changes do not show. */
export function plannedPools(root: AnyActorRef, tables: Pick<ScrapeTables, 'pools' | 'configs'>): ReadonlyMap<string, PlannedPool> {
  const actors = childrenOf(childrenOf(root)['scrape']);
  const configs = new Map(tables.configs);
  const pools = new Map<string, PlannedPool>();
  for (const [job, { config, cfgRev, seed, targets }] of tables.pools) {
    const context = actors[poolId(job)]?.getSnapshot() as { readonly context: PoolContext } | undefined;
    const { loops = {}, generation = 0 } = context?.context ?? {};
    pools.set(job, { config, cfgRev, seed, generation, targets, loops, configOf: (rev) => configs.get(rev)?.get(job) });
  }
  return pools;
}

function childrenOf(actor: AnyActorRef | undefined): Readonly<Record<string, AnyActorRef>> {
  const snapshot = actor?.getSnapshot() as { readonly children?: Readonly<Record<string, AnyActorRef>> } | undefined;
  return snapshot?.children ?? {};
}
