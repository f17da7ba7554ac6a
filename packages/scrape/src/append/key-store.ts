import type { HistogramEntry, SampleEntry } from '@limpet/exposition';
import type { SeriesSlot } from '@limpet/model';
import type { FeaturedKey } from './sample-features.ts';
import type { SeriesCache } from './series-cache.ts';

/** What the key of a sample stands for. */
export interface KnownKey {
  /** `undefined`: metric relabelling dropped it. */
  readonly series: SeriesSlot | undefined;
  /** The key came before, in this body. */
  readonly wasSeen: boolean;
  /** The labels of the key were worked out ahead of its first sample; `admit` makes it known. */
  readonly isPrepared: boolean;
  /** Only where a feature looks at every sample. */
  readonly featured: FeaturedKey | undefined;
}

/** One that is used again for every key. */
export function newKnownKey(): { -readonly [Field in keyof KnownKey]: KnownKey[Field] } {
  return { series: undefined, wasSeen: false, isPrepared: false, featured: undefined };
}

/** The keys that a target exposed lately, for the samples of one body. */
export interface KeyStore {
  /** Notes the key of a sample as exposed now and says what it stands for, until the next call; `undefined`: it is new. */
  find(entry: SampleEntry | HistogramEntry): KnownKey | undefined;
  /** Remembers the key that `find` did not know, which now holds `series`. */
  add(series: SeriesSlot, featured: FeaturedKey | undefined): void;
  /** Remembers that metric relabelling drops the series of this key. */
  addDropped(): void;
  /** Remembers the key that `find` has called prepared. */
  admit(): void;
}

/** Keys by their text: for formats and features that the line template does not serve, and where there is none. */
export class TextKeys implements KeyStore {
  readonly #cache: SeriesCache;
  readonly #body: Buffer;
  readonly #known = newKnownKey();
  #key = '';

  constructor(cache: SeriesCache, body: Uint8Array) {
    this.#cache = cache;
    this.#body = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  }

  find(entry: SampleEntry | HistogramEntry): KnownKey | undefined {
    this.#key = entry.key ?? this.#body.toString('latin1', entry.keyStart, entry.keyEnd);
    const cached = this.#cache.get(this.#key);
    if (cached === undefined) return undefined;
    const known = this.#known;
    known.wasSeen = this.#cache.see(cached);
    known.series = cached.series;
    known.featured = cached.featured;
    return known;
  }

  add(series: SeriesSlot, featured: FeaturedKey | undefined): void {
    this.#cache.add(this.#key, series, featured);
  }

  addDropped(): void {
    this.#cache.addDropped(this.#key);
  }

  admit(): void {
    throw new Error('no key is prepared by its text');
  }
}
