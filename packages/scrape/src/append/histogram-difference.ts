import { compactBuckets, CUSTOM_BUCKETS_SCHEMA, eachBucket } from '@limpet/model';
import type { BucketSide, NativeHistogram } from '@limpet/model';

type Side = 'positive' | 'negative';
/** Counts of the buckets that have any, by index. */
type Buckets = Map<number, number>;

interface Aligned {
  readonly zeroCount: number;
  readonly positive: Buckets;
  readonly negative: Buckets;
}

/**
 * Whether a histogram has begun again since an earlier one of its series: something in it has gone down, or its buckets
 * are such that the earlier counts cannot be found in it. Source: Prometheus 3.14, model/histogram,
 * (*FloatHistogram).DetectReset.
 */
export function hasBegunAgain(now: NativeHistogram, before: NativeHistogram): boolean {
  if (now.resetHint === 'yes') return true;
  if (now.resetHint === 'no') return false;
  if (now.count < before.count || now.zeroThreshold < before.zeroThreshold || !isComparable(now, before)) return true;
  const aligned = alignedTo(now, before);
  if (aligned === undefined || now.zeroCount < aligned.zeroCount) return true;
  return isAnyAbove(aligned.positive, bucketsOf(now, 'positive')) || isAnyAbove(aligned.negative, bucketsOf(now, 'negative'));
}

/** `now` less an earlier histogram of the same series which has not begun again since: see `hasBegunAgain`. */
export function histogramSince(now: NativeHistogram, before: NativeHistogram): NativeHistogram {
  const aligned = alignedTo(now, before);
  if (aligned === undefined) return now;
  const positive = since(sideOf(now, 'positive'), aligned.positive);
  const negative = since(sideOf(now, 'negative'), aligned.negative);
  return {
    ...now,
    zeroCount: now.zeroCount - aligned.zeroCount,
    count: now.count - before.count,
    sum: now.sum - before.sum,
    positiveSpans: positive.spans,
    positiveBuckets: positive.buckets,
    negativeSpans: negative.spans,
    negativeBuckets: negative.buckets,
  };
}

/** Nothing counted yet, in the same buckets: what stands at the start time of a histogram (S-161). */
export function zeroHistogram({ schema, zeroThreshold, customValues, isFloat }: NativeHistogram): NativeHistogram {
  return {
    schema,
    zeroThreshold,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: [],
    positiveBuckets: [],
    negativeSpans: [],
    negativeBuckets: [],
    customValues,
    resetHint: 'yes',
    isFloat,
  };
}

function isComparable(now: NativeHistogram, before: NativeHistogram): boolean {
  if (now.schema !== CUSTOM_BUCKETS_SCHEMA && before.schema !== CUSTOM_BUCKETS_SCHEMA) return now.schema <= before.schema;
  if (now.schema !== before.schema || now.customValues.length !== before.customValues.length) return false;
  return now.customValues.every((value, index) => value === before.customValues[index]);
}

/**
 * The counts of `before` in the buckets of `now`, which are as wide or wider, as is its zero bucket. `undefined`: the zero
 * bucket of `now` ends inside a bucket that has counts, so nobody knows which of them it took.
 */
function alignedTo(now: NativeHistogram, before: NativeHistogram): Aligned | undefined {
  const aligned = { zeroCount: before.zeroCount, positive: new Map<number, number>(), negative: new Map<number, number>() };
  const steps = now.schema === CUSTOM_BUCKETS_SCHEMA ? 0 : before.schema - now.schema;
  for (const side of ['positive', 'negative'] as const) {
    for (const [index, count] of bucketsOf(before, side)) {
      if (now.zeroThreshold > before.zeroThreshold && bound(index - 1, before.schema) < now.zeroThreshold) {
        if (bound(index, before.schema) > now.zeroThreshold) return undefined;
        aligned.zeroCount += count;
        continue;
      }
      const wider = ((index - 1) >> steps) + 1;
      aligned[side].set(wider, (aligned[side].get(wider) ?? 0) + count);
    }
  }
  return aligned;
}

/** Upper limit of an exponential bucket. */
function bound(index: number, schema: number): number {
  return 2 ** (index * 2 ** -schema);
}

function sideOf(histogram: NativeHistogram, side: Side): BucketSide {
  const isPositive = side === 'positive';
  return {
    spans: isPositive ? histogram.positiveSpans : histogram.negativeSpans,
    buckets: isPositive ? histogram.positiveBuckets : histogram.negativeBuckets,
  };
}

function bucketsOf(histogram: NativeHistogram, side: Side): Buckets {
  const buckets: Buckets = new Map();
  eachBucket(sideOf(histogram, side), (index, count) => {
    if (count !== 0) buckets.set(index, count);
  });
  return buckets;
}

function isAnyAbove(before: Buckets, now: Buckets): boolean {
  for (const [index, count] of before) if (count > (now.get(index) ?? 0)) return true;
  return false;
}

/** The buckets less what they held before; empty ones go. */
function since(now: BucketSide, before: Buckets): BucketSide {
  const buckets: number[] = [];
  eachBucket(now, (index, count) => buckets.push(count - (before.get(index) ?? 0)));
  return compactBuckets({ spans: now.spans, buckets }, 0);
}
