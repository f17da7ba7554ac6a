import { equalConfigs } from '@limpet/config';
import type { HttpClientConfig, ScrapeConfig } from '@limpet/config';
import type { Driver } from '@limpet/driver';
import type { HttpClient } from '@limpet/http-client';
import { formatGoDuration } from '@limpet/model';
import type { Log, Metrics, Result } from '@limpet/model';
import { METADATA_CACHE_BYTES, METADATA_CACHE_ENTRIES } from './append/metrics.ts';
import type { LoopLedgers } from './ledger/loop-ledgers.ts';
import type { LoopEvent } from './loop/loop-events.ts';
import { RetiredClients } from './pool/job-clients.ts';
import { POOL_METRICS, POOL_METRICS_BY_JOB } from './pool/metrics.ts';
import type { Plan, PlanInput } from './pool/plan.ts';
import { planTargets } from './pool/plan-targets.ts';
import type { ClientOpened, ConfigDifferences, JobsToSync, LoopStarted, PoolReconciled, ScrapePorts } from './ports.ts';
import { newLoopEntry } from './tables.ts';
import type { LoopEntry, ScrapeTables } from './tables.ts';

/** How the ports reach the loops, and what views ask of them. Filled by the supervisors through `loopStarted`. */
export class LoopDirectory {
  readonly #loops = new Map<string, LoopStarted>();

  add(loop: LoopStarted): void {
    this.#loops.set(loop.loopId, loop);
  }

  remove(loopId: string): void {
    this.#loops.delete(loopId);
  }

  /** Gives an event to a loop, if it still runs. Called from within `Driver.accept`. */
  tell(loopId: string, event: LoopEvent): void {
    this.#loops.get(loopId)?.tell(event);
  }

  /** State of a loop as a dotted path, `idle.waiting`; `undefined` where it has ended. */
  state(loopId: string): string | undefined {
    return this.#loops.get(loopId)?.state();
  }

  get size(): number {
    return this.#loops.size;
  }
}

export interface ScrapePortsOptions {
  readonly tables: ScrapeTables;
  readonly driver: Pick<Driver, 'accept' | 'clock'>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The same one that the fetch and append ports tell their answers to. */
  readonly directory: LoopDirectory;
  /** Keeps account of every tick; the append port tells it how scrapes end. */
  readonly ledgers: LoopLedgers;
  readonly fetchPort: Pick<ScrapePorts, 'isSlotFree' | 'startFetch' | 'cancelFetch' | 'release'>;
  readonly appendPort: Pick<ScrapePorts, 'isAppendShort' | 'startAppend' | 'cancelAppend' | 'startMarking' | 'release'>;
  /** Opens the HTTP client block of a job. Refusals are values; never rejects. */
  readonly openHttpClient: (config: HttpClientConfig, job: string) => Promise<Result<HttpClient, Error>>;
  /** Jitter seed of pools created now (S-010, S-011). */
  readonly offsetSeed: () => bigint;
  /** Lets other work run between two slices of targets. */
  readonly pause: () => Promise<void>;
  /** Why a revision cannot be applied, if something that it takes is not there (C-182). */
  readonly refusalOf?: (cfgRev: number) => string | undefined;
}

/** The ports of the scrape machines of one agent, around its tables. */
export function createScrapePorts(options: ScrapePortsOptions): ScrapePorts {
  const { driver, fetchPort, appendPort, ledgers } = options;
  const runtime = new ScrapeRuntime(options);
  return {
    clock: driver.clock,
    accept: (input, deliver) => driver.accept(input, deliver),
    log: options.log,
    metrics: options.metrics,
    configDifferences: (input) => runtime.configDifferences(input),
    jobsToSync: (input) => runtime.jobsToSync(input),
    openClient: (input, signal) => runtime.openClient(input, signal),
    closeClient: (job) => runtime.closeClient(job),
    plan: (input, signal) => runtime.plan(input, signal),
    poolReconciled: (reconciled) => runtime.poolReconciled(reconciled),
    loopStarted: (loop) => runtime.loopStarted(loop),
    loopRetargeted: ({ loopId, job, spec }) => runtime.loopRetargeted(loopId, job, spec),
    gridMoved: (input) => ledgers.gridMoved(input),
    startFetch: (input) => {
      if (input.isAsked !== true) ledgers.queued(input.loopId);
      fetchPort.startFetch(input);
    },
    isSlotFree: () => fetchPort.isSlotFree?.() === true,
    cancelFetch: (loopId) => fetchPort.cancelFetch(loopId),
    isAppendShort: (bytes, loopId) => appendPort.isAppendShort?.(bytes, loopId) === true,
    startAppend: (input) => {
      if ((input.purpose ?? 'tick') === 'tick') ledgers.taken(input);
      else ledgers.occupied(input.loopId);
      appendPort.startAppend(input);
    },
    cancelAppend: (loopId) => {
      ledgers.givenUp(loopId);
      appendPort.cancelAppend(loopId);
    },
    startMarking: (input) => appendPort.startMarking(input),
    release: (loopId) => runtime.release(loopId),
  };
}

/** Keeps the tables in step with the machines. */
class ScrapeRuntime {
  readonly #options: ScrapePortsOptions;
  readonly #retired = new RetiredClients();
  /** The configuration revision that each live loop scrapes under. */
  readonly #loopRevs = new Map<string, number>();
  /** The target revision that each pool planned with last: a repair asks for it again. */
  readonly #plannedRevs = new Map<string, number>();
  /** Number of the last generation given out for each job there ever was. */
  readonly #generations = new Map<string, number>();
  /** The newest generation of each target, by job and key. */
  readonly #newest = new Map<string, LoopEntry>();

  constructor(options: ScrapePortsOptions) {
    this.#options = options;
  }

  configDifferences({ cfgRev, pools }: Parameters<ScrapePorts['configDifferences']>[0]): ConfigDifferences {
    const { tables, refusalOf } = this.#options;
    const refusal = refusalOf?.(cfgRev);
    if (refusal !== undefined) return { removed: [], changed: [], refusal };
    this.#forgetConfigs(new Set([cfgRev, ...Object.values(pools)]));
    const wanted = tables.configs.get(cfgRev);
    const jobs = Object.keys(pools);
    const isChanged = (job: string) => {
      const before = tables.configs.get(tables.pools.get(job)?.cfgRev ?? pools[job] ?? cfgRev)?.get(job);
      const after = wanted?.get(job);
      return before === undefined || after === undefined || !equalConfigs(before, after) || !tables.pools.has(job);
    };
    return {
      removed: jobs.filter((job) => wanted?.has(job) !== true),
      changed: jobs.filter((job) => wanted?.has(job) === true && isChanged(job)),
    };
  }

  jobsToSync({ cfgRev, targetsRev }: Parameters<ScrapePorts['jobsToSync']>[0]): JobsToSync {
    const { configs, groups } = this.#options.tables;
    const oldestUsed = Math.min(targetsRev, ...this.#plannedRevs.values());
    for (const rev of groups.keys()) if (rev < oldestUsed) groups.delete(rev);
    const named = [...(groups.get(targetsRev)?.keys() ?? [])];
    const known = configs.get(cfgRev);
    return { jobs: named.filter((job) => known?.has(job)), unknownJobs: named.filter((job) => known?.has(job) !== true) };
  }

  async openClient({ job, cfgRev }: { readonly job: string; readonly cfgRev: number }, signal: AbortSignal): Promise<ClientOpened> {
    const { tables, metrics, openHttpClient } = this.#options;
    const isFirst = !tables.pools.has(job);
    metrics.add(isFirst ? POOL_METRICS.pools : POOL_METRICS.reloads, [], 1);
    const refuse = (error: string): ClientOpened => {
      metrics.add(isFirst ? POOL_METRICS.poolsFailed : POOL_METRICS.reloadsFailed, [], 1);
      return { ok: false, error };
    };
    const config = tables.configs.get(cfgRev)?.get(job);
    if (config === undefined) return refuse(`revision ${cfgRev} has no job "${job}"`);
    const opened = await openHttpClient(config.httpClient, job);
    if (!opened.ok) return refuse(opened.error.message);
    if (signal.aborted) {
      opened.value.close();
      return refuse('opening the HTTP client was given up');
    }
    this.#adoptClient(job, { cfgRev, config, client: opened.value });
    return { ok: true };
  }

  /** Loops in flight keep the connection that they have; the old client goes with the last of them (S-023). */
  #adoptClient(job: string, adopted: { readonly cfgRev: number; readonly config: ScrapeConfig; readonly client: HttpClient }): void {
    const { tables, metrics, offsetSeed } = this.#options;
    const pool = tables.pools.get(job);
    if (pool === undefined) {
      for (const metric of [POOL_METRICS.syncsFailed, METADATA_CACHE_ENTRIES, METADATA_CACHE_BYTES]) metrics.add(metric, [job], 0);
      tables.pools.set(job, { job, ...adopted, seed: offsetSeed(), targets: new Map(), dropped: [], droppedCount: 0 });
      return;
    }
    const users = [...tables.loops.values()].filter((loop) => loop.job === job).map(({ id }) => id);
    this.#retired.add(job, pool.client, users);
    Object.assign(pool, adopted);
  }

  closeClient(job: string): void {
    const { tables, metrics, ledgers } = this.#options;
    this.#retired.closeJob(job);
    ledgers.jobEnded(job, metrics);
    this.#plannedRevs.delete(job);
    tables.pools.get(job)?.client.close();
    tables.pools.delete(job);
    for (const definition of [...POOL_METRICS_BY_JOB, METADATA_CACHE_ENTRIES, METADATA_CACHE_BYTES]) metrics.remove(definition, [job]);
  }

  /** A pool that is built anew goes on counting generations, so the id of a loop is never given twice. */
  async plan(input: PlanInput, signal: AbortSignal): Promise<Plan> {
    const { job, work, targetsRev } = input;
    if (work === 'sync') this.#plannedRevs.set(job, targetsRev);
    const generation = Math.max(input.generation, this.#generations.get(job) ?? 0);
    const plan = await planTargets({ ...input, generation }, signal, this.#options);
    if (plan.ok) this.#generations.set(job, Math.max(plan.generation, this.#generations.get(job) ?? 0));
    return plan;
  }

  poolReconciled({ job, work, tookMs, killedCount }: PoolReconciled): void {
    const { metrics, log, tables } = this.#options;
    if (killedCount > 0) {
      metrics.add(POOL_METRICS.loopsKilled, [job], killedCount);
      log.warn('loops did not end their scrape in time and were killed', { scrape_pool: job, count: killedCount });
    }
    if (work === 'reload') {
      const intervalMs = tables.pools.get(job)?.config.scrapeIntervalMs ?? 0;
      metrics.observe(POOL_METRICS.reloadLength, [formatGoDuration(intervalMs)], tookMs / 1000);
      return;
    }
    metrics.add(POOL_METRICS.syncs, [job], 1);
    metrics.observe(POOL_METRICS.syncLength, [job], tookMs / 1000);
    metrics.observe(POOL_METRICS.syncLengthHistogram, [job], tookMs / 1000);
  }

  loopStarted(loop: LoopStarted): void {
    const { tables, directory, log, ledgers } = this.#options;
    directory.add(loop);
    const { loopId, job, spec } = loop;
    const target = tables.pools.get(job)?.targets.get(spec.key);
    if (target === undefined) {
      log.error('a loop began without a target', { code: 'LIMPET_SCRAPE_NO_TARGET', scrape_pool: job, loop: loopId });
      return;
    }
    const place = `${job}/${spec.key}`;
    const before = this.#newest.get(place);
    // the same target in a new generation, not one that went and came back: its health is shown on (S-170)
    const previous = before?.target === target ? before : undefined;
    ledgers.started({ loopId, job, key: spec.key, previousId: previous?.id });
    const entry = newLoopEntry({ id: loopId, job, target, previous });
    tables.loops.set(loopId, entry);
    this.#newest.set(place, entry);
    this.#loopRevs.set(loopId, spec.cfgRev);
  }

  loopRetargeted(loopId: string, job: string, spec: { readonly key: string; readonly cfgRev: number }): void {
    const { tables, ledgers } = this.#options;
    const entry = tables.loops.get(loopId);
    const target = tables.pools.get(job)?.targets.get(spec.key);
    ledgers.retargeted(loopId, spec.key);
    this.#retired.movedOn(loopId);
    if (entry === undefined || target === undefined) return;
    this.#loopRevs.set(loopId, spec.cfgRev);
    this.#forgetNewest(entry);
    entry.target = target;
    this.#newest.set(`${job}/${spec.key}`, entry);
  }

  release(loopId: string): void {
    const { tables, directory, fetchPort, appendPort, ledgers } = this.#options;
    fetchPort.release(loopId);
    appendPort.release(loopId);
    ledgers.ended(loopId);
    const entry = tables.loops.get(loopId);
    if (entry !== undefined) this.#forgetNewest(entry);
    tables.loops.delete(loopId);
    directory.remove(loopId);
    this.#loopRevs.delete(loopId);
    this.#retired.movedOn(loopId);
  }

  #forgetNewest(entry: LoopEntry): void {
    const place = `${entry.job}/${entry.target.key}`;
    if (this.#newest.get(place) === entry) this.#newest.delete(place);
  }

  /** Revisions that no pool, no loop and not the manager names are forgotten. */
  #forgetConfigs(inUse: Set<number>): void {
    const { tables } = this.#options;
    const newest = Math.max(...inUse);
    for (const pool of tables.pools.values()) inUse.add(pool.cfgRev);
    for (const rev of this.#loopRevs.values()) inUse.add(rev);
    for (const rev of tables.configs.keys()) if (rev < newest && !inUse.has(rev)) tables.configs.delete(rev);
  }
}
