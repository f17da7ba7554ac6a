import type { FamilyMetadata } from './metric-type.ts';
import type { NativeHistogram } from './native-histogram.ts';

/** Bits of `ScrapeBatch.flags`, one byte a sample. */
export const SAMPLE_FLAGS = {
  /** The sample is a stale marker; its number in `values` means nothing. */
  stale: 1,
  /** The sample carries its own time, in `timestamps`; otherwise it has the batch's. */
  explicitTimestamp: 2,
  /** The sample is a native histogram: its content is in `histograms`, keyed by the sample's index. */
  histogram: 4,
  /** One or more exemplars of the sample are in `exemplars`, keyed by the sample's index. */
  exemplar: 8,
  /** A report series (`up`, `scrape_duration_seconds` …). */
  report: 16,
} as const;

/** An exemplar as exposed; `timestampMs` undefined where the target gave none. */
export interface Exemplar {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  readonly timestampMs: number | undefined;
}

/**
 * Everything that one scrape of one target hands to storage: samples, stale markers and report series, as columns of
 * equal length `count`. **Borrowed:** the arrays belong to the scrape path and are valid until `append` returns; a
 * consumer that keeps a batch takes `copyBatch`.
 */
export interface ScrapeBatch {
  readonly job: string;
  /** Identity of the loop's target: `<instance>#<6 hex of the target hash>`. */
  readonly targetId: string;
  /** Index of the interval on the target's grid since the epoch: the same scrape has the same tick on every machine. */
  readonly tick: number;
  /** Of a scrape that somebody asked for, beside the grid: its tick has, or gets, a batch of its own. Absent: of the tick. */
  readonly isBesideGrid?: true;
  /** Ownership number; 0 while one agent is alone. */
  readonly epoch: number;
  /** Time of every sample without one of its own: integer milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly count: number;
  /** Refs (`SeriesRef`, integers below 2^53) into the series registry; length >= count. */
  readonly series: Float64Array;
  /** Sample values; undefined meaning for stale markers and histograms; length >= count. */
  readonly values: Float64Array;
  /** `SAMPLE_FLAGS`; length >= count. */
  readonly flags: Uint8Array;
  /** Own times of samples flagged `explicitTimestamp`, by sample index; absent where there are none. */
  readonly timestamps?: ReadonlyMap<number, number>;
  readonly histograms?: ReadonlyMap<number, NativeHistogram>;
  readonly exemplars?: ReadonlyMap<number, readonly Exemplar[]>;
  /** Since when the samples that say so have counted, integer milliseconds by sample index; only with a feature for it. */
  readonly startTimestamps?: ReadonlyMap<number, number>;
  /** Metadata of the families of samples, by sample index; only with the feature for it. */
  readonly metadata?: ReadonlyMap<number, FamilyMetadata>;
}

/** A batch of its own arrays, cut to `count`, that may be kept. */
export function copyBatch(batch: ScrapeBatch): ScrapeBatch {
  const { count } = batch;
  return { ...batch, series: batch.series.slice(0, count), values: batch.values.slice(0, count), flags: batch.flags.slice(0, count) };
}

/** The time of one sample of a batch, integer milliseconds. */
export function sampleTimestampMs(batch: ScrapeBatch, index: number): number {
  return batch.timestamps?.get(index) ?? batch.timestampMs;
}
