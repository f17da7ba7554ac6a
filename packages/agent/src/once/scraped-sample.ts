import { decodeLabels, SAMPLE_FLAGS, sampleTimestampMs } from '@limpet/model';
import type { Exemplar, Labels, NativeHistogram, ScrapeBatch, SeriesRegistry } from '@limpet/model';

/** One sample as the agent would append it. */
export interface ScrapedSample {
  readonly labels: Labels;
  /** For a native histogram the number of its observations. */
  readonly value: number;
  readonly histogram: NativeHistogram | undefined;
  readonly timestampMs: number;
  /** Whether the target gave the time itself. */
  readonly hasOwnTimestamp: boolean;
  /** Whether it belongs to a series that the agent writes about the scrape. */
  readonly isReport: boolean;
  readonly exemplars: readonly Exemplar[];
}

/** The samples of a batch, decoded; stale markers left out. For reading, not for the hot path. */
export function scrapedSamples(batch: ScrapeBatch, registry: SeriesRegistry): readonly ScrapedSample[] {
  const samples: ScrapedSample[] = [];
  for (let index = 0; index < batch.count; index++) {
    const flags = batch.flags[index] ?? 0;
    if ((flags & SAMPLE_FLAGS.stale) !== 0) continue;
    const histogram = (flags & SAMPLE_FLAGS.histogram) === 0 ? undefined : batch.histograms?.get(index);
    samples.push({
      labels: decodeLabels(registry.labelBytes(batch.series[index] ?? 0)),
      value: histogram?.count ?? batch.values[index] ?? 0,
      histogram,
      timestampMs: sampleTimestampMs(batch, index),
      hasOwnTimestamp: (flags & SAMPLE_FLAGS.explicitTimestamp) !== 0,
      isReport: (flags & SAMPLE_FLAGS.report) !== 0,
      exemplars: batch.exemplars?.get(index) ?? [],
    });
  }
  return samples;
}
