import type { SeriesSlot } from '@limpet/model';
import type { LineMemory } from '@limpet/line-template';
import { LineKeys } from './line-keys.ts';
import { MetadataCache } from './metadata-cache.ts';
import type { FeaturedKey } from './sample-features.ts';
import type { SeriesColumns, SeriesTimes } from './series-times.ts';

/** Cache entries that failing scrapes may add before a flush is forced, beyond twice the last good number (S-145). */
export const FORCED_FLUSH_SLACK = 1000;

/** What one raw key stands for: a series, or nothing because metric relabelling dropped it. */
export interface CachedKey {
  /** Name and labels exactly as exposed, one character a byte. */
  readonly key: string;
  /** `undefined`: dropped. */
  readonly series: SeriesSlot | undefined;
  /** Iteration in which the key was seen last. */
  lastIteration: number;
  /** The key that came behind this one when it was last exposed: a guess that saves most look-ups. */
  next: CachedKey | undefined;
  /** Only where a feature looks at every sample. */
  readonly featured: FeaturedKey | undefined;
}

/**
 * The series that one target exposed lately: raw key text (name and labels exactly as exposed, one character a byte) →
 * series. Several keys may stand for one series (S-125); each holds it once. Owned by the append port; to everybody else
 * only the counts and the metadata mean something (S-143).
 *
 * Staleness is tracked per series, not per key: `previous` lists what was tracked in the last iteration, `track` marks
 * what is tracked in this one with the number of the append, and what carries an older number is stale (S-136).
 */
export class SeriesCache {
  /** Type, help and unit by family (S-155). */
  readonly metadata = new MetadataCache();
  /** The report series, in the order of `REPORT_SERIES`, as far as they were written. */
  readonly report: SeriesSlot[] = [];
  /** Number of entries and bytes of metadata that the gauges of the job were told of. */
  readonly counted = { metadataEntries: 0, metadataBytes: 0 };
  readonly #keys = new Map<string, CachedKey>();
  #lines: LineKeys | undefined;
  #iteration = 1;
  #rememberedCount = 0;
  #seriesKeyCount = 0;
  #previous = new Uint32Array();
  #previousCount = 0;
  #current = new Uint32Array();
  #currentCount = 0;
  #seenCount = 0;
  /** The first key of the last iteration that had one, and the last key of this one. */
  #first: CachedKey | undefined;
  #last: CachedKey | undefined;

  /** Number of keys of live series. */
  get seriesCount(): number {
    return this.#seriesKeyCount + (this.#lines?.seriesCount ?? 0);
  }

  /** Number of keys that metric relabelling dropped. */
  get droppedCount(): number {
    return this.#keys.size - this.#seriesKeyCount + (this.#lines?.droppedCount ?? 0);
  }

  get iteration(): number {
    return this.#iteration;
  }

  /** The keys of bodies that are read through the line template. */
  lineKeys(memory: LineMemory): LineKeys {
    return (this.#lines ??= new LineKeys(memory));
  }

  /** The entry of a key. Targets expose the same keys in the same order, so the next one is guessed before it is looked up. */
  get(key: string): CachedKey | undefined {
    const guess = this.#last === undefined ? this.#first : this.#last.next;
    if (guess !== undefined && guess.key === key) {
      this.#last = guess;
      return guess;
    }
    const cached = this.#keys.get(key);
    if (cached !== undefined) this.#follow(cached);
    return cached;
  }

  /** Notes that a key is exposed now. Returns whether it was already, in this iteration. */
  see(cached: CachedKey): boolean {
    if (cached.lastIteration === this.#iteration) return true;
    cached.lastIteration = this.#iteration;
    this.#seenCount++;
    return false;
  }

  /** Remembers a key, which now holds `series`. */
  add(key: string, series: SeriesSlot, featured?: FeaturedKey): void {
    this.#add({ key, series, lastIteration: this.#iteration, next: undefined, featured });
    this.#seriesKeyCount++;
  }

  /** Remembers that metric relabelling drops the series of this key. */
  addDropped(key: string): void {
    this.#add({ key, series: undefined, lastIteration: this.#iteration, next: undefined, featured: undefined });
  }

  #add(cached: CachedKey): void {
    this.#keys.set(cached.key, cached);
    this.#seenCount++;
    this.#follow(cached);
  }

  /** Notes that a key comes behind the one before it. */
  #follow(cached: CachedKey): void {
    if (this.#last === undefined) this.#first = cached;
    else this.#last.next = cached;
    this.#last = cached;
  }

  /** The series is exposed in append number `append`: it is stale when a later one does not track it. */
  track(series: SeriesSlot, append: number, { trackedIn }: SeriesColumns): void {
    if (trackedIn[series] === append) return;
    trackedIn[series] = append;
    if (this.#currentCount === this.#current.length) this.#current = grown(this.#current);
    this.#current[this.#currentCount++] = series;
  }

  /** What was tracked in the last iteration, and is stale where `trackedIn` is not the number of this append. */
  get previous(): Uint32Array {
    return this.#previous.subarray(0, this.#previousCount);
  }

  /**
   * Ends an iteration. `succeeded`: a body was appended, so what it did not name is forgotten; otherwise only where the
   * cache has grown too far (S-144, S-145). Call it after the batch has been handed over: forgotten series are released.
   * Returns whether a flush was forced.
   */
  endIteration(succeeded: boolean, times: SeriesTimes): boolean {
    const count = this.seriesCount + this.droppedCount + this.metadata.count;
    const isForced = !succeeded && count > 2 * this.#rememberedCount + FORCED_FLUSH_SLACK;
    if (succeeded) this.#rememberedCount = count;
    if (succeeded || isForced) this.#flush(times);
    this.#lines?.endIteration(succeeded || isForced, this.#iteration, times);
    [this.#previous, this.#current] = [this.#current, this.#previous];
    this.#previousCount = this.#currentCount;
    this.#currentCount = 0;
    this.#seenCount = 0;
    this.#endOrder(succeeded || isForced);
    this.#iteration++;
    return isForced;
  }

  /**
   * Keys that were exposed now stay, and all but the last point at one another; so behind this no guess is a key that
   * was forgotten.
   */
  #endOrder(hasFlushed: boolean): void {
    if (this.#last !== undefined) this.#last.next = undefined;
    else if (hasFlushed) this.#first = undefined;
    this.#last = undefined;
  }

  #flush(times: SeriesTimes): void {
    this.metadata.flush(this.#iteration);
    if (this.#seenCount === this.#keys.size) return;
    for (const [key, { series, lastIteration }] of this.#keys) {
      if (lastIteration === this.#iteration) continue;
      this.#keys.delete(key);
      if (series === undefined) continue;
      this.#seriesKeyCount--;
      times.release(series);
    }
  }

  /** Forgets everything and gives up every hold. */
  clear(times: SeriesTimes): void {
    for (const { series } of this.#keys.values()) if (series !== undefined) times.release(series);
    for (const series of this.report) times.release(series);
    this.#lines?.clear(times);
    this.#keys.clear();
    this.#first = undefined;
    this.#last = undefined;
    this.#seriesKeyCount = 0;
    this.report.length = 0;
    this.metadata.clear();
    this.#previous = new Uint32Array();
    this.#previousCount = 0;
    this.#current = new Uint32Array();
    this.#currentCount = 0;
    this.#seenCount = 0;
  }
}

function grown(list: Uint32Array): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(Math.max(64, 2 * list.length));
  longer.set(list);
  return longer;
}
