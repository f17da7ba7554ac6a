import type { BodyCounts } from './body-counts.ts';

/** How far ahead of now a sample's own time may be (S-119). */
export const AHEAD_MS_MAX = 600_000;

/** What the sample limit and the bound ahead let through, over one body (S-119…S-121). */
export class SampleGate {
  readonly #counts: BodyCounts;
  readonly #timeMax: number;
  readonly #attemptsMax: number;
  #attemptCount = 0;

  /** `sampleLimit`: 0 = none. */
  constructor(counts: BodyCounts, { nowMs, sampleLimit }: { readonly nowMs: number; readonly sampleLimit: number }) {
    this.#counts = counts;
    this.#timeMax = nowMs + AHEAD_MS_MAX;
    this.#attemptsMax = sampleLimit > 0 ? sampleLimit : Infinity;
  }

  isOpen(timestampMs: number): boolean {
    if (++this.#attemptCount > this.#attemptsMax) {
      this.#counts.isSampleLimitHit = true;
      return false;
    }
    if (timestampMs <= this.#timeMax) return true;
    this.#counts.outOfBounds++;
    return false;
  }
}
