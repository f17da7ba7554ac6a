import type { PoolReply } from '../pool/pool-events.ts';

export interface ScrapeInput {
  /** The first targets are taken at once, not at the first 5 s tick (S-002, S-029). */
  readonly reloadOnStartup: boolean;
}

/** What the scrape manager accepts. Configurations and target groups are in the tables, by revision. */
export type ScrapeEvent =
  /** Take on the configuration of this revision; answered by `configApplied`. */
  | { readonly type: 'applyConfig'; readonly rev: number }
  /** Discovery knows new targets, of all jobs (S-001). */
  | { readonly type: 'targetsUpdated'; readonly rev: number }
  /** Match the pools to the targets at the next tick. */
  | { readonly type: 'triggerReload' }
  /** End every pool. Scrapes under way may take `graceMs` longer, or as long as their timeouts allow. */
  | { readonly type: 'stop'; readonly graceMs?: number }
  | PoolReply;

/** What the manager tells its parent. */
export interface ConfigApplied {
  readonly type: 'configApplied';
  readonly who: 'scrape';
  readonly rev: number;
  /** False where a pool could not take on its part; it goes on under the old one (S-021). */
  readonly ok: boolean;
  readonly error?: string;
}
