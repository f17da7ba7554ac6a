import type { MetricDefinition } from '@limpet/model';

const gauge = (name: string, help: string): MetricDefinition => ({ name, help, type: 'gauge', labels: [] });
const counter = (name: string, help: string, labels: readonly string[] = []): MetricDefinition => ({ name, help, type: 'counter', labels });

/** Self-metrics of the log. Names of Prometheus where they mean the same (W-121 … W-124). */
export const WAL_METRICS = {
  samplesAppended: counter('prometheus_agent_samples_appended_total', 'Samples appended to the log, by type.', ['type']),
  exemplarsAppended: counter('prometheus_agent_exemplars_appended_total', 'Exemplars appended to the log.'),
  activeSeries: gauge('prometheus_agent_active_series', 'Series named in the log since its last checkpoint.'),
  corruptions: counter('prometheus_agent_corruptions_total', 'Damaged places found in the log.'),
  cleanStart: gauge(
    'prometheus_agent_clean_start',
    'Whether the log had been closed when it was opened (1), or its process was killed (0).',
  ),
  replayDuration: gauge('prometheus_agent_data_replay_duration_seconds', 'Time that the log took to open.'),
  checkpoints: counter('prometheus_agent_checkpoint_creations_total', 'Places begun in the log from which it can be read.'),
  truncateDuration: {
    name: 'prometheus_agent_truncate_duration_seconds',
    help: 'Duration of looking for segments to delete, and of deleting them.',
    type: 'summary',
    labels: [],
    quantiles: [0.5, 0.9, 0.99],
  },
  syncDuration: {
    name: 'prometheus_tsdb_wal_fsync_duration_seconds',
    help: 'Duration of making the log survive a power loss.',
    type: 'summary',
    labels: [],
    quantiles: [0.5, 0.9, 0.99],
  },
  currentSegment: gauge('prometheus_tsdb_wal_segment_current', 'Index of the segment that is written to.'),
  sizeBytes: gauge('prometheus_tsdb_wal_storage_size_bytes', 'Bytes of the log on disk.'),
  writesFailed: counter('prometheus_tsdb_wal_writes_failed_total', 'Writes to the log that failed.'),
  truncations: counter('prometheus_tsdb_wal_truncations_total', 'Looks at what may be deleted from the log.'),
  truncationsFailed: counter('prometheus_tsdb_wal_truncations_failed_total', 'Deletions from the log that failed.'),
  degraded: gauge('limpet_wal_degraded', 'Whether the log cannot be written at present, so that it is kept in memory.'),
  memoryBytes: gauge('limpet_wal_memory_bytes', 'Bytes of the log that are not yet safe on disk.'),
  appendedBytes: counter('limpet_wal_appended_bytes_total', 'Bytes of records appended to the log.'),
  truncatedBytes: counter('limpet_wal_truncated_bytes_total', 'Bytes behind the last whole record of a log that was not closed.'),
  lostBatches: counter('limpet_wal_lost_batches_total', 'Scrape batches that damage has made unreadable, counted by each reader.', [
    'consumer',
  ]),
  droppedSamples: counter(
    'limpet_wal_dropped_samples_total',
    'Samples deleted from the log before a receiver had them, by reason: age, size, damage.',
    ['consumer', 'reason'],
  ),
  refusedBatches: counter('limpet_wal_refused_batches_total', 'Scrape batches that the log did not take, by reason: full, failed.', [
    'reason',
  ]),
  cursorSaveFailures: counter('limpet_wal_cursor_save_failures_total', 'Failed attempts to save how far a receiver is.'),
} as const satisfies Record<string, MetricDefinition>;

/** Self-metrics of those who read the log (W-121). */
export const WATCHER_METRICS = {
  recordsRead: counter('prometheus_wal_watcher_records_read_total', 'Records read from the log.', ['consumer', 'type']),
  decodeFailures: counter('prometheus_wal_watcher_record_decode_failures_total', 'Records of the log that could not be read.', [
    'consumer',
  ]),
  currentSegment: {
    name: 'prometheus_wal_watcher_current_segment',
    help: 'Index of the segment that is read.',
    type: 'gauge',
    labels: ['consumer'],
  },
  samplesBehind: {
    name: 'limpet_wal_reader_pending_samples',
    help: 'Samples in the log that a receiver does not have yet.',
    type: 'gauge',
    labels: ['consumer'],
  },
} as const satisfies Record<string, MetricDefinition>;
