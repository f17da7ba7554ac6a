import { compactHistogram, CUSTOM_BUCKETS_SCHEMA, histogramFault } from '@limpet/model';
import type { NativeHistogram } from '@limpet/model';

interface Bucket {
  readonly bound: number;
  /** Observations up to the bound. */
  readonly count: number;
}

/** What a classic histogram became, or why it cannot become a native one. */
export type ConvertedHistogram = { readonly histogram: NativeHistogram } | { readonly fault: string };

/** Empty buckets in a row that stay in an integer histogram, because a zero costs less than a span. */
const EMPTY_INTEGER_BUCKETS_MAX = 2;

/**
 * A classic histogram in the making, part by part in any order, to become a native one with custom buckets. Source:
 * Prometheus 3.14, util/convertnhcb, by the rules E-193 … E-196.
 */
export class ClassicHistogram {
  /** In the order given, each bound as often as it came. */
  readonly #buckets: Bucket[] = [];
  #isAscending = true;
  #count: number | undefined;
  #sum = 0;
  #fault: string | undefined;

  /** A bucket as exposed; of equal bounds the first one counts. */
  setBucket(bound: number, count: number): void {
    this.#fault ??= bucketFault(bound, count);
    const before = this.#buckets.at(-1);
    if (before !== undefined && !(before.bound < bound)) this.#isAscending = false;
    this.#buckets.push({ bound, count });
  }

  setCount(count: number): void {
    if (count < 0) this.#fault ??= 'negative count';
    this.#count = count;
  }

  setSum(sum: number): void {
    this.#sum = sum;
  }

  convert(): ConvertedHistogram {
    if (this.#fault !== undefined) return { fault: this.#fault };
    const buckets = this.#isAscending ? [...this.#buckets] : ascending(this.#buckets);
    const isCumulative = buckets.every(({ count }, index) => !(count < (buckets[index - 1]?.count ?? 0)));
    if (!isCumulative) return { fault: 'bucket counts are not cumulative' };
    const count = this.#count ?? buckets.at(-1)?.count ?? 0;
    if (buckets.at(-1)?.bound !== Infinity) buckets.push({ bound: Infinity, count });
    if (buckets.at(-1)?.count !== count) return { fault: 'count and highest bucket differ' };
    const histogram = nativeOf(buckets, count, this.#sum);
    const fault = histogramFault(histogram);
    return fault === undefined ? { histogram } : { fault };
  }
}

/** The buckets by ascending bound, each bound once. */
function ascending(buckets: readonly Bucket[]): Bucket[] {
  const sorted = buckets.toSorted((left, right) => (left.bound < right.bound ? -1 : left.bound > right.bound ? 1 : 0));
  return sorted.filter(({ bound }, index) => index === 0 || bound !== sorted[index - 1]?.bound);
}

function nativeOf(buckets: readonly Bucket[], count: number, sum: number): NativeHistogram {
  const isFloat = !Number.isSafeInteger(count) || buckets.some((bucket) => !Number.isSafeInteger(bucket.count));
  const histogram: NativeHistogram = {
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    count,
    sum,
    positiveSpans: [{ offset: 0, length: buckets.length }],
    positiveBuckets: buckets.map((bucket, index) => bucket.count - (buckets[index - 1]?.count ?? 0)),
    negativeSpans: [],
    negativeBuckets: [],
    customValues: buckets.slice(0, -1).map(({ bound }) => bound),
    resetHint: 'unknown',
    isFloat,
  };
  return compactHistogram(histogram, isFloat ? 0 : EMPTY_INTEGER_BUCKETS_MAX);
}

function bucketFault(bound: number, count: number): string | undefined {
  if (Number.isNaN(bound)) return 'bucket bound is not a number';
  return count < 0 ? 'negative bucket count' : undefined;
}
