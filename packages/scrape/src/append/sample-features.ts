import type { Entry, HistogramEntry, ParseOptions, SampleEntry } from '@limpet/exposition';
import type { FamilyMetadata, NativeHistogram } from '@limpet/model';
import type { AppendFeatures } from './append-features.ts';
import { FamilyInForce } from './family-in-force.ts';
import type { MetadataCache } from './metadata-cache.ts';
import { StartSynthesis } from './start-synthesis.ts';

/** What the features keep of one key between scrapes. */
export interface FeaturedKey {
  /** Metric name of the series, after relabelling. */
  readonly name: string;
  synthesis: StartSynthesis | undefined;
  /** Whether a sample of the key was ever stored: only then is there something to mark as stale. */
  isStored: boolean;
}

/** What becomes of a sample under the features. */
export interface FeaturedSample {
  readonly value: number | NativeHistogram;
  readonly startTimestampMs: number | undefined;
  /** The sample may not be older than the newest of its series, whatever the window. */
  readonly isStrict: boolean;
  readonly metadata: FamilyMetadata | undefined;
}

/** The features that look at every sample, for one body; most agents have none of them on. */
export class SampleFeatures {
  readonly #features: AppendFeatures;
  readonly #family: FamilyInForce;

  constructor(features: AppendFeatures, metadata: MetadataCache) {
    this.#features = features;
    this.#family = new FamilyInForce(metadata);
  }

  /** Notes the family of a metadata line. */
  note(entry: Exclude<Entry, SampleEntry | HistogramEntry>): void {
    if (entry.kind !== 'comment') this.#family.named(entry.family);
  }

  /** `undefined`: the sample is the zero of its series and is not stored (S-162). */
  sample(entry: SampleEntry | HistogramEntry, key: FeaturedKey, atMs: number): FeaturedSample | undefined {
    const features = this.#features;
    const value = entry.kind === 'sample' ? entry.value : entry.histogram;
    const startTimestampMs = features.readsStartTimestamps ? entry.startTimestampMs : undefined;
    const isStrict = features.makesStartTimestamps && startTimestampMs === undefined;
    const metadata = features.hasMetadata ? this.#family.metadataOf(key.name) : undefined;
    if (!isStrict) key.synthesis = undefined;
    else if (this.#family.isCumulative(key.name)) key.synthesis ??= new StartSynthesis();
    if (key.synthesis === undefined) return { value, startTimestampMs, isStrict, metadata };
    const synthesized = key.synthesis.next(value, atMs);
    return synthesized === undefined ? undefined : { ...synthesized, isStrict, metadata };
  }
}

/** Whether any feature looks at every sample. */
export function areSamplesFeatured(features: AppendFeatures): boolean {
  return features.hasMetadata || features.readsStartTimestamps || features.makesStartTimestamps;
}

/** What the features ask of the parser. */
export function parseOptions({ hasTypeAndUnitLabels, readsStartTimestamps }: AppendFeatures): ParseOptions {
  return { typeAndUnitLabels: hasTypeAndUnitLabels, startTimestamps: readsStartTimestamps };
}
