import { changedSections } from '@limpet/config';
import type { Config } from '@limpet/config';
import type { ForecastSet } from '@limpet/discovery';
import { jobPlan } from './job-plan.ts';
import type { JobPlan, PlannedPool, PlanPause } from './job-plan.ts';
import type { LoopCounts } from './loop-fates.ts';
import { isAnyTouched, NO_LOOPS } from './loop-fates.ts';

/** Loops by what a reload would do to them. */
export type PlannedCounts = LoopCounts & { readonly unknown: number };

/** What applying a configuration would do, in the order of the new configuration, removed jobs last. */
export interface ReloadPlan {
  readonly jobs: readonly JobPlan[];
  readonly counts: PlannedCounts;
  /** Sections of the file, jobs left out, that differ: `global`, `remote_write`, `storage`. */
  readonly changedSections: readonly string[];
}

export interface ReloadPlanInput {
  /** The configuration in force; undefined before the first. */
  readonly running: Config | undefined;
  readonly candidate: Config;
  /** The pools that run, by job. */
  readonly pools: ReadonlyMap<string, PlannedPool>;
  /** What each job would have for targets. */
  readonly forecast: ReadonlyMap<string, ForecastSet>;
}

const NOTHING_KNOWN: ForecastSet = { groups: [], undiscovered: [] };

/**
 * Says of every loop what applying a configuration would do to it, and does nothing. It takes for granted that clients
 * open and that nothing else changes meanwhile. Undefined where the signal fired.
 */
export async function reloadPlan(input: ReloadPlanInput, pause: PlanPause): Promise<ReloadPlan | undefined> {
  const { running, candidate, pools, forecast } = input;
  const before = new Map((running?.scrapeConfigs ?? []).map((job) => [job.jobName, job]));
  const after = new Map(candidate.scrapeConfigs.map((job) => [job.jobName, job]));
  const jobs: JobPlan[] = [];
  for (const job of new Set([...after.keys(), ...before.keys(), ...pools.keys()])) {
    const plan = await jobPlan(
      { job, before: before.get(job), after: after.get(job), pool: pools.get(job), forecast: forecast.get(job) ?? NOTHING_KNOWN },
      pause,
    );
    if (plan === undefined) return undefined;
    jobs.push(plan);
  }
  return { jobs, counts: plannedCounts(jobs), changedSections: running === undefined ? [] : changedSections(running, candidate) };
}

/** Loops of some jobs by what would happen to them. */
export function plannedCounts(jobs: readonly Pick<JobPlan, 'loops'>[]): PlannedCounts {
  const counts = { ...NO_LOOPS, unknown: 0 };
  for (const { loops } of jobs) for (const { change } of loops) counts[change]++;
  return counts;
}

/** Whether a plan leaves everything as it is, as far as is known. */
export function changesNothing({ jobs, counts, changedSections: sections }: ReloadPlan): boolean {
  return sections.length === 0 && counts.unknown === 0 && !isAnyTouched(counts) && jobs.every(({ change }) => change === 'kept');
}
