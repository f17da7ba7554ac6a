import { slotOf, xxhash64 } from '@limpet/model';
import type { Exemplar, LabelBytes, SeriesRef, SeriesRegistry, SeriesSlot } from '@limpet/model';

/** Series whose newest time is remembered after the last target has forgotten them, about 5 MB; the older half goes at once. */
export const RESTING_SERIES_MAX = 100_000;
const ROOM_MIN = 1024;

/** An exemplar as exposed, with the time that it was stored under. */
export interface StoredExemplar {
  readonly exposed: Exemplar;
  readonly atMs: number;
}

/** What has to be known about each series, by slot. Longer than any slot in use; replaced when it grows, so not to be kept. */
export interface SeriesColumns {
  readonly refs: Float64Array;
  /** Time of the newest sample; -Infinity before the first. */
  readonly lastMs: Float64Array;
  /** Number of the append that tracked the series last, see `SeriesCache.track`. */
  readonly trackedIn: Float64Array;
}

/**
 * The series of one agent, by the slot that the registry gave each: one row a label set, whichever target, generation of
 * a target or spelling of its labels brings the next sample. That is what makes samples strictly newer per series across
 * generations of a target (S-141, S-180): the cache of a retired loop and that of the loop that came after it hold the
 * same row.
 *
 * A row ends with its last hold. Its newest time rests by the hash of its labels, bounded, in case the series comes
 * back with an older time of its own. Upstream forgets when it truncates its log, every two hours.
 */
export class SeriesTimes {
  readonly #registry: SeriesRegistry;
  #columns = newColumns(ROOM_MIN);
  /** Number of holds: cached keys and report series of all caches. */
  #holdCounts = new Uint32Array(ROOM_MIN);
  #size = 0;
  /** The last exemplar of the few series that have any. */
  readonly #exemplars = new Map<SeriesSlot, StoredExemplar>();
  /** Two halves, so that forgetting the oldest costs nothing: a Map that loses its first key again and again gets slow. */
  #resting = new Map<number, number>();
  #restingBefore = new Map<number, number>();

  constructor(registry: SeriesRegistry) {
    this.#registry = registry;
  }

  /** Number of series held. */
  get size(): number {
    return this.#size;
  }

  /** Number of series that nobody holds and whose newest time is remembered. */
  get restingCount(): number {
    return this.#resting.size + this.#restingBefore.size;
  }

  /** Valid until the next `acquire`. */
  get columns(): SeriesColumns {
    return this.#columns;
  }

  /** The series of a label set; every call is one hold that the caller owes a `release`. */
  acquire(bytes: LabelBytes): SeriesSlot {
    const ref = this.#registry.acquire(bytes);
    const slot = slotOf(ref);
    if (slot >= this.#holdCounts.length) this.#grow(slot + 1);
    const holdCount = this.#holdCounts[slot] ?? 0;
    this.#holdCounts[slot] = holdCount + 1;
    if (holdCount > 0) return slot;
    const { refs, lastMs, trackedIn } = this.#columns;
    refs[slot] = ref;
    lastMs[slot] = this.#rested(bytes);
    trackedIn[slot] = 0;
    this.#size++;
    return slot;
  }

  /** Gives up one hold. Not before the batch that names the series has been handed over. */
  release(slot: SeriesSlot): void {
    const ref = this.#columns.refs[slot] ?? 0;
    const holdCount = (this.#holdCounts[slot] ?? 0) - 1;
    this.#holdCounts[slot] = holdCount;
    if (holdCount === 0) {
      this.#rest(ref, this.#columns.lastMs[slot] ?? -Infinity);
      this.#exemplars.delete(slot);
      this.#size--;
    }
    this.#registry.release(ref);
  }

  lastExemplar(slot: SeriesSlot): StoredExemplar | undefined {
    return this.#exemplars.get(slot);
  }

  setLastExemplar(slot: SeriesSlot, exemplar: StoredExemplar | undefined): void {
    if (exemplar === undefined) this.#exemplars.delete(slot);
    else this.#exemplars.set(slot, exemplar);
  }

  #rest(ref: SeriesRef, lastMs: number): void {
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

  #grow(atLeast: number): void {
    const room = Math.max(atLeast, 2 * this.#holdCounts.length);
    const grown = newColumns(room);
    grown.refs.set(this.#columns.refs);
    grown.lastMs.set(this.#columns.lastMs);
    grown.trackedIn.set(this.#columns.trackedIn);
    this.#columns = grown;
    const holdCounts = new Uint32Array(room);
    holdCounts.set(this.#holdCounts);
    this.#holdCounts = holdCounts;
  }
}

function newColumns(room: number): SeriesColumns {
  return { refs: new Float64Array(room), lastMs: new Float64Array(room), trackedIn: new Float64Array(room) };
}

/** The low 53 bits of the labels' hash: a number, at a chance of one in 10^11 to take one series for another. */
function restingKey(bytes: LabelBytes): number {
  return Number(BigInt.asUintN(53, xxhash64(bytes)));
}
