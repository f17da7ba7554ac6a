import { compareBytewise, labelsText } from '@limpet/model';
import { discoveredLabels } from '@limpet/scrape';
import type { LoopEntry, LoopLedgers, ScrapeTables } from '@limpet/scrape';
import { tickTotals } from './target-ticks.ts';
import type { ActiveTarget, TargetsView } from './target-view.ts';

/** States of a loop that no longer scrapes: its target has gone. */
const GONE = new Set(['ending', 'retiring', 'marking', 'stopped']);

/** Whether a loop in this state only waits for its end. */
export function isGone(state: string): boolean {
  return GONE.has(state);
}

/** What the view is made from, besides the tables. */
export interface TargetsViewSources {
  /** Dotted state of a loop's machine. */
  readonly stateOf: (loopId: string) => string;
  readonly ledgers: Pick<LoopLedgers, 'of'>;
}

/** The targets as an onlooker sees them, from the tables. */
export function targetsView(tables: Pick<ScrapeTables, 'pools' | 'loops'>, { stateOf, ledgers }: TargetsViewSources): TargetsView {
  const pools = [...tables.pools.values()].sort((a, b) => compareBytewise(a.job, b.job));
  const active: ActiveTarget[] = [];
  for (const entry of tables.loops.values()) {
    const state = stateOf(entry.id);
    if (!isGone(state)) active.push({ ...activeTarget(entry, tables), state, ticks: tickTotals(ledgers.of(entry.id)) });
  }
  return {
    active: active.sort(byPoolThenUrl),
    dropped: pools.flatMap(({ job, dropped }) => dropped.map((target) => ({ ...target, pool: job }))),
    droppedCounts: new Map(pools.map(({ job, droppedCount }) => [job, droppedCount])),
  };
}

function activeTarget(entry: LoopEntry, { pools }: Pick<ScrapeTables, 'pools'>): Omit<ActiveTarget, 'state' | 'ticks'> {
  const { target } = entry;
  const pool = pools.get(entry.job);
  // A sync replaces the target's discovered labels in the pool's table; the loop keeps its target.
  const newest = pool?.targets.get(target.key) ?? target;
  return {
    id: entry.id,
    pool: entry.job,
    url: target.url,
    labels: target.publicLabels,
    discoveredLabels: pool === undefined ? [] : discoveredLabels(newest, pool.config),
    health: entry.health,
    lastError: entry.lastError,
    lastFailureReason: entry.lastFailureReason,
    lastScrapeAt: entry.lastScrapeAt,
    lastScrapeDurationMs: entry.lastScrapeDurationMs,
    intervalMs: target.intervalMs,
    timeoutMs: target.timeoutMs,
    lastSamplesScraped: entry.lastSamplesScraped,
    lastResponseBytes: entry.lastResponseBytes,
    scrapesTotal: entry.scrapesTotal,
    scrapesFailed: entry.scrapesFailed,
  };
}

type OrderedTarget = Pick<ActiveTarget, 'pool' | 'url' | 'labels'>;

/** The order of targets wherever they are listed. */
export function byPoolThenUrl(a: OrderedTarget, b: OrderedTarget): number {
  return compareBytewise(a.pool, b.pool) || compareBytewise(a.url, b.url) || compareBytewise(labelsText(a.labels), labelsText(b.labels));
}
