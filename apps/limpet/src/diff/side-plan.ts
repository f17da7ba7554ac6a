import { reloadPlan } from '@limpet/agent';
import type { JobPlan, ReloadPlan } from '@limpet/agent';
import { equalConfigs, sectionField } from '@limpet/config';
import type { ForecastSet } from '@limpet/discovery';
import type { ConfigSide } from './read-side.ts';
import { sidePools } from './side-pools.ts';

/** A job of a plan, with the sections that only the older side has and whose targets nobody knows. */
export interface JobDifference extends JobPlan {
  readonly undiscoveredBefore: readonly string[];
}

export interface SidePlan extends Omit<ReloadPlan, 'jobs'> {
  readonly jobs: readonly JobDifference[];
}

/** What an agent that runs under one configuration would do to take on the other. */
export async function sidePlan(older: ConfigSide, newer: ConfigSide): Promise<SidePlan> {
  const forecast = new Map([...older.forecast, ...newer.forecast]);
  const input = { running: older.config, candidate: newer.config, pools: sidePools(older), forecast };
  const plan = await reloadPlan(input, { pause: () => Promise.resolve(), signal: new AbortController().signal });
  if (plan === undefined) throw new Error('a plan that nobody gave up is there');
  const before = (job: string): readonly string[] => undiscoveredFields(sectionsGone(older.forecast.get(job), newer.forecast.get(job)));
  return { ...plan, jobs: plan.jobs.map((job) => ({ ...job, undiscoveredBefore: job.change === 'removed' ? [] : before(job.job) })) };
}

function sectionsGone(older: ForecastSet | undefined, newer: ForecastSet | undefined): ForecastSet['undiscovered'] {
  return (older?.undiscovered ?? []).filter((section) => newer?.undiscovered.every((other) => !equalConfigs(section, other)));
}

function undiscoveredFields(sections: ForecastSet['undiscovered']): readonly string[] {
  return [...new Set(sections.map(sectionField))];
}
