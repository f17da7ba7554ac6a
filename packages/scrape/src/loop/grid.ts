/**
 * The arithmetic of a target's grid: when its scrapes are due and which timestamp they get. Pure; the schedule runs on
 * the monotonic clock, timestamps are made of the wall clock, so a stepped wall clock neither stalls nor floods scraping.
 *
 *   epoch ──┬────┬────┬────┬──▶   slots lie at k × interval + offset, the same ones after every restart
 *           offset
 */

/** Lateness that is taken off a timestamp, at most: 1 % of the interval, and no more than this (S-102). */
export const ALIGN_MS_MAX = 2;

/** An append may take this long, or one interval where that is longer. */
export const APPEND_MS_MIN = 10_000;

const NS_PER_MS = 1_000_000;

/**
 * Place of a target in its interval, in [0, intervalMs), with fractions of nanoseconds' precision.
 * `offsetHash` is the target's hash XOR the jitter seed: 64 bits as 16 hex digits. Source: scrape/target.go, (*Target).offset.
 */
export function offsetMs(offsetHash: string, intervalMs: number): number {
  return Number(BigInt(`0x${offsetHash}`) % BigInt(Math.round(intervalMs * NS_PER_MS))) / NS_PER_MS;
}

/**
 * Milliseconds until the target's next slot, in (0, intervalMs]; `slotMs` in [0, intervalMs) comes from `offsetMs`.
 * Slots hang on the epoch, not on start-up, so a restart does not shift them (S-100).
 */
export function msToSlot(wallMs: number, slotMs: number, intervalMs: number): number {
  const next = intervalMs - (wallMs % intervalMs) + slotMs;
  return next > intervalMs ? next - intervalMs : next;
}

/**
 * Monotonic time of the tick after the one that was due at `dueMono` and is taken at `nowMono` ≥ `dueMono`. Grid points
 * that have passed meanwhile are lost; the tick taken now is the one that is made up (S-101). So is a grid point that is
 * about to come: two scrapes within a millisecond would carry the same timestamp.
 */
export function followingTick(dueMono: number, nowMono: number, intervalMs: number): number {
  const passed = Math.floor((nowMono - dueMono + tolerance(intervalMs, ALIGN_MS_MAX)) / intervalMs);
  return dueMono + (Math.max(passed, 0) + 1) * intervalMs;
}

function tolerance(intervalMs: number, maxMs: number): number {
  return Math.min(intervalMs / 100, maxMs);
}

/** A timestamp, and the grid point before or at it. Both integer wall milliseconds. */
export interface SampleTime {
  readonly scrapeAt: number;
  readonly alignedAt: number;
}

/**
 * Timestamp of a scrape that starts at `wallMs`: the grid point, where the scrape is at most min(interval / 100, 2 ms)
 * late (`toleranceMsMax` in place of 2; 0 moves nothing). `alignedAt` is the grid point of the scrape before (S-102). A
 * wall clock that was set back starts a new grid at `wallMs`: kept on the old one, every scrape until the clock has
 * caught up would carry the same timestamp.
 */
export function sampleTime(wallMs: number, alignedAt: number, intervalMs: number, toleranceMsMax: number = ALIGN_MS_MAX): SampleTime {
  const now = Math.trunc(wallMs);
  const tolerated = tolerance(intervalMs, toleranceMsMax);
  if (now < alignedAt - tolerated) return { scrapeAt: now, alignedAt: now };
  const passed = Math.max(Math.floor((now - alignedAt) / intervalMs), 0);
  const point = alignedAt + passed * intervalMs;
  return { scrapeAt: now - point <= tolerated ? point : now, alignedAt: point };
}

/**
 * Timestamp of the end-of-run markers: that of the scrape which would have come next, or now where it is overdue
 * (S-141). `msToTick` may be negative. The float that wall and monotonic time add up to is moved onto the grid.
 */
export function markerTime(wallMs: number, msToTick: number, alignedAt: number, intervalMs: number): number {
  const at = wallMs + Math.max(msToTick, 0);
  const point = alignedAt + Math.round((at - alignedAt) / intervalMs) * intervalMs;
  return Math.abs(at - point) <= tolerance(intervalMs, ALIGN_MS_MAX) ? point : Math.trunc(at);
}

/** How long after `markAt` the markers are written: one interval and a tenth, in case the target comes back (S-141). */
export function markerDelayMs(intervalMs: number): number {
  return intervalMs + intervalMs / 10;
}

/** Index of the interval since the epoch that a grid point belongs to; the same number on every machine. */
export function gridTick(alignedAt: number, slotMs: number, intervalMs: number): number {
  return Math.round((alignedAt - slotMs) / intervalMs);
}

/** Milliseconds that an append may take before the loop goes on without it. */
export function appendDeadlineMs(intervalMs: number): number {
  return Math.max(APPEND_MS_MIN, intervalMs);
}
