import { labelsObject } from '@limpet/model';
import { TICKS_KEPT } from '@limpet/scrape';
import type { LedgerTick, TickOutcome } from '@limpet/scrape';
import type { TargetTicks } from '../../src/view/target-ticks.ts';
import { seriesKey } from './landscape.ts';
import type { NotedSample } from './noting-consumer.ts';
import type { Simulation } from './simulation.ts';

/** A scrape may be made a little before its tick; timestamps are whole milliseconds. */
const EARLY_MS = 3;
/** Outcomes that a grid ends with. */
const GRID_ENDS: ReadonlySet<TickOutcome> = new Set(['moved', 'reload', 'killed', 'stopped', 'clockJumped']);
/** With more grids than these among the kept ticks, the oldest are in the totals only. */
const GRIDS_KEPT = 5;

/** The account of ticks is complete, and agrees with the samples: `up 1` for those scraped, `up 0` for those failed, else none. */
export function checkTicks(run: Simulation): void {
  const targets = run.subject.gaps?.() ?? [];
  if (targets.length === 0) return;
  const ups = Map.groupBy(
    run.consumer.samples.filter(({ metric, value }) => metric === 'up' && value !== 'stale'),
    ({ target }) => target,
  );
  for (const target of targets) checkComplete(run, target);
  // a target that came back has the series of the loop that still waits to mark the end of the one before
  const bySeries = Map.groupBy(targets, ({ labels }) => seriesKey(labelsObject(labels)));
  for (const [series, loops] of bySeries)
    checkSamples(run, series, { ticks: loops.flatMap(({ ticks }) => ticks), ups: ups.get(series) ?? [] });
}

/**
 * The outcomes add up to the ticks: every kept tick is one outcome, no moment has two, and between two of them there is
 * no room for a third. A grid that moves between two ticks leaves less than an interval without one.
 */
function checkComplete(run: Simulation, { id, ticks, totals, intervalMs }: TargetTicks): void {
  const total = Object.values(totals.outcomes).reduce((sum, count) => sum + count, 0);
  const isCut = ticks.filter(({ outcome }) => GRID_ENDS.has(outcome)).length >= GRIDS_KEPT;
  if (ticks.length > total || (!isCut && ticks.length < Math.min(total, TICKS_KEPT)))
    run.violations.add(`ticks: ${id} lists ${ticks.length} ticks and counts ${total}`);
  const failed = Object.values(totals.reasons).reduce((sum, count) => sum + count, 0);
  if (failed !== (totals.outcomes.failed ?? 0)) run.violations.add(`ticks: ${id} has failures without a reason`);
  // a tick that is lost moves those behind it, and then the clock seems to have been stepped
  if (!run.clock.isStepped && (totals.outcomes.clockJumped ?? 0) > 0)
    run.violations.add(`ticks: ${id} had its clock stepped, which nobody did`);
  const longestMs = Math.max(intervalMs, ...ticks.map(({ atMs, untilMs }) => untilMs - atMs));
  for (const [index, { atMs }] of ticks.entries()) {
    const before = ticks[index - 1];
    if (before === undefined) continue;
    if (atMs <= before.atMs) run.violations.add(`ticks: ${id} has two ticks at one time`);
    if (atMs - before.untilMs >= longestMs) run.violations.add(`ticks: ${id} has no tick at ${before.untilMs}`);
  }
}

interface SeriesTicks {
  readonly ticks: readonly LedgerTick[];
  readonly ups: readonly NotedSample[];
}

function checkSamples(run: Simulation, series: string, { ticks, ups }: SeriesTicks): void {
  const firstMs = Math.min(...ticks.map(({ atMs }) => atMs));
  const unmatched = new Set(ticks.filter(({ outcome }) => ['scraped', 'late', 'failed'].includes(outcome)));
  for (const { timestampMs, value } of ups) {
    if (timestampMs < firstMs) continue; // of a loop before these, or of ticks that are not kept
    const tick = [...unmatched].find(({ atMs, untilMs }) => atMs - EARLY_MS <= timestampMs && timestampMs < untilMs - EARLY_MS);
    if (tick === undefined) run.violations.add(`ticks: ${series} has a sample at ${timestampMs} and no tick for it`);
    else if (value !== upOf(tick)) run.violations.add(`ticks: ${series} was ${tick.outcome} and up is ${value}`);
    if (tick !== undefined) unmatched.delete(tick);
  }
  for (const { atMs, outcome } of unmatched) run.violations.add(`ticks: ${series} was ${outcome} at ${atMs} without a sample`);
}

function upOf({ outcome }: LedgerTick): number {
  return outcome === 'failed' ? 0 : 1;
}
