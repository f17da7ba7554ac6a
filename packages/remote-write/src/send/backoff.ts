import { DELAY_MS_MAX } from '@limpet/driver';
import { BACKOFF_MS_MIN } from '../limits.ts';

export interface BackoffInput {
  /** The sleep before the attempt that has just failed; `undefined` after the first attempt. */
  readonly lastMs: number | undefined;
  readonly minMs: number;
  readonly maxMs: number;
  /** What the receiver asked for; wins where it is above 0, also over `maxMs` (W-043). */
  readonly retryAfterMs: number | undefined;
}

/** Milliseconds to wait before the next attempt: `minMs`, then twice the last sleep up to `maxMs` (W-042). */
export function backoffMs({ lastMs, minMs, maxMs, retryAfterMs }: BackoffInput): number {
  if (retryAfterMs !== undefined && retryAfterMs > 0) return Math.min(retryAfterMs, DELAY_MS_MAX);
  return Math.max(BACKOFF_MS_MIN, lastMs === undefined ? minMs : Math.min(2 * lastMs, maxMs));
}
