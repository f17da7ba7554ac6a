import type { Labels } from '@limpet/model';
import type { DroppedTarget, Health, TickFailureReason } from '@limpet/scrape';
import type { TickTotals } from './target-ticks.ts';

/** One scrape loop as an onlooker sees it. A copy: it does not change under the reader. */
export interface ActiveTarget {
  /** `<job>/<instance>#<6 hex of the target hash>~<generation>`. */
  readonly id: string;
  readonly pool: string;
  readonly url: string;
  readonly labels: Labels;
  readonly discoveredLabels: Labels;
  readonly health: Health;
  /** `''` where there is none. */
  readonly lastError: string;
  /** One of a bounded set; undefined where there is no error. */
  readonly lastFailureReason: TickFailureReason | undefined;
  /** Wall milliseconds; undefined = never scraped. */
  readonly lastScrapeAt: number | undefined;
  readonly lastScrapeDurationMs: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly lastSamplesScraped: number;
  readonly lastResponseBytes: number;
  readonly scrapesTotal: number;
  readonly scrapesFailed: number;
  /** How its ticks have ended. */
  readonly ticks: TickTotals;
  /** State of the loop's machine, dotted: `idle.waiting`, `fetching.scraping` … */
  readonly state: string;
}

/** What `agent.targets()` returns. */
export interface TargetsView {
  /** By pool in name order, then by URL, then by labels. Loops that only wait to write end-of-run markers are left out. */
  readonly active: readonly ActiveTarget[];
  readonly dropped: readonly (DroppedTarget & { readonly pool: string })[];
  /** True number of dropped targets of every pool. */
  readonly droppedCounts: ReadonlyMap<string, number>;
}
