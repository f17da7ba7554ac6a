import { belongsToFamily } from '@limpet/exposition';
import type { FamilyMetadata, MetricType } from '@limpet/model';
import type { MetadataCache } from './metadata-cache.ts';

/** The family that the last metadata line of a body named, for the samples that follow it. */
export class FamilyInForce {
  readonly #cache: MetadataCache;
  #name: string | undefined;
  #metadata: FamilyMetadata | undefined;
  #isTrusted = false;

  constructor(cache: MetadataCache) {
    this.#cache = cache;
  }

  /** A TYPE, HELP or UNIT line has named a family. */
  named(family: string): void {
    this.#name = family;
    this.#metadata = undefined;
    this.#isTrusted = true;
  }

  /** The metadata of a series; one that is no part of the family ends it until the next metadata line (S-156). */
  metadataOf(seriesName: string): FamilyMetadata | undefined {
    if (!this.#isTrusted) return undefined;
    if (this.#typeOf(seriesName) === undefined) this.#isTrusted = false;
    return this.#isTrusted ? this.#current() : undefined;
  }

  /**
   * Whether the series only ever counts up until it begins again: counters, classic and native histograms, and of
   * summaries what is no quantile (S-162).
   */
  isCumulative(seriesName: string): boolean {
    const type = this.#typeOf(seriesName);
    if (type === 'summary') return seriesName.endsWith('_sum') || seriesName.endsWith('_count');
    return type === 'counter' || type === 'histogram';
  }

  #typeOf(seriesName: string): MetricType | undefined {
    const metadata = this.#current();
    if (metadata === undefined) return undefined;
    return belongsToFamily(seriesName, { name: metadata.family, type: metadata.type }) ? metadata.type : undefined;
  }

  #current(): FamilyMetadata | undefined {
    if (this.#name !== undefined) this.#metadata ??= this.#cache.get(this.#name);
    return this.#metadata;
  }
}
