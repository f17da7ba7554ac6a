import { equalConfigs, isCacheReusable } from '@limpet/config';
import type { Config, ScrapeConfig } from '@limpet/config';

/** What a reload does to the loops of one job. */
export type JobChange = 'added' | 'removed' | 'kept' | 'retargeted' | 'restarted';

export interface JobPlan {
  readonly job: string;
  readonly change: JobChange;
  /** Loops that run for the job now. */
  readonly loopCount: number;
}

/** What applying a configuration would do, job by job, in the order of the new configuration, removed jobs last. */
export interface ReloadPlan {
  readonly jobs: readonly JobPlan[];
}

/** Compares two configurations job by job. `loopCounts`: loops running now, by job. */
export function reloadPlan({
  running,
  candidate,
  loopCounts,
}: {
  readonly running: Config | undefined;
  readonly candidate: Config;
  readonly loopCounts: ReadonlyMap<string, number>;
}): ReloadPlan {
  const before = new Map((running?.scrapeConfigs ?? []).map((job) => [job.jobName, job]));
  const after = new Set(candidate.scrapeConfigs.map(({ jobName }) => jobName));
  const gone = [...before.keys()].filter((job) => !after.has(job));
  const planOf = (job: string, change: JobChange): JobPlan => ({ job, change, loopCount: loopCounts.get(job) ?? 0 });
  return {
    jobs: [
      ...candidate.scrapeConfigs.map((job) => planOf(job.jobName, changeOf(before.get(job.jobName), job))),
      ...gone.map((job) => planOf(job, 'removed')),
    ],
  };
}

function changeOf(before: ScrapeConfig | undefined, after: ScrapeConfig): JobChange {
  if (before === undefined) return 'added';
  if (equalConfigs(before, after)) return 'kept';
  return isCacheReusable(before, after) ? 'retargeted' : 'restarted';
}
