/** A run of buckets: `offset` to the end of the run before (or to zero), then `length` buckets. */
export interface BucketSpan {
  readonly offset: number;
  readonly length: number;
}

/** The buckets of one sign: absolute counts, and where they lie. */
export interface BucketSide {
  readonly spans: readonly BucketSpan[];
  readonly buckets: readonly number[];
}

/** A native histogram with absolute bucket counts. Source: Prometheus 3.14, model/histogram. */
export interface NativeHistogram {
  /** -4…8 exponential, -53 custom buckets. */
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positiveSpans: readonly BucketSpan[];
  readonly positiveBuckets: readonly number[];
  readonly negativeSpans: readonly BucketSpan[];
  readonly negativeBuckets: readonly number[];
  /** Upper bounds of custom buckets, ascending, without +Inf; empty for exponential ones. */
  readonly customValues: readonly number[];
  readonly resetHint: 'unknown' | 'gauge' | 'no' | 'yes';
  /** Counts may be fractions; otherwise they are integers, exact below 2^53. */
  readonly isFloat: boolean;
}

/** The schema of histograms with custom buckets. */
export const CUSTOM_BUCKETS_SCHEMA = -53;
/** The coarsest and the finest exponential schema. */
export const EXPONENTIAL_SCHEMA = { min: -4, max: 8 } as const;

/** Number of buckets that a histogram spells out, of both signs. */
export function bucketCount({ positiveBuckets, negativeBuckets }: NativeHistogram): number {
  return positiveBuckets.length + negativeBuckets.length;
}
