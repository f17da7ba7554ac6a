import type { ScrapeConfig } from '@limpet/config';
import type { HttpClient, HttpConnection } from '@limpet/http-client';
import type { TargetGroup } from '@limpet/model';
import type { TickFailureReason } from './ledger/tick-outcomes.ts';
import { SeriesCache } from './append/series-cache.ts';
import type { DroppedTarget, Target } from './target/target.ts';
import type { FetchedBody } from './fetch/fetched-body.ts';

/**
 * What the machines only know by handle: the tables behind the ports of one agent. Written by the ports, read by the
 * ports and by views (API, page); never by a machine.
 */
export interface ScrapeTables {
  /** Job configurations by revision: `configs.get(cfgRev)?.get(job)`. Old revisions go when no loop names them. */
  readonly configs: Map<number, ReadonlyMap<string, ScrapeConfig>>;
  /** Snapshots of discovery by revision: job → groups. Only the newest few are kept. */
  readonly groups: Map<number, ReadonlyMap<string, readonly TargetGroup[]>>;
  readonly pools: Map<string, PoolEntry>;
  readonly loops: Map<string, LoopEntry>;
  /** Bodies between `response` and the append that takes them, by handle. */
  readonly bodies: Map<number, FetchedBody>;
}

/** The runtime of one job. */
export interface PoolEntry {
  readonly job: string;
  /** Revision and configuration in force: what the last successful `openClient` adopted. */
  cfgRev: number;
  config: ScrapeConfig;
  client: HttpClient;
  /** Jitter seed, fixed for the pool's life (S-011). */
  readonly seed: bigint;
  /** Targets of the last plan by key. */
  targets: Map<string, Target>;
  /** At most `keep_dropped_targets`; 0 = all. */
  dropped: readonly DroppedTarget[];
  droppedCount: number;
}

export type Health = 'unknown' | 'up' | 'down';

/** The runtime of one loop. */
export interface LoopEntry {
  readonly id: string;
  readonly job: string;
  /** Changes only when the loop adopts a `retarget`. */
  target: Target;
  connection: HttpConnection | undefined;
  readonly cache: SeriesCache;
  health: Health;
  lastError: string;
  /** Undefined while the target is up or was never scraped. */
  lastFailureReason: TickFailureReason | undefined;
  /** Wall milliseconds; undefined = never. */
  lastScrapeAt: number | undefined;
  /** Index of the last scrape's interval; meaningless before the first. */
  lastTick: number;
  /** Monotonic time at which the last scrape of this loop started; undefined before the first. */
  lastStartedMono: number | undefined;
  lastScrapeDurationMs: number;
  lastSamplesScraped: number;
  lastResponseBytes: number;
  scrapesTotal: number;
  scrapesFailed: number;
}

export function emptyTables(): ScrapeTables {
  return { configs: new Map(), groups: new Map(), pools: new Map(), loops: new Map(), bodies: new Map() };
}

export interface NewLoopEntry {
  readonly id: string;
  readonly job: string;
  readonly target: Target;
  readonly connection?: HttpConnection;
  /** The generation of the same target before this one: its health is shown until the first scrape (S-170). */
  readonly previous?: LoopEntry | undefined;
}

/** The table entry of a loop that begins, with an empty series cache. */
export function newLoopEntry({ id, job, target, connection, previous }: NewLoopEntry): LoopEntry {
  return {
    id,
    job,
    target,
    connection,
    cache: new SeriesCache(),
    health: previous?.health ?? 'unknown',
    lastError: previous?.lastError ?? '',
    lastFailureReason: previous?.lastFailureReason,
    lastScrapeAt: previous?.lastScrapeAt,
    lastTick: previous?.lastTick ?? 0,
    lastStartedMono: undefined,
    lastScrapeDurationMs: previous?.lastScrapeDurationMs ?? 0,
    lastSamplesScraped: previous?.lastSamplesScraped ?? 0,
    lastResponseBytes: previous?.lastResponseBytes ?? 0,
    scrapesTotal: 0,
    scrapesFailed: 0,
  };
}
