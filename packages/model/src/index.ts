export type { Appendable, AppendVerdict, MakeAppendable } from './appendable.ts';
export { DurationError, formatDuration, formatGoDuration, parseDuration } from './duration.ts';
export { fnv1a64, xxhash64 } from './hash.ts';
export { compactBuckets, compactHistogram, eachBucket, reduceResolution } from './histogram-buckets.ts';
export { decodeHistogram, encodeHistogram } from './histogram-bytes.ts';
export { histogramFault, spannedBucketCount } from './histogram-fault.ts';
export { boundedBuckets, histogramText } from './histogram-text.ts';
export type { BoundedBucket } from './histogram-text.ts';
export { decodeLabels, encodeLabels, labelSpans } from './label-bytes.ts';
export type { LabelBytes } from './label-bytes.ts';
export {
  compareBytewise,
  labelsEqual,
  labelsFrom,
  labelsObject,
  labelsText,
  labelValue,
  METRIC_NAME,
  publicLabels,
  RESERVED_PREFIX,
} from './labels.ts';
export type { Label, Labels } from './labels.ts';
export { silentLog } from './log.ts';
export type { Log, LogFields } from './log.ts';
export { silentMetrics } from './metric.ts';
export type { MetricDefinition, Metrics } from './metric.ts';
export { METRIC_TYPES } from './metric-type.ts';
export type { FamilyMetadata, MetricType } from './metric-type.ts';
export { bucketCount, CUSTOM_BUCKETS_SCHEMA, EXPONENTIAL_SCHEMA } from './native-histogram.ts';
export type { BucketSide, BucketSpan, NativeHistogram } from './native-histogram.ts';
export { failed, succeeded } from './result.ts';
export type { Result } from './result.ts';
export { copyBatch, SAMPLE_FLAGS, sampleTimestampMs } from './scrape-batch.ts';
export type { Exemplar, ScrapeBatch } from './scrape-batch.ts';
export { Secret } from './secret.ts';
export { SeriesRegistry, slotOf } from './series-registry.ts';
export type { SeriesRef, SeriesSlot } from './series-registry.ts';
export { formatSize, parseSize, SizeError } from './size.ts';
export { isStaleMarker, NORMAL_NAN_BITS, STALE_NAN_BITS, writeValue } from './stale.ts';
export type { TargetGroup } from './target-group.ts';
export { formatTimestamp, tickOf } from './timestamp.ts';
