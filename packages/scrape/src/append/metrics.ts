import type { MetricDefinition } from '@limpet/model';

const counter = (name: string, help: string): MetricDefinition => ({ name, help, type: 'counter', labels: [] });

/** Samples and scrapes that the append port had to refuse, counted under Prometheus' names (S-172). */
export const REFUSAL_METRICS = {
  sampleLimit: counter('prometheus_target_scrapes_exceeded_sample_limit_total', 'Scrapes rejected because they hit the sample limit.'),
  bucketLimit: counter(
    'prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total',
    'Scrapes rejected because a native histogram hit the bucket limit.',
  ),
  labelLimits: counter('prometheus_target_scrape_pool_exceeded_label_limits_total', 'Scrapes rejected because a series hit a label limit.'),
  duplicates: counter(
    'prometheus_target_scrapes_sample_duplicate_timestamp_total',
    'Samples rejected because their series had a sample of the same time in the same scrape.',
  ),
  outOfOrder: counter(
    'prometheus_target_scrapes_sample_out_of_order_total',
    'Samples rejected because they were not newer than their series.',
  ),
  outOfBounds: counter('prometheus_target_scrapes_sample_out_of_bounds_total', 'Samples rejected because their time was too far ahead.'),
  exemplarsOutOfOrder: counter(
    'prometheus_target_scrapes_exemplar_out_of_order_total',
    'Exemplars rejected because they were out of order.',
  ),
  cacheFlushesForced: counter(
    'prometheus_target_scrapes_cache_flush_forced_total',
    'Times that a series cache was flushed because failing scrapes made it grow.',
  ),
} as const satisfies Record<string, MetricDefinition>;

/** Time between the starts of consecutive scrapes. Label `interval`: the loop's interval as Go prints it. */
export const INTERVAL_LENGTH: MetricDefinition = {
  name: 'prometheus_target_interval_length_seconds',
  help: 'Actual time between scrapes.',
  type: 'summary',
  labels: ['interval'],
  quantiles: [0.01, 0.05, 0.5, 0.9, 0.99],
};

/** As `INTERVAL_LENGTH`, as a histogram. */
export const INTERVAL_LENGTH_HISTOGRAM: MetricDefinition = {
  name: 'prometheus_target_interval_length_histogram_seconds',
  help: 'Actual time between scrapes, as a histogram.',
  type: 'histogram',
  labels: ['interval'],
  buckets: [0.01, 0.1, 1, 10],
};

/** From the start of a scrape to its commit; only for jobs with `extra_scrape_metrics`. Native upstream, so it has no bounds. */
export const SCRAPE_DURATION: MetricDefinition = {
  name: 'prometheus_target_scrape_duration_seconds',
  help: 'Time from the start of a scrape to its commit.',
  type: 'histogram',
  labels: [],
  buckets: [],
};

/** Metric families whose metadata the active targets of a job hold. The pool's end removes the child of its job. */
export const METADATA_CACHE_ENTRIES: MetricDefinition = {
  name: 'prometheus_target_metadata_cache_entries',
  help: 'Metric metadata entries in the cache.',
  type: 'gauge',
  labels: ['scrape_job'],
};

/** Bytes of help, unit and type that the active targets of a job hold. */
export const METADATA_CACHE_BYTES: MetricDefinition = {
  name: 'prometheus_target_metadata_cache_bytes',
  help: 'Bytes used for storing metric metadata in the cache.',
  type: 'gauge',
  labels: ['scrape_job'],
};

/** Every self-metric of the append port. */
export const APPEND_METRICS: readonly MetricDefinition[] = [
  ...Object.values(REFUSAL_METRICS),
  INTERVAL_LENGTH,
  INTERVAL_LENGTH_HISTOGRAM,
  SCRAPE_DURATION,
  METADATA_CACHE_ENTRIES,
  METADATA_CACHE_BYTES,
];
