/**
 * Time as the machines see it. Two readings: `mono` never jumps and is for delays; `wall` is what timestamps are made
 * of and may be stepped by the operator. The two timer functions are all that XState asks of a clock.
 */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start, with fractions. */
  mono(): number;
  /** Milliseconds since the Unix epoch, with fractions where the host has them. */
  wall(): number;
  /** Calls `fire` once, no earlier than `delayMs` from now. Throws a `RangeError` on NaN; clamps to 0 … 2^31-1. */
  setTimeout(fire: () => void, delayMs: number): TimerHandle;
  /** Forgets a timer; unknown and fired ones are ignored. */
  clearTimeout(timer: TimerHandle): void;
}

/** What `setTimeout` returned; opaque to everybody but the clock it came from. */
export type TimerHandle = object;

/** The longest delay a clock takes: Node turns anything larger into 1 ms. About 24.8 days. */
export const DELAY_MS_MAX = 2 ** 31 - 1;

/** A delay that every clock accepts. NaN is a fault in the caller: as 1 ms it would be a busy loop. */
export function checkedDelay(delayMs: number): number {
  if (Number.isNaN(delayMs)) throw new RangeError('a timer was asked to wait NaN milliseconds');
  return Math.min(Math.max(delayMs, 0), DELAY_MS_MAX);
}
