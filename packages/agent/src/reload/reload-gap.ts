import { markerDelayMs } from '@limpet/scrape';
import type { LoopSpec } from '@limpet/scrape';
import type { LoopChange } from './loop-fates.ts';

/** What a reload costs the series of one target. `upToMs`: the longest time between two scrapes on both sides of it. */
export type ReloadGap =
  /** The next scrape comes when it would have come anyway. */
  | { readonly kind: 'none' }
  /** The first scrape comes within one interval of the loop's start. */
  | { readonly kind: 'starts'; readonly upToMs: number }
  /** The target has another place in the interval, or another interval: scraping goes on at its next slot there. */
  | { readonly kind: 'realign'; readonly upToMs: number }
  /**
   * Series are known anew. Those that the new configuration no longer yields are marked stale `markersAfterMs` after
   * the scrape that would have come next (S-024, S-141). Scrapes are one interval apart where the grid stays.
   */
  | { readonly kind: 'newSeriesCache'; readonly upToMs: number; readonly markersAfterMs: number }
  /** The series end: with end-of-run markers, or without where the whole job goes (S-027). */
  | { readonly kind: 'ends'; readonly markers: boolean }
  /** It depends on what discovery is still to find. */
  | { readonly kind: 'undiscovered' };

/** The gap of a loop that goes on, from the spec that it has to the one that it will have. */
export function gapBetween(change: Exclude<LoopChange, 'added' | 'removed'>, before: LoopSpec, after: LoopSpec): ReloadGap {
  const isSameGrid = before.intervalMs === after.intervalMs && before.offsetHash === after.offsetHash;
  const upToMs = isSameGrid ? after.intervalMs : before.intervalMs + after.intervalMs;
  if (change === 'restarted') return { kind: 'newSeriesCache', upToMs, markersAfterMs: markerDelayMs(before.intervalMs) };
  return change === 'kept' || isSameGrid ? { kind: 'none' } : { kind: 'realign', upToMs };
}
