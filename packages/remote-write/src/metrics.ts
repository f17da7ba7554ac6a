import type { MetricDefinition } from '@limpet/model';

const QUEUE = ['remote_name', 'url'] as const;

/** Bounds of `sent_batch_duration_seconds` (W-115). */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300] as const;

const samples = (kind: Kind, what: string, suffix: string): MetricDefinition => ({
  name: `prometheus_remote_storage_${kind}${suffix}_total`,
  help: `Total number of ${kind} ${what}.`,
  type: 'counter',
  labels: suffix === '_dropped' ? [...QUEUE, 'reason'] : QUEUE,
});
const gauge = (name: string, help: string): MetricDefinition => ({
  name: `prometheus_remote_storage_${name}`,
  help,
  type: 'gauge',
  labels: QUEUE,
});

/** What a queue carries. */
export type Kind = 'samples' | 'histograms' | 'exemplars';

const perKind = (what: string, suffix: string): Readonly<Record<Kind, MetricDefinition>> => ({
  samples: samples('samples', what, suffix),
  histograms: samples('histograms', what, suffix),
  exemplars: samples('exemplars', what, suffix),
});
const pendingOf = (kind: Kind): MetricDefinition => gauge(`${kind}_pending`, `The number of ${kind} pending in the queue's shards.`);

/** Counters with one member a kind (W-110 … W-113); `dropped` has a label `reason`. */
export const KIND_METRICS = {
  sent: perKind('sent to the remote storage, each attempt counted', ''),
  failed: perKind('which failed on send to the remote storage and are not sent again', '_failed'),
  retried: perKind('which failed on send but were sent again because the error was recoverable', '_retried'),
  dropped: perKind('which were dropped before they were sent', '_dropped'),
  pending: { samples: pendingOf('samples'), histograms: pendingOf('histograms'), exemplars: pendingOf('exemplars') },
} as const;

/** Self-metrics of one queue (W-114 … W-119) and of what stands in front of its shards. */
export const QUEUE_METRICS = {
  enqueueRetries: {
    name: 'prometheus_remote_storage_enqueue_retries_total',
    help: 'Times that samples had to wait because a shard was full.',
    type: 'counter',
    labels: QUEUE,
  },
  sentBatchDuration: {
    name: 'prometheus_remote_storage_sent_batch_duration_seconds',
    help: 'Duration of send calls to the remote storage.',
    type: 'histogram',
    labels: QUEUE,
    buckets: DURATION_BUCKETS,
  },
  highestTimestamp: gauge('queue_highest_timestamp_seconds', 'Highest timestamp that has been enqueued, in seconds since the epoch.'),
  highestSentTimestamp: gauge(
    'queue_highest_sent_timestamp_seconds',
    'Timestamp of the newest sample that was sent or given up, in seconds since the epoch.',
  ),
  shardCapacity: gauge('shard_capacity', 'The capacity of each shard of the queue.'),
  shards: gauge('shards', 'The number of shards used for parallel sending.'),
  shardsMax: gauge('shards_max', 'The largest number of shards that the queue may run.'),
  shardsMin: gauge('shards_min', 'The smallest number of shards that the queue may run.'),
  shardsDesired: gauge('shards_desired', 'The number of shards that the queue wants to run, by its throughput.'),
  maxSamplesPerSend: gauge('max_samples_per_send', 'The largest number of samples in one request.'),
  bytes: {
    name: 'prometheus_remote_storage_bytes_total',
    help: 'Bytes of requests with samples, after compression; a batch that is sent again counts once.',
    type: 'counter',
    labels: QUEUE,
  },
  missedSamples: {
    name: 'limpet_remote_write_missed_samples_total',
    help: 'Samples of scrape batches that a queue refused because everything in front of its shards was full.',
    type: 'counter',
    labels: [...QUEUE, 'reason'],
  },
  logSamples: {
    name: 'limpet_remote_write_log_samples',
    help: 'Samples that wait in memory in front of the shards.',
    type: 'gauge',
    labels: QUEUE,
  },
} as const satisfies Record<string, MetricDefinition>;

const ofMetadata = (what: string, suffix: string): MetricDefinition => ({
  name: `prometheus_remote_storage_metadata${suffix}_total`,
  help: what,
  type: 'counter',
  labels: QUEUE,
});

/** Self-metrics of sending metadata (W-110 … W-112, W-119). */
export const METADATA_METRICS = {
  sent: ofMetadata('Metadata entries sent to the remote storage, each attempt counted.', ''),
  failed: ofMetadata('Metadata entries which failed on send and are not sent again.', '_failed'),
  retried: ofMetadata('Metadata entries which failed on send but were sent again because the error was recoverable.', '_retried'),
  bytes: ofMetadata('Bytes of requests with metadata, after compression; a request that is made again counts once.', '_bytes'),
} as const satisfies Record<string, MetricDefinition>;

/** Self-metrics over all queues (W-120). */
export const INTAKE_METRICS = {
  samplesIn: { name: 'prometheus_remote_storage_samples_in_total', help: 'Samples handed to remote storage.', type: 'counter', labels: [] },
  histogramsIn: {
    name: 'prometheus_remote_storage_histograms_in_total',
    help: 'Native histograms handed to remote storage.',
    type: 'counter',
    labels: [],
  },
  exemplarsIn: {
    name: 'prometheus_remote_storage_exemplars_in_total',
    help: 'Exemplars handed to remote storage.',
    type: 'counter',
    labels: [],
  },
  highestTimestampIn: {
    name: 'prometheus_remote_storage_highest_timestamp_in_seconds',
    help: 'Highest timestamp that has come into remote storage, in seconds since the epoch.',
    type: 'gauge',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

/** Why something was dropped before it was sent (W-113); the last one, `send_native_histograms: false`, counts nowhere upstream. */
export type DropReason =
  | 'too_old'
  | 'dropped_series'
  | 'unintentionally_dropped_series'
  | 'nhcb_in_rw1_not_supported'
  | 'native_histograms_not_sent';
