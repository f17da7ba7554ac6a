import { encodeLabels, labelsFrom, SAMPLE_FLAGS } from '@limpet/model';
import type { Exemplar, NativeHistogram, ScrapeBatch, SeriesRef, SeriesRegistry } from '@limpet/model';

/** One sample as a test writes it down. */
export interface SampleSpec {
  /** The whole label set, the metric name as `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  /** `'stale'` is a stale marker; left out for a native histogram. */
  readonly value?: number | 'stale';
  /** A time of its own, integer milliseconds; otherwise the sample has the batch's. */
  readonly timestampMs?: number;
  readonly histogram?: NativeHistogram;
  readonly exemplars?: readonly Exemplar[];
  readonly isReport?: boolean;
}

/** What a batch has beside its samples; every field has a default. */
export interface BatchSpec {
  readonly timestampMs?: number;
  readonly job?: string;
  readonly targetId?: string;
  readonly tick?: number;
  readonly epoch?: number;
}

/** The time of a batch that names none: 2023-11-14T22:13:20Z. */
export const BATCH_TIMESTAMP_MS = 1_700_000_000_000;

/** What `batchOf` leaves behind `count` in each column, as a scrape path that reuses its arrays does. */
const SPARE_LENGTH = 3;

/**
 * Builds a batch. Every series is acquired from the registry and stays held, as by a series cache; `releaseBatch`
 * gives the holds up. The columns are longer than `count`, and what lies behind it is rubbish.
 */
export function batchOf(registry: SeriesRegistry, samples: readonly SampleSpec[], spec: BatchSpec = {}): ScrapeBatch {
  const { timestampMs = BATCH_TIMESTAMP_MS, job = 'test', targetId = 'localhost:9100#0a1b2c', tick = 0, epoch = 0 } = spec;
  const length = samples.length + SPARE_LENGTH;
  const series = new Float64Array(length).fill(-1);
  const values = new Float64Array(length).fill(-1);
  const flags = new Uint8Array(length).fill(255);
  const timestamps = new Map<number, number>();
  const histograms = new Map<number, NativeHistogram>();
  const exemplars = new Map<number, readonly Exemplar[]>();
  samples.forEach((sample, index) => {
    series[index] = registry.acquire(encodeLabels(labelsFrom(Object.entries(sample.labels))));
    values[index] = sample.value === 'stale' ? 0 : (sample.value ?? 0);
    flags[index] = flagsOf(sample);
    if (sample.timestampMs !== undefined) timestamps.set(index, sample.timestampMs);
    if (sample.histogram !== undefined) histograms.set(index, sample.histogram);
    if (sample.exemplars !== undefined) exemplars.set(index, sample.exemplars);
  });
  const columns = { job, targetId, tick, epoch, timestampMs, count: samples.length, series, values, flags };
  return {
    ...columns,
    ...(timestamps.size > 0 && { timestamps }),
    ...(histograms.size > 0 && { histograms }),
    ...(exemplars.size > 0 && { exemplars }),
  };
}

/** Gives up the holds that `batchOf` took, as a series cache does when its series have gone. */
export function releaseBatch(registry: SeriesRegistry, batch: ScrapeBatch): void {
  for (const ref of seriesOf(batch)) registry.release(ref);
}

/** Overwrites the columns of a batch, as the scrape path does with the next scrape. */
export function overwriteBatch(batch: ScrapeBatch): void {
  batch.series.fill(-7);
  batch.values.fill(-7);
  batch.flags.fill(0);
}

function seriesOf(batch: ScrapeBatch): readonly SeriesRef[] {
  return [...batch.series.subarray(0, batch.count)];
}

function flagsOf(sample: SampleSpec): number {
  return (
    (sample.value === 'stale' ? SAMPLE_FLAGS.stale : 0) |
    (sample.timestampMs === undefined ? 0 : SAMPLE_FLAGS.explicitTimestamp) |
    (sample.histogram === undefined ? 0 : SAMPLE_FLAGS.histogram) |
    (sample.exemplars === undefined ? 0 : SAMPLE_FLAGS.exemplar) |
    (sample.isReport === true ? SAMPLE_FLAGS.report : 0)
  );
}
