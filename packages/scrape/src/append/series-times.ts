import { xxhash64 } from '@limpet/model';
import type { Exemplar, LabelBytes, SeriesRef, SeriesRegistry } from '@limpet/model';

/** Series whose newest time is remembered after the last target has forgotten them, about 5 MB; the older half goes at once. */
export const RESTING_SERIES_MAX = 100_000;

/**
 * One series of the agent: what has to be known about it whichever target, generation of a target or spelling of its
 * labels brings the next sample. Mutable; held by the series caches, so that a sample costs no lookup by ref.
 */
export interface StoredSeries {
  readonly ref: SeriesRef;
  /** Number of holds: cached keys and report series of all caches. */
  holdCount: number;
  /** Time of the newest sample; -Infinity before the first. */
  lastMs: number;
  /** Number of the append that tracked the series last, see `SeriesCache.track`. */
  trackedIn: number;
  lastExemplar: StoredExemplar | undefined;
}

/** An exemplar as exposed, with the time that it was stored under. */
export interface StoredExemplar {
  readonly exposed: Exemplar;
  readonly atMs: number;
}

/**
 * The series of one agent by ref: one entry a label set, however many caches hold it. That is what makes samples
 * strictly newer per series across generations of a target (S-141, S-180): the cache of a retired loop and that of the
 * loop that came after it hold the same entry.
 *
 * An entry ends with its last hold. Its newest time rests by the hash of its labels, bounded, in case the series comes
 * back with an older time of its own. Upstream forgets when it truncates its log, every two hours.
 */
export class SeriesTimes {
  readonly #registry: SeriesRegistry;
  readonly #byRef = new Map<SeriesRef, StoredSeries>();
  /** Two halves, so that forgetting the oldest costs nothing: a Map that loses its first key again and again gets slow. */
  #resting = new Map<number, number>();
  #restingBefore = new Map<number, number>();

  constructor(registry: SeriesRegistry) {
    this.#registry = registry;
  }

  /** Number of series held. */
  get size(): number {
    return this.#byRef.size;
  }

  /** Number of series that nobody holds and whose newest time is remembered. */
  get restingCount(): number {
    return this.#resting.size + this.#restingBefore.size;
  }

  /** The entry of a label set; every call is one hold that the caller owes a `release`. */
  acquire(bytes: LabelBytes): StoredSeries {
    const ref = this.#registry.acquire(bytes);
    const known = this.#byRef.get(ref);
    if (known !== undefined) {
      known.holdCount++;
      return known;
    }
    const series: StoredSeries = { ref, holdCount: 1, lastMs: this.#rested(bytes), trackedIn: 0, lastExemplar: undefined };
    this.#byRef.set(ref, series);
    return series;
  }

  /** Gives up one hold. Not before the batch that names the series has been handed over. */
  release(series: StoredSeries): void {
    series.holdCount--;
    if (series.holdCount === 0) {
      this.#rest(series);
      this.#byRef.delete(series.ref);
    }
    this.#registry.release(series.ref);
  }

  #rest({ ref, lastMs }: StoredSeries): void {
    if (lastMs === -Infinity) return;
    this.#resting.set(restingKey(this.#registry.labelBytes(ref)), lastMs);
    if (this.#resting.size < RESTING_SERIES_MAX / 2) return;
    this.#restingBefore = this.#resting;
    this.#resting = new Map();
  }

  #rested(bytes: LabelBytes): number {
    if (this.#resting.size + this.#restingBefore.size === 0) return -Infinity;
    const key = restingKey(bytes);
    const lastMs = Math.max(this.#resting.get(key) ?? -Infinity, this.#restingBefore.get(key) ?? -Infinity);
    this.#resting.delete(key);
    this.#restingBefore.delete(key);
    return lastMs;
  }
}

/** The low 53 bits of the labels' hash: a number, at a chance of one in 10^11 to take one series for another. */
function restingKey(bytes: LabelBytes): number {
  return Number(BigInt.asUintN(53, xxhash64(bytes)));
}
