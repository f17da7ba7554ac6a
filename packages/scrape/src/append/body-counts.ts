import type { AppendFailureReason } from '../ledger/tick-outcomes.ts';

/** What a body came to: counts as far as it was read, and why it failed, if it did. */
export interface BodyCounts {
  /** Samples exposed (S-112). */
  total: number;
  /** Samples left after metric relabelling, the refused ones included (S-123). */
  added: number;
  /** Series new to the cache (S-122). */
  seriesAdded: number;
  /** Samples refused without failing the scrape (S-117…S-119). */
  duplicates: number;
  outOfOrder: number;
  outOfBounds: number;
  exemplarsOutOfOrder: number;
  /** The error that fails the scrape, in the words of `lastError` (S-171). */
  error: string | undefined;
  /** The same as one of a bounded set. */
  reason: AppendFailureReason | undefined;
  isSampleLimitHit: boolean;
  isBucketLimitHit: boolean;
  isLabelLimitHit: boolean;
}

/** Counts of a scrape that exposed nothing. */
export function emptyCounts(): BodyCounts {
  return {
    total: 0,
    added: 0,
    seriesAdded: 0,
    duplicates: 0,
    outOfOrder: 0,
    outOfBounds: 0,
    exemplarsOutOfOrder: 0,
    error: undefined,
    reason: undefined,
    isSampleLimitHit: false,
    isBucketLimitHit: false,
    isLabelLimitHit: false,
  };
}
