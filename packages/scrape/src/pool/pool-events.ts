import type { LoopsReply } from '../loops/loops-events.ts';
import type { LoopChangeCounts } from './plan.ts';

/** A pool begins with a configuration that it has still to open its client for. */
export interface PoolInput {
  readonly job: string;
  readonly cfgRev: number;
}

export type PoolEvent =
  /** Match the loops to the targets of this revision. The newest one wins. */
  | { readonly type: 'sync'; readonly rev: number }
  /** Take on the configuration of this revision. The newest one wins. */
  | { readonly type: 'reconfigure'; readonly cfgRev: number }
  /** End every loop, then the pool; after `graceMs`, or the longest scrape where that is shorter, what is left is killed. */
  | { readonly type: 'stop'; readonly graceMs?: number }
  /** Raised by the pool itself: match the loops to the same targets again. */
  | { readonly type: 'repair' }
  | LoopsReply;

/** What a pool tells the scrape manager: one answer for each `sync` and `reconfigure`, those overtaken by newer ones left out. */
export type PoolReply =
  | ({
      readonly type: 'poolSynced';
      readonly job: string;
      readonly rev: number;
      readonly ok: boolean;
      /** Every loop of the pool carries a forced error. */
      readonly forced: boolean;
    } & LoopChangeCounts)
  | { readonly type: 'poolConfigured'; readonly job: string; readonly cfgRev: number; readonly ok: boolean; readonly error?: string };
