import { CUSTOM_BUCKETS_SCHEMA, EXPONENTIAL_SCHEMA } from './native-histogram.ts';
import type { BucketSide, NativeHistogram } from './native-histogram.ts';

/**
 * What makes a histogram one that no storage takes, or `undefined` (E-127, E-196). Source: the checks of Prometheus 3.14,
 * model/histogram, Validate.
 */
export function histogramFault(histogram: NativeHistogram): string | undefined {
  const positive = { spans: histogram.positiveSpans, buckets: histogram.positiveBuckets };
  const negative = { spans: histogram.negativeSpans, buckets: histogram.negativeBuckets };
  const isCustom = histogram.schema === CUSTOM_BUCKETS_SCHEMA;
  return (
    (isCustom ? customFault(histogram) : exponentialFault(histogram)) ??
    sideFault('positive', positive) ??
    sideFault('negative', negative) ??
    countFault(histogram)
  );
}

/** Whether the spans add up to the buckets; counted without looking at either. */
export function spannedBucketCount({ spans }: Pick<BucketSide, 'spans'>): number {
  return spans.reduce((sum, { length }) => sum + length, 0);
}

function exponentialFault({ schema, customValues }: NativeHistogram): string | undefined {
  const { min, max } = EXPONENTIAL_SCHEMA;
  if (!Number.isInteger(schema) || schema < min || schema > max) return `histogram has the schema ${schema}, which is not known`;
  return customValues.length > 0 ? 'histogram with exponential buckets has custom bounds' : undefined;
}

function customFault(histogram: NativeHistogram): string | undefined {
  const { customValues, positiveSpans, zeroCount, zeroThreshold, negativeSpans, negativeBuckets } = histogram;
  if (zeroCount !== 0 || zeroThreshold !== 0) return 'histogram with custom buckets has a zero bucket';
  if (negativeSpans.length > 0 || negativeBuckets.length > 0) return 'histogram with custom buckets has negative buckets';
  let before = -Infinity;
  for (const [index, bound] of customValues.entries()) {
    if (Number.isNaN(bound)) return 'histogram has a custom bound that is not a number';
    if (bound === Infinity || bound === -Infinity) return 'histogram has a custom bound that is not finite';
    if (index > 0 && bound <= before) return 'histogram has custom bounds that do not increase';
    before = bound;
  }
  if ((positiveSpans[0]?.offset ?? 0) < 0) return 'histogram with custom buckets has a span with a negative offset';
  const end = positiveSpans.reduce((sum, { offset, length }) => sum + offset + length, 0);
  return end > customValues.length + 1 ? 'histogram has more custom buckets than bounds' : undefined;
}

function sideFault(name: 'positive' | 'negative', side: BucketSide): string | undefined {
  if (side.spans.some(({ offset }, index) => index > 0 && offset < 0)) return `histogram has a ${name} span with a negative offset`;
  const spanned = spannedBucketCount(side);
  if (spanned !== side.buckets.length) {
    return `${name} side: spans require ${spanned} buckets, have ${side.buckets.length}`;
  }
  return side.buckets.some((count) => count < 0) ? `histogram has a ${name} bucket with a negative count` : undefined;
}

/** Counts of floats are not added up: rounding would refuse what is sound. */
function countFault({ isFloat, count, zeroCount, sum, positiveBuckets, negativeBuckets }: NativeHistogram): string | undefined {
  if (count < 0 || zeroCount < 0) return 'histogram has a negative count';
  if (isFloat) return undefined;
  let observed = zeroCount;
  for (const bucket of positiveBuckets) observed += bucket;
  for (const bucket of negativeBuckets) observed += bucket;
  // Observations that are no number are counted and are in no bucket; then the sum is none either.
  const isBroken = Number.isNaN(sum) ? observed > count : observed !== count;
  return isBroken ? `histogram counts ${count} observations, its buckets ${observed}` : undefined;
}
