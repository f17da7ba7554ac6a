import { INTERVALS_S, wantedTargets } from './landscape.ts';
import type { JobSpec, Wanted } from './landscape.ts';
import type { NotedSample } from './noting-consumer.ts';
import { FLUSH_DEADLINE_MS, TIMEOUTS_MS } from './simulation.ts';
import type { Simulation } from './simulation.ts';

/** Times are fractions: sums of them differ in the last bits. */
const ROUNDING_MS = 0.001;
const TIMEOUT_MS_MAX = Math.max(...TIMEOUTS_MS) + ROUNDING_MS;
/** What the root allows its stages: discovery, scrapes under way, flush; a second of slack for each of the last two. */
export const STOP_MS_MAX = 1_000 + (TIMEOUT_MS_MAX + 1_000) + (FLUSH_DEADLINE_MS + 1_000);
/** A sync waits for the scrapes of those it stops, and perhaps for those of a change before it. */
const SYNC_MS_MAX = 2 * TIMEOUT_MS_MAX + 1_000;
/** A reload waits for the pools to be free, and then for their scrapes. */
const RELOAD_MS_MAX = 3 * SYNC_MS_MAX;
/** A loop that retires marks an interval and a tenth after its next tick, which is up to an interval away. */
const MARKING_MS_MAX = 2.1 * Math.max(...INTERVALS_S) * 1_000;

/** A stretch of a run in which nothing changed. */
export interface QuietWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** I17, I12: exactly the wanted targets are scraped, each as often as it should be, and none where that is forbidden. */
export function checkQuiet(run: Simulation, { fromMs, toMs }: QuietWindow): void {
  const wanted = wantedTargets(run.jobs, run.answers);
  const counts = new Map<string, number>();
  for (const { url, startMs } of run.web.scrapes) if (startMs >= fromMs && startMs < toMs) counts.set(url, (counts.get(url) ?? 0) + 1);
  for (const url of counts.keys()) if (!wanted.has(url)) run.violations.add(`I17 ${url} is scraped and not wanted`);
  for (const target of wanted.values()) {
    const count = counts.get(target.url) ?? 0;
    if (target.isForced) checkForced(run, target, count, { fromMs, toMs });
    else if (Math.abs(count - (toMs - fromMs) / 1_000 / target.intervalS) > 1)
      run.violations.add(`I17 ${target.url} is scraped ${count} times`);
  }
}

function checkForced(run: Simulation, { url, series }: Wanted, count: number, { fromMs, toMs }: QuietWindow): void {
  if (count > 0) run.violations.add(`I12 ${url} is asked although its pool has too many targets`);
  const ups = upsOf(run, series).filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  if (ups.length === 0 || ups.some(({ value }) => value !== 0)) run.violations.add(`I12 ${url} is not reported down`);
}

/** I11 after a quiet time: targets that are gone have been marked once, those that are wanted are not marked. */
export function checkMarkers(run: Simulation): void {
  const wanted = new Set([...wantedTargets(run.jobs, run.answers).values()].map(({ series }) => series));
  for (const [series, ups] of upsByTarget(run)) {
    const last = ups.at(-1);
    if (last === undefined) continue;
    if (wanted.has(series)) {
      if (last.value === 'stale') run.violations.add(`I11 ${series} is wanted and marked`);
    } else if (last.value !== 'stale' && run.clock.crashCount === 0 && wasSteady(run, series, last.atMs)) {
      run.violations.add(`I11 ${series} is gone and not marked`);
    }
  }
}

/** Whether the job of a series was in every configuration since well before a moment. Removing a job marks nothing. */
function wasSteady(run: Simulation, series: string, atMs: number): boolean {
  const [first] = run.loaded;
  if (first === undefined || first.atMs > atMs - RELOAD_MS_MAX) return false;
  return specsSince(run, series, atMs - RELOAD_MS_MAX).every((spec) => spec !== undefined);
}

/**
 * Whether it even stayed as it was since the loop that wrote a marker retired: a change may give a target two loops in a
 * row, of which each marks what it wrote.
 */
function wasUnchanged(run: Simulation, series: string, markedMs: number): boolean {
  const specs = specsSince(run, series, markedMs - MARKING_MS_MAX - RELOAD_MS_MAX);
  return new Set(specs.map((spec) => JSON.stringify(spec))).size === 1;
}

/** The configurations of the job of a series, from the one in force at a moment, or from the first. */
function specsSince({ loaded }: Simulation, series: string, atMs: number): readonly (JobSpec | undefined)[] {
  const [job = ''] = series.split('/');
  const first = loaded.findLastIndex((load) => load.atMs <= atMs);
  return loaded.slice(Math.max(first, 0)).map(({ jobs }) => jobs[job]);
}

/** What holds over a whole run, when it has ended. `stopMs`: when it was asked to. */
export function checkRun(run: Simulation, { stopMs, isUndisturbed }: { readonly stopMs: number; readonly isUndisturbed: boolean }): void {
  checkTimes(run);
  checkOrderOfReloads(run);
  checkMarkersAgainst(run, stopMs);
  if (isUndisturbed) checkDurations(run);
  if (run.stoppedMs === undefined || run.stoppedMs - stopMs > STOP_MS_MAX) run.violations.add('I8 the stop took too long');
  checkRemains(run);
  if (run.openReloads > 0) run.violations.add('A-005 a reload was not answered');
}

/** I5, I7: samples of a series get newer; a request ends with its timeout. */
function checkTimes(run: Simulation): void {
  const newest = new Map<string, number>();
  for (const { metric, target, timestampMs } of run.consumer.samples) {
    const series = `${metric} ${target}`;
    if (timestampMs <= (newest.get(series) ?? -Infinity)) run.violations.add(`I5 ${series} goes back in time`);
    newest.set(series, timestampMs);
  }
  for (const { url, startMs, endMs = Infinity } of run.web.scrapes) {
    if (endMs - startMs > TIMEOUT_MS_MAX) run.violations.add(`I7 ${url} took too long`);
  }
}

/** I15: scrape has taken a configuration before discovery is given it, and so before targets are published under it. */
function checkOrderOfReloads(run: Simulation): void {
  const taken = new Set<number | undefined>();
  for (const { to, type, who, rev } of run.told) {
    if (to === 'agent' && type === 'configApplied' && who === 'scrape') taken.add(rev);
    if (to === 'discovery' && type === 'applyConfig' && !taken.has(rev)) run.violations.add('I15 discovery is ahead of scrape');
  }
}

/** I11: an end is marked once, and neither the end of the process nor that of a job is. */
function checkMarkersAgainst(run: Simulation, stopMs: number): void {
  for (const [series, ups] of upsByTarget(run)) {
    ups.forEach(({ value, atMs }, index) => {
      if (value !== 'stale') return;
      const before = ups[index - 1];
      if (before?.value === 'stale' && wasUnchanged(run, series, before.atMs)) run.violations.add(`I11 ${series} is marked twice`);
      if (atMs >= stopMs) run.violations.add(`I11 ${series} is marked although the process ends`);
      if (isJobGone(run, series, atMs)) run.violations.add(`I11 ${series} is marked although its job was removed`);
    });
  }
}

/** Whether scrape has taken a configuration without the job of a series, and none with it was read since. */
function isJobGone({ told, loaded }: Simulation, series: string, atMs: number): boolean {
  const [job = ''] = series.split('/');
  const takenMs = told.findLast(
    ({ to, type, who, atMs: toldMs }) => to === 'agent' && type === 'configApplied' && who === 'scrape' && toldMs < atMs,
  )?.atMs;
  const since = takenMs === undefined ? undefined : loaded.findLastIndex((load) => load.atMs <= takenMs);
  if (since === undefined || since < 0) return false;
  return loaded.slice(since).every((load) => load.atMs > atMs || !Object.hasOwn(load.jobs, job));
}

/** How long pools and reloads may take where opening clients and appending work. */
function checkDurations(run: Simulation): void {
  if (run.reloadMs > RELOAD_MS_MAX) run.violations.add('A-005 a reload took too long');
  const asked = new Map<string, number>();
  for (const { to, type, rev, job, atMs } of run.told) {
    if (type === 'sync') asked.set(`${to} ${rev}`, atMs);
    if (type !== 'poolSynced') continue;
    const sync = `pool:${job} ${rev}`;
    if (atMs - (asked.get(sync) ?? atMs) > SYNC_MS_MAX) run.violations.add('a sync took too long');
    asked.delete(sync); // a repair answers once more
  }
}

/** I9, I10: what is left of an agent that has stopped, and what was written too late. */
function checkRemains(run: Simulation): void {
  const { clock, web, files, subject, consumer } = run;
  const left = {
    timers: clock.pendingCount,
    requests: web.inFlightCount,
    connections: web.openConnections,
    clients: web.openClients,
    watchers: files.watcherCount,
    loops: subject.loopCount,
    pools: subject.pools().length,
  };
  for (const [what, count] of Object.entries(left)) if (count > 0) run.violations.add(`I9 ${count} ${what} are left`);
  for (const { name, isClosed } of run.consumers) if (!isClosed) run.violations.add(`I9 the consumer ${name} was not closed`);
  const lateCount = consumer.samples.filter(({ isLate }) => isLate).length;
  if (lateCount > 0) run.violations.add('I10 samples were written after the flush had begun');
}

function upsOf({ consumer }: Simulation, series: string): readonly NotedSample[] {
  return consumer.samples.filter(({ metric, target }) => metric === 'up' && target === series);
}

function upsByTarget({ consumer }: Simulation): ReadonlyMap<string, readonly NotedSample[]> {
  return Map.groupBy(
    consumer.samples.filter(({ metric }) => metric === 'up'),
    ({ target }) => target,
  );
}
