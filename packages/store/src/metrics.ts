import type { MetricDefinition } from '@limpet/model';

/** Self-metrics of the embedded store. */
export const STORE_METRICS = {
  samples: { name: 'limpet_store_samples_total', help: 'Samples taken by the embedded store.', type: 'counter', labels: [] },
  missedSamples: {
    name: 'limpet_store_missed_samples_total',
    help: 'Samples that the embedded store did not keep, by reason: full, failed, unknown_series, histogram (one that was not there).',
    type: 'counter',
    labels: ['reason'],
  },
  pendingSamples: { name: 'limpet_store_pending_samples', help: 'Samples that wait to be written to disk.', type: 'gauge', labels: [] },
  headSeries: { name: 'limpet_store_head_series', help: 'Series with samples in memory.', type: 'gauge', labels: [] },
  sizeBytes: { name: 'limpet_store_size_bytes', help: 'Bytes of the embedded store that are in use.', type: 'gauge', labels: [] },
  degraded: { name: 'limpet_store_degraded', help: 'Whether the embedded store cannot write at present.', type: 'gauge', labels: [] },
  writeFailures: {
    name: 'limpet_store_write_failures_total',
    help: 'Writes of the embedded store that failed.',
    type: 'counter',
    labels: [],
  },
  corruptions: {
    name: 'limpet_store_corruptions_total',
    help: 'Times that the file of the embedded store was damaged and moved aside.',
    type: 'counter',
    labels: [],
  },
  writeDuration: {
    name: 'limpet_store_write_duration_seconds',
    help: 'Duration of the transactions that write samples.',
    type: 'histogram',
    labels: [],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
  },
  deletedChunks: {
    name: 'limpet_store_deleted_chunks_total',
    help: 'Chunks removed from the embedded store, by reason: age, size.',
    type: 'counter',
    labels: ['reason'],
  },
} as const satisfies Record<string, MetricDefinition>;
