import type { ConfigDifferences, JobsToSync, Plan, PlanInput, PoolReconciled } from '@limpet/scrape';
import { countsSum, isAnyTouched, LoopFates, NO_LOOPS } from './loop-fates.ts';
import type { LoopCounts } from './loop-fates.ts';

/** Jobs that a result names. All of them are in its counts. */
export const RELOAD_JOBS_MAX = 100;

/** What a reload has done to the loops, counted when their pools had carried it out. */
export interface ReloadLoops {
  readonly counts: LoopCounts;
  /** The jobs of which a loop was touched, the first `RELOAD_JOBS_MAX` of them. */
  readonly jobs: readonly JobLoops[];
  /** Touched jobs that are not named. */
  readonly jobsOmitted: number;
  /** Every pool has synced with the targets that discovery published under the configuration: the counts are final. */
  readonly isSettled: boolean;
}

export interface JobLoops {
  readonly job: string;
  readonly counts: LoopCounts;
}

interface JobTally {
  readonly fates: LoopFates;
  /** Loops that run, as of the last cycle. */
  runningCount: number;
}

/** What a pool was given to carry out, until it has. */
interface Carried {
  readonly input: Pick<PlanInput, 'work' | 'targetsRev'>;
  readonly plan: Plan & { readonly ok: true };
}

/**
 * Counts what the last reload did, from the orders to the pools and their reports. A reload begins with the comparison
 * of configurations and is settled when every job has synced with targets published after discovery took it on: until
 * then a job may change twice, at once and with its sync (S-026), and each loop counts once.
 */
export class ReloadTally {
  readonly #onSettled: (revision: number, loops: ReloadLoops) => void;
  #revision = 0;
  readonly #carried = new Map<string, Carried>();
  #jobs = new Map<string, JobTally>();
  #removed: ReadonlyMap<string, number> = new Map();
  /** Targets of a later revision are those of the new configuration; undefined while discovery has not taken it on. */
  #baseTargetsRev: number | undefined;
  /** Jobs that have still to sync; undefined before they were told to. */
  #waiting: Set<string> | undefined;
  #settled: ReloadLoops | undefined;

  constructor(onSettled: (revision: number, loops: ReloadLoops) => void) {
    this.#onSettled = onSettled;
  }

  /** The pools learn of a configuration. `loopCountOf`: loops that run for a job. */
  begin(revision: number, { removed }: Pick<ConfigDifferences, 'removed'>, loopCountOf: (job: string) => number): void {
    this.#revision = revision;
    this.#carried.clear(); // a repair that was under way is none of this reload's
    this.#jobs = new Map();
    this.#removed = new Map(removed.map((job) => [job, loopCountOf(job)]));
    this.#baseTargetsRev = undefined;
    this.#waiting = undefined;
    this.#settled = undefined;
  }

  /** Discovery has taken on the configuration; `targetsRev`: what it has published last. */
  applied(targetsRev: number): void {
    this.#baseTargetsRev = targetsRev;
  }

  /** Jobs are told to sync. */
  syncing(targetsRev: number, { jobs }: Pick<JobsToSync, 'jobs'>): void {
    if (this.#isNew(targetsRev)) this.#waiting ??= new Set(jobs);
    this.#settleIfDone();
  }

  /** A pool is given what it has to do. */
  planned({ job, work, targetsRev }: PlanInput, plan: Plan): void {
    if (plan.ok) this.#carried.set(job, { input: { work, targetsRev }, plan });
  }

  /** A pool has done it. */
  reconciled({ job }: Pick<PoolReconciled, 'job'>): void {
    const carried = this.#carried.get(job);
    this.#carried.delete(job);
    if (carried === undefined || this.#settled !== undefined) return;
    const { input, plan } = carried;
    const tally = this.#jobs.get(job) ?? { fates: new LoopFates(), runningCount: 0 };
    tally.fates.apply(input.work, plan);
    tally.runningCount = plan.start.length + plan.keptCount + plan.retarget.length + plan.replace.length;
    this.#jobs.set(job, tally);
    if (input.work === 'sync' && this.#isNew(input.targetsRev)) this.#waiting?.delete(job);
    this.#settleIfDone();
  }

  /** A pool has ended. */
  closed(job: string): void {
    this.#carried.delete(job);
  }

  /** What has been counted so far. */
  get loops(): ReloadLoops {
    return this.#settled ?? this.#result(false);
  }

  #isNew(targetsRev: number): boolean {
    return this.#baseTargetsRev !== undefined && targetsRev > this.#baseTargetsRev;
  }

  #settleIfDone(): void {
    if (this.#settled !== undefined || this.#waiting?.size !== 0) return;
    this.#settled = this.#result(true);
    this.#jobs.clear();
    this.#onSettled(this.#revision, this.#settled);
  }

  #result(isSettled: boolean): ReloadLoops {
    const gone = [...this.#removed].map(([job, removed]): JobLoops => ({ job, counts: { ...NO_LOOPS, removed } }));
    const present = [...this.#jobs].map(([job, { fates, runningCount }]): JobLoops => ({ job, counts: fates.counts(runningCount) }));
    const jobs = [...present, ...gone];
    const touched = jobs.filter(({ counts }) => isAnyTouched(counts));
    return {
      counts: jobs.reduce((sum, { counts }) => countsSum(sum, counts), NO_LOOPS),
      jobs: touched.slice(0, RELOAD_JOBS_MAX),
      jobsOmitted: Math.max(touched.length - RELOAD_JOBS_MAX, 0),
      isSettled,
    };
  }
}
