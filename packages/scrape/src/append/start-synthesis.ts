import type { NativeHistogram } from '@limpet/model';
import { hasBegunAgain, histogramSince } from './histogram-difference.ts';

/** A sample as it is stored when its start time is made up. */
export interface SynthesizedSample<Value> {
  readonly value: Value;
  readonly startTimestampMs: number;
}

/**
 * Makes up the start time of one cumulative series whose target gives none: its first sample is the zero that all later
 * ones count from, and its time their start. A value that went down began again just before its own time (S-162).
 * Source: Prometheus 3.14, scrape/st_synthesis.go.
 */
export class StartSynthesis {
  #startMs: number | undefined;
  #previous: number | NativeHistogram = 0;
  /** What later samples are counted from; `undefined` is zero. */
  #zero: number | NativeHistogram | undefined;

  /** `undefined`: the first sample, which is not stored. */
  next<Value extends number | NativeHistogram>(value: Value, atMs: number): SynthesizedSample<Value> | undefined {
    const previous = this.#previous;
    this.#previous = value;
    if (this.#startMs === undefined) {
      this.#startMs = atMs;
      this.#zero = value;
      return undefined;
    }
    if (hasDropped(value, previous)) {
      this.#startMs = atMs - 1;
      this.#zero = undefined;
    }
    return { value: since(value, this.#zero) as Value, startTimestampMs: this.#startMs };
  }
}

function hasDropped(now: number | NativeHistogram, before: number | NativeHistogram): boolean {
  if (typeof now === 'number') return typeof before !== 'number' || now < before;
  return typeof before === 'number' || hasBegunAgain(now, before);
}

function since(now: number | NativeHistogram, zero: number | NativeHistogram | undefined): number | NativeHistogram {
  if (typeof now === 'number') return typeof zero === 'number' ? now - zero : now;
  return typeof zero === 'object' ? histogramSince(now, zero) : now;
}
