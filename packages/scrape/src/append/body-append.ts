import { ParseError, ProtobufError } from '@limpet/exposition';
import type { ChosenParser, Entry, HistogramEntry, ParseOptions, SampleEntry } from '@limpet/exposition';
import type { LineMemory } from '@limpet/line-template';
import { encodeLabels, histogramFault, labelValue, METRIC_NAME } from '@limpet/model';
import type { Labels, SeriesSlot } from '@limpet/model';
import type { AppendFeatures } from './append-features.ts';
import type { BatchWriter } from './batch-writer.ts';
import { emptyCounts } from './body-counts.ts';
import type { BodyCounts } from './body-counts.ts';
import { acceptExemplars } from './exemplars.ts';
import { limitedHistogram } from './histogram-limits.ts';
import type { HistogramLimits } from './histogram-limits.ts';
import { TextKeys } from './key-store.ts';
import type { KeyStore } from './key-store.ts';
import { LineAppend } from './line-append.ts';
import type { LineBody } from './line-walk.ts';
import { areSamplesFeatured, parseOptions, SampleFeatures } from './sample-features.ts';
import type { FeaturedKey } from './sample-features.ts';
import { SampleGate } from './sample-gate.ts';
import type { SeriesCache } from './series-cache.ts';
import { seriesLabels } from './series-labels.ts';
import type { SeriesRules } from './series-labels.ts';
import type { SeriesTimes } from './series-times.ts';

/** What the append of a body needs to know of the job's configuration. */
export interface BodyRules extends SeriesRules {
  readonly honorTimestamps: boolean;
  readonly trackTimestampsStaleness: boolean;
  /** 0 = none. */
  readonly sampleLimit: number;
  readonly histogramLimits: HistogramLimits;
}

/** In which forms the histograms of a target are read (S-165). */
export type HistogramForms = Pick<ParseOptions, 'ignoreNativeHistograms' | 'convertClassicHistograms' | 'keepClassicHistograms'>;

export interface BodyAppendInput {
  readonly body: Uint8Array;
  readonly parser: ChosenParser;
  readonly histograms: HistogramForms;
  readonly rules: BodyRules;
  readonly features: AppendFeatures;
  /** Where known lines are recognised; without it every line is read by the reference parser. */
  readonly lines: LineMemory | undefined;
  /** The target's public labels. */
  readonly target: Labels;
  readonly cache: SeriesCache;
  /** Time of the scrape, which samples without their own get. */
  readonly timestampMs: number;
  /** Wall time now, for `AHEAD_MS_MAX`. */
  readonly nowMs: number;
  /** Number of this append, see `SeriesCache.track`. */
  readonly append: number;
}

type LineBodySource = Pick<BodyAppendInput, 'body' | 'parser' | 'features' | 'histograms'>;

/**
 * Appends the samples of one body to the batch under way: series are found in the cache by their raw text, new ones get
 * target labels and metric relabelling once. Stops at the first error that fails the scrape and leaves it to the caller
 * to roll back. Source: Prometheus 3.14, scrape/scrape.go, (*scrapeLoopAppenderV2).append.
 */
export class BodyAppend {
  readonly #input: BodyAppendInput;
  readonly #writer: BatchWriter;
  readonly #times: SeriesTimes;
  readonly #counts = emptyCounts();
  readonly #gate: SampleGate;
  #keys: KeyStore;
  /** `undefined`: no feature looks at every sample. */
  readonly #sampleFeatures: SampleFeatures | undefined;

  constructor(input: BodyAppendInput, { writer, times }: { readonly writer: BatchWriter; readonly times: SeriesTimes }) {
    this.#input = input;
    this.#writer = writer;
    this.#times = times;
    this.#gate = new SampleGate(this.#counts, { nowMs: input.nowMs, sampleLimit: input.rules.sampleLimit });
    this.#keys = new TextKeys(input.cache, input.body);
    this.#sampleFeatures = areSamplesFeatured(input.features) ? new SampleFeatures(input.features, input.cache.metadata) : undefined;
  }

  run(): BodyCounts {
    const counts = this.#counts;
    try {
      if (!this.#takeBody()) return counts;
    } catch (error) {
      if (!(error instanceof ParseError || error instanceof ProtobufError)) throw error;
      counts.error = error.message;
      counts.reason = 'parse';
    }
    // Beyond a limit parsing went on, so that the totals are right (S-120); the limit's own error comes second.
    if (counts.error === undefined) failAtLimit(counts);
    return counts;
  }

  /** False: the scrape has failed. */
  #takeBody(): boolean {
    const { parser, body, features, histograms, lines } = this.#input;
    const lineBody = lineBodyOf(this.#input);
    if (lines !== undefined && lineBody !== undefined) return this.#takeLines(lines, lineBody);
    for (const entry of parser.parse(body, { ...parseOptions(features), ...histograms })) if (!this.#take(entry)) return false;
    return true;
  }

  #takeLines(lines: LineMemory, lineBody: LineBody): boolean {
    const { cache, timestampMs, append, rules } = this.#input;
    const keys = cache.lineKeys(lines);
    this.#keys = keys;
    let isGoing = true;
    const take = (entry: Entry): boolean => (isGoing = this.#take(entry));
    const shared = { writer: this.#writer, times: this.#times, counts: this.#counts, gate: this.#gate, take };
    new LineAppend(lineBody, { ...shared, keys, cache, timestampMs, append, rules }).run();
    return isGoing;
  }

  /** False: the scrape has failed. */
  #take(entry: Entry): boolean {
    const { metadata, iteration } = this.#input.cache;
    switch (entry.kind) {
      case 'sample':
      case 'histogram':
        return this.#takeSample(entry);
      case 'type':
        this.#sampleFeatures?.note(entry);
        metadata.setType(entry.family, entry.type, iteration);
        return true;
      case 'help':
        this.#sampleFeatures?.note(entry);
        metadata.setHelp(entry.family, entry.text, iteration);
        return true;
      case 'unit':
        this.#sampleFeatures?.note(entry);
        metadata.setUnit(entry.family, entry.unit, iteration);
        return true;
      case 'comment':
        return true;
    }
  }

  #takeSample(entry: SampleEntry | HistogramEntry): boolean {
    const { rules, timestampMs } = this.#input;
    const counts = this.#counts;
    counts.total++;
    const known = this.#keys.find(entry);
    if (known === undefined) return this.#takeNew(entry);
    const { series, wasSeen, isPrepared, featured } = known;
    if (isPrepared) return this.#takePrepared(entry, series);
    if (series === undefined) return true;
    counts.added++;
    const ownTime = rules.honorTimestamps ? entry.timestampMs : undefined;
    if (wasSeen && ownTime === undefined) {
      counts.duplicates++;
      forgetStart(featured);
      return true;
    }
    const admitted = this.#admit(entry, ownTime ?? timestampMs);
    if (admitted === undefined) forgetStart(featured);
    else this.#store(admitted, series, ownTime, featured);
    return counts.error === undefined;
  }

  #takeNew(entry: SampleEntry | HistogramEntry): boolean {
    const { rules, target, timestampMs } = this.#input;
    const counts = this.#counts;
    const labels = seriesLabels(entry.labels(), target, rules);
    if (!labels.ok) {
      counts.error = labels.error.error;
      counts.isLabelLimitHit = labels.error.isLabelLimit;
      counts.reason = labels.error.isLabelLimit ? 'labelLimit' : 'invalidLabels';
      return false;
    }
    if (labels.value === undefined) {
      this.#keys.addDropped();
      return true;
    }
    counts.added++;
    const ownTime = rules.honorTimestamps ? entry.timestampMs : undefined;
    const admitted = this.#admit(entry, ownTime ?? timestampMs);
    if (admitted === undefined) return counts.error === undefined;
    const series = this.#times.acquire(encodeLabels(labels.value));
    const featured = this.#sampleFeatures && { name: labelValue(labels.value, METRIC_NAME) ?? '', synthesis: undefined, isStored: false };
    if (!this.#store(admitted, series, ownTime, featured)) {
      this.#times.release(series);
      return true;
    }
    this.#keys.add(series, featured);
    if (!counts.isSampleLimitHit && !counts.isBucketLimitHit) counts.seriesAdded++;
    return true;
  }

  /** As `#takeNew`, where the labels were worked out before. */
  #takePrepared(entry: SampleEntry | HistogramEntry, series: SeriesSlot | undefined): boolean {
    const { rules, timestampMs } = this.#input;
    const counts = this.#counts;
    if (series === undefined) {
      this.#keys.admit();
      return true;
    }
    counts.added++;
    const ownTime = rules.honorTimestamps ? entry.timestampMs : undefined;
    const admitted = this.#admit(entry, ownTime ?? timestampMs);
    if (admitted === undefined || !this.#store(admitted, series, ownTime, undefined)) return counts.error === undefined;
    this.#keys.admit();
    if (!counts.isSampleLimitHit && !counts.isBucketLimitHit) counts.seriesAdded++;
    return true;
  }

  /**
   * An entry as the limits of the job let it through to storage: buckets, samples, the bound ahead, in this order (S-119 …
   * S-121, S-126, S-127). `undefined`: they do not, or `counts.error` says why it fails the scrape (E-127).
   */
  #admit(entry: SampleEntry | HistogramEntry, timestampMs: number): SampleEntry | HistogramEntry | undefined {
    const counts = this.#counts;
    const limited = entry.kind === 'histogram' ? withinLimits(entry, this.#input.rules.histogramLimits) : entry;
    if (limited === undefined) counts.isBucketLimitHit = true;
    else if (!this.#gate.isOpen(timestampMs)) return undefined;
    else if (limited.kind === 'sample' || this.#isSound(limited)) return limited;
    return undefined;
  }

  #isSound(entry: HistogramEntry): boolean {
    const fault = histogramFault(entry.histogram);
    if (fault === undefined) return true;
    this.#counts.added--; // errors that fail the scrape come before the sample is counted
    this.#counts.error = `invalid histogram: ${fault}`;
    this.#counts.reason = 'invalidHistogram';
    return false;
  }

  #store(entry: SampleEntry | HistogramEntry, series: SeriesSlot, ownTime: number | undefined, featured: FeaturedKey | undefined): boolean {
    if (featured !== undefined) return this.#storeFeatured(entry, series, ownTime, featured);
    const { timestampMs, rules, cache, append } = this.#input;
    const at = ownTime ?? timestampMs;
    const hasOwnTime = ownTime !== undefined;
    const isStored =
      entry.kind === 'sample'
        ? this.#writer.append(series, at, entry.value, hasOwnTime)
        : this.#writer.appendHistogram(series, at, entry.histogram, hasOwnTime);
    if (!isStored) {
      this.#counts.outOfOrder++;
      return false;
    }
    if (!hasOwnTime || rules.trackTimestampsStaleness) cache.track(series, append, this.#times.columns);
    if (entry.exemplars.length > 0) this.#storeExemplars(entry, series, at);
    return true;
  }

  /** As `#store`, with what the features make of the sample. True as well where it is kept back as the zero of its series. */
  #storeFeatured(entry: SampleEntry | HistogramEntry, series: SeriesSlot, ownTime: number | undefined, key: FeaturedKey): boolean {
    const { timestampMs, rules, features, cache, append } = this.#input;
    const writer = this.#writer;
    const at = ownTime ?? timestampMs;
    const hasOwnTime = ownTime !== undefined;
    const isTracked = !hasOwnTime || rules.trackTimestampsStaleness;
    const sample = this.#sampleFeatures?.sample(entry, key, at);
    if (sample === undefined) {
      if (isTracked && key.isStored) cache.track(series, append, this.#times.columns);
      return true;
    }
    const { value, startTimestampMs, isStrict, metadata } = sample;
    const hasStart = startTimestampMs !== undefined && startTimestampMs < at;
    if (hasStart && features.writesZeroSamples) writer.appendZero(series, startTimestampMs, value);
    const isNew = !isStrict || at > (this.#times.columns.lastMs[series] ?? -Infinity);
    const isNumber = typeof value === 'number';
    const isStored =
      isNew && (isNumber ? writer.append(series, at, value, hasOwnTime) : writer.appendHistogram(series, at, value, hasOwnTime));
    if (!isStored) {
      this.#counts.outOfOrder++;
      forgetStart(key);
      return false;
    }
    key.isStored = true;
    if (isTracked || key.synthesis !== undefined) cache.track(series, append, this.#times.columns);
    if (startTimestampMs !== undefined && features.keepsStartTimestamps) writer.startedAt(startTimestampMs);
    if (metadata !== undefined) writer.describe(metadata);
    if (entry.exemplars.length > 0) this.#storeExemplars(entry, series, at);
    return true;
  }

  #storeExemplars(entry: SampleEntry | HistogramEntry, series: SeriesSlot, timestampMs: number): void {
    const needsOwnTime = entry.kind === 'histogram';
    const { accepted, outOfOrderCount } = acceptExemplars(entry.exemplars, {
      before: this.#times.lastExemplar(series),
      timestampMs,
      needsOwnTime,
    });
    this.#counts.exemplarsOutOfOrder += outOfOrderCount;
    if (accepted.length > 0) this.#writer.addExemplars(series, accepted);
  }
}

/** A histogram as coarse as its job wants it; the entry itself where it is so already. */
function withinLimits(entry: HistogramEntry, limits: HistogramLimits): HistogramEntry | undefined {
  const histogram = limitedHistogram(entry.histogram, limits);
  if (histogram === entry.histogram) return entry;
  return histogram === undefined ? undefined : { ...entry, histogram };
}

/** Fails the scrape where a limit was hit; that of samples says so first. */
function failAtLimit(counts: BodyCounts): void {
  if (counts.isSampleLimitHit) {
    counts.error = 'sample limit exceeded';
    counts.reason = 'sampleLimit';
  } else if (counts.isBucketLimitHit) {
    counts.error = 'histogram bucket limit exceeded';
    counts.reason = 'bucketLimit';
  }
}

/** A body that the line template serves; `undefined` for formats without lines and where every sample is looked at. */
export function lineBodyOf({ body, parser, features, histograms }: LineBodySource): LineBody | undefined {
  const isPlain = !areSamplesFeatured(features) && !features.hasTypeAndUnitLabels && histograms.convertClassicHistograms !== true;
  if (!isPlain || parser.readEntries === undefined) return undefined;
  return { bytes: body, readEntries: parser.readEntries, format: parser.format };
}

/** A series that lost a sample starts anew: what it would be counted from cannot be trusted any more (S-162). */
function forgetStart(key: FeaturedKey | undefined): void {
  if (key !== undefined) key.synthesis = undefined;
}
