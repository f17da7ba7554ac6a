import { eachBucket } from './histogram-buckets.ts';
import { CUSTOM_BUCKETS_SCHEMA } from './native-histogram.ts';
import type { BucketSide, NativeHistogram } from './native-histogram.ts';

/** One bucket that holds something, with its bounds. */
export interface BoundedBucket {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  /** Which of its bounds belong to it. */
  readonly closed: 'upper' | 'lower' | 'both';
}

const DIGITS = 6;

/** The buckets that hold something, by ascending bounds. */
export function boundedBuckets(histogram: NativeHistogram): readonly BoundedBucket[] {
  const { positiveSpans, positiveBuckets, negativeSpans, negativeBuckets, zeroCount, zeroThreshold } = histogram;
  const negative = side(histogram, { spans: negativeSpans, buckets: negativeBuckets }).map(({ lower, upper, count }): BoundedBucket => ({
    lower: -upper,
    upper: -lower,
    count,
    closed: 'lower',
  }));
  const zero: readonly BoundedBucket[] =
    zeroCount === 0 ? [] : [{ lower: -zeroThreshold, upper: zeroThreshold, count: zeroCount, closed: 'both' }];
  return [...negative.reverse(), ...zero, ...side(histogram, { spans: positiveSpans, buckets: positiveBuckets })];
}

/** A histogram for people: `{count:4, sum:5.5, (1,2]:3, (2,4]:1}`. */
export function histogramText(histogram: NativeHistogram): string {
  const buckets = boundedBuckets(histogram).map(({ lower, upper, count, closed }) => {
    const open = closed === 'upper' ? '(' : '[';
    const close = closed === 'lower' ? ')' : ']';
    return `${open}${bound(lower)},${bound(upper)}${close}:${count}`;
  });
  return `{${[`count:${histogram.count}`, `sum:${histogram.sum}`, ...buckets].join(', ')}}`;
}

function side({ schema, customValues }: NativeHistogram, buckets: BucketSide): BoundedBucket[] {
  const upperBound = (index: number): number =>
    schema === CUSTOM_BUCKETS_SCHEMA ? (index < 0 ? -Infinity : (customValues[index] ?? Infinity)) : 2 ** (index * 2 ** -schema);
  const found: BoundedBucket[] = [];
  eachBucket(buckets, (index, count) => {
    if (count !== 0) found.push({ lower: upperBound(index - 1), upper: upperBound(index), count, closed: 'upper' });
  });
  return found;
}

function bound(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(DIGITS))) : value > 0 ? '+Inf' : '-Inf';
}
