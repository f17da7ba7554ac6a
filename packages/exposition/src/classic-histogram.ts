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
  /** By bound, ascending, each bound once. */
  readonly #buckets: Bucket[] = [];
  #count: number | undefined;
  #sum = 0;
  #fault: string | undefined;

  /** A bucket as exposed; of equal bounds the first one counts. */
  setBucket(bound: number, count: number): void {
    this.#fault ??= bucketFault(bound, count);
    if (this.#fault !== undefined) return;
    const at = this.#placeOf(bound);
    if (this.#buckets[at]?.bound === bound) return;
    const isCumulative = !(count < (this.#buckets[at - 1]?.count ?? 0)) && !(count > (this.#buckets[at]?.count ?? Infinity));
    if (isCumulative) this.#buckets.splice(at, 0, { bound, count });
    else this.#fault = 'bucket counts are not cumulative';
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
    const buckets = [...this.#buckets];
    const count = this.#count ?? buckets.at(-1)?.count ?? 0;
    if (buckets.at(-1)?.bound !== Infinity) buckets.push({ bound: Infinity, count });
    if (buckets.at(-1)?.count !== count) return { fault: 'count and highest bucket differ' };
    const isFloat = !Number.isSafeInteger(count) || buckets.some((bucket) => !Number.isSafeInteger(bucket.count));
    const histogram = compactHistogram(
      {
        schema: CUSTOM_BUCKETS_SCHEMA,
        zeroThreshold: 0,
        zeroCount: 0,
        count,
        sum: this.#sum,
        positiveSpans: [{ offset: 0, length: buckets.length }],
        positiveBuckets: buckets.map((bucket, index) => bucket.count - (buckets[index - 1]?.count ?? 0)),
        negativeSpans: [],
        negativeBuckets: [],
        customValues: buckets.slice(0, -1).map(({ bound }) => bound),
        resetHint: 'unknown',
        isFloat,
      },
      isFloat ? 0 : EMPTY_INTEGER_BUCKETS_MAX,
    );
    const fault = histogramFault(histogram);
    return fault === undefined ? { histogram } : { fault };
  }

  /** Index of the first bucket whose bound is not below; exporters write them in order, so the end is looked at first. */
  #placeOf(bound: number): number {
    const buckets = this.#buckets;
    if (!((buckets.at(-1)?.bound ?? -Infinity) >= bound)) return buckets.length;
    let low = 0;
    let high = buckets.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((buckets[middle]?.bound ?? 0) < bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function bucketFault(bound: number, count: number): string | undefined {
  if (Number.isNaN(bound)) return 'bucket bound is not a number';
  return count < 0 ? 'negative bucket count' : undefined;
}
