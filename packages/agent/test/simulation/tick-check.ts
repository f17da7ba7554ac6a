import { labelsObject } from '@limpet/model';
import type { LedgerTick } from '@limpet/scrape';
import type { TargetTicks } from '../../src/view/target-ticks.ts';
import { seriesKey } from './landscape.ts';
import type { NotedSample } from './noting-consumer.ts';
import type { Simulation } from './simulation.ts';

/** A scrape may be made a little before its tick; timestamps are whole milliseconds. */
const EARLY_MS = 3;

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

function checkComplete(run: Simulation, { id, ticks, totals }: TargetTicks): void {
  const total = Object.values(totals.outcomes).reduce((sum, count) => sum + count, 0);
  if (ticks.length > total) run.violations.add(`ticks: ${id} lists ${ticks.length} ticks and counts ${total}`);
  const failed = Object.values(totals.reasons).reduce((sum, count) => sum + count, 0);
  if (failed !== (totals.outcomes.failed ?? 0)) run.violations.add(`ticks: ${id} has failures without a reason`);
  const [first] = ticks;
  let beforeMs = first?.atMs ?? 0;
  for (const { atMs } of ticks.slice(1)) {
    if (atMs <= beforeMs) run.violations.add(`ticks: ${id} has two ticks at one time`);
    beforeMs = atMs;
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
