import type { ScrapeConfig } from '@limpet/config';
import { isCacheReusable } from '@limpet/config';
import type { Log, Metrics } from '@limpet/model';
import { compileRules } from '@limpet/relabel';
import type { CompiledRules } from '@limpet/relabel';
import type { PoolEntry, ScrapeTables } from '../tables.ts';
import { buildTargets } from '../target/build-targets.ts';
import type { BuiltTargets } from '../target/build-targets.ts';
import { targetLimitError } from '../target/target-limit.ts';
import { POOL_METRICS } from './metrics.ts';
import type { Plan, PlanInput } from './plan.ts';
import { targetChanges } from './target-changes.ts';

export interface PlanPorts {
  readonly tables: Pick<ScrapeTables, 'configs' | 'groups' | 'pools' | 'loops'>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Lets other work run between two slices of targets. */
  readonly pause: () => Promise<void>;
}

/** Compiled `relabel_configs`, once per configuration. */
const compiled = new WeakMap<ScrapeConfig, CompiledRules>();

/**
 * Builds the targets of a job and says what has to change. The tables take the new targets only where the plan is made
 * to its end: an aborted one leaves no trace. A reload keeps the targets as they are (S-026).
 */
export async function planTargets(input: PlanInput, signal: AbortSignal, ports: PlanPorts): Promise<Plan> {
  const pool = ports.tables.pools.get(input.job);
  if (pool === undefined) return { ok: false, error: `no client is open for job "${input.job}"` };
  const built = input.work === 'reload' ? pool : await syncedTargets(input, pool, signal, ports);
  if (built === undefined || signal.aborted) return { ok: false, error: 'planning was given up' };
  if ('error' in built) return { ok: false, error: built.error };

  const { job, cfgRev, running, generation } = input;
  const { seed, targets: before } = pool;
  const isReusable = (rev: number): boolean => {
    const old = ports.tables.configs.get(rev)?.get(job);
    return old !== undefined && isCacheReusable(old, pool.config);
  };
  const { targets } = built;
  const changes = targetChanges({ job, cfgRev, running, generation, seed, before, targets, isCacheReusable: isReusable });
  const forced = targetLimitError(built.targets.size, pool.config.targetLimit);
  adopt(input, pool, built, ports);
  if (forced !== null) ports.metrics.add(POOL_METRICS.exceededTargetLimit, [], 1);
  ports.metrics.set(POOL_METRICS.targetLimit, [input.job], pool.config.targetLimit);
  ports.metrics.set(POOL_METRICS.targets, [input.job], built.targets.size);
  const failedCount = 'failures' in built ? built.failures.length : 0;
  return { ok: true, ...changes, droppedCount: built.droppedCount, failedCount, forced };
}

type Targets = Pick<PoolEntry, 'targets' | 'dropped' | 'droppedCount'>;

async function syncedTargets(
  { job, targetsRev }: PlanInput,
  { config }: PoolEntry,
  signal: AbortSignal,
  { tables, log, metrics, pause }: PlanPorts,
): Promise<BuiltTargets | { readonly error: string } | undefined> {
  const groups = tables.groups.get(targetsRev)?.get(job);
  if (groups === undefined) return { error: `targets of revision ${targetsRev} are not known for job "${job}"` };
  const built = await buildTargets(groups, config, rulesOf(config), { pause, signal });
  for (const { source, index, error } of built?.failures ?? []) {
    metrics.add(POOL_METRICS.syncsFailed, [job], 1);
    log.error('Creating target failed', { code: 'LIMPET_SCRAPE_TARGET', scrape_pool: job, group: source, index, err: error });
  }
  return built;
}

function rulesOf(config: ScrapeConfig): CompiledRules {
  let rules = compiled.get(config);
  if (rules === undefined) compiled.set(config, (rules = compileRules(config.relabelConfigs, config.metricNameValidationScheme)));
  return rules;
}

/** The tables take the plan's targets. Loops that go on see refreshed discovered labels (S-043). */
function adopt({ running }: PlanInput, pool: PoolEntry, { targets, dropped, droppedCount }: Targets, { tables }: PlanPorts): void {
  pool.targets = targets;
  pool.dropped = dropped;
  pool.droppedCount = droppedCount;
  for (const { id } of running) {
    const loop = tables.loops.get(id);
    const refreshed = loop === undefined ? undefined : targets.get(loop.target.key);
    if (loop !== undefined && refreshed !== undefined) loop.target = refreshed;
  }
}
