import type { PlannedPool } from '@limpet/agent';
import type { ScrapeConfig } from '@limpet/config';
import type { ForecastSet } from '@limpet/discovery';
import { compileRules } from '@limpet/relabel';
import { offsetHash, targetId, targetsFromGroups } from '@limpet/scrape';
import type { RunningLoop } from '@limpet/scrape';
import type { ConfigSide } from './read-side.ts';

/** Revision that the loops of the older side are taken to run under. */
const OLD_REV = 1;
/** No agent, no seed: places in the interval are compared, never shown. */
const SEED = 0n;

/** The pools of an agent that has run under a configuration for a while. */
export function sidePools({ config, forecast }: ConfigSide): ReadonlyMap<string, PlannedPool> {
  return new Map(config.scrapeConfigs.map((job) => [job.jobName, poolOf(job, forecast.get(job.jobName)?.groups ?? [])]));
}

function poolOf(job: ScrapeConfig, groups: ForecastSet['groups']): PlannedPool {
  const { targets } = targetsFromGroups(groups, job, compileRules(job.relabelConfigs, job.metricNameValidationScheme));
  const loops: Record<string, RunningLoop> = {};
  for (const target of targets.values()) {
    const { key, intervalMs, timeoutMs } = target;
    const spec = { key, intervalMs, timeoutMs, cfgRev: OLD_REV, offsetHash: offsetHash(key, SEED) };
    loops[key] = { id: `${job.jobName}/${targetId(target)}${key}`, spec };
  }
  const configOf = (rev: number): ScrapeConfig | undefined => (rev === OLD_REV ? job : undefined);
  return { config: job, cfgRev: OLD_REV, seed: SEED, generation: 1, targets, loops, configOf };
}
