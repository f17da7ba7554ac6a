import { CUSTOM_BUCKETS_SCHEMA } from './native-histogram.ts';
import type { BucketSide, BucketSpan, NativeHistogram } from './native-histogram.ts';

/**
 * The same buckets written as short as they can be: empty ones at the edges of spans go, runs of up to `emptyCountMax`
 * empty ones in between stay or are filled in, so that fewer spans are needed (E-180, E-195). The spans must add up to the
 * buckets. Source: the behaviour of Prometheus 3.14, model/histogram, compactBuckets.
 */
export function compactBuckets(side: BucketSide, emptyCountMax: number): BucketSide {
  const builder = new SideBuilder(emptyCountMax);
  eachBucket(side, (index, count) => {
    if (count !== 0) builder.add(index, count);
  });
  return builder.side;
}

/** A histogram with both sides compacted. */
export function compactHistogram(histogram: NativeHistogram, emptyCountMax: number): NativeHistogram {
  return withSides(histogram, (side) => compactBuckets(side, emptyCountMax));
}

/**
 * An exponential histogram with the coarser `schema`: each bucket goes into the one that covers it, so counts and sum stay
 * what they are (S-126, S-127).
 */
export function reduceResolution(histogram: NativeHistogram, schema: number): NativeHistogram {
  if (histogram.schema === CUSTOM_BUCKETS_SCHEMA || schema > histogram.schema) {
    throw new RangeError(`schema ${histogram.schema} cannot be reduced to ${schema}`);
  }
  const factor = 2 ** (histogram.schema - schema);
  return { ...withSides(histogram, (side) => mergeBuckets(side, factor)), schema };
}

/** Calls `visit` with each bucket and its index; index 1 has the lower bound 1 in every exponential schema. */
export function eachBucket({ spans, buckets }: BucketSide, visit: (index: number, count: number) => void): void {
  let index = 0;
  let at = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let n = 0; n < length; n++) visit(index++, buckets[at++] ?? 0);
  }
}

function mergeBuckets(side: BucketSide, factor: number): BucketSide {
  const builder = new SideBuilder(0);
  let target = NaN;
  let sum = 0;
  eachBucket(side, (index, count) => {
    const next = Math.ceil(index / factor) + 0; // + 0: no negative zero
    if (next === target) {
      sum += count;
      return;
    }
    if (sum !== 0) builder.add(target, sum);
    target = next;
    sum = count;
  });
  if (sum !== 0) builder.add(target, sum);
  return builder.side;
}

function withSides(histogram: NativeHistogram, change: (side: BucketSide) => BucketSide): NativeHistogram {
  const positive = change({ spans: histogram.positiveSpans, buckets: histogram.positiveBuckets });
  const negative = change({ spans: histogram.negativeSpans, buckets: histogram.negativeBuckets });
  return {
    ...histogram,
    positiveSpans: positive.spans,
    positiveBuckets: positive.buckets,
    negativeSpans: negative.spans,
    negativeBuckets: negative.buckets,
  };
}

/** Builds one side from buckets in ascending order of their indexes. */
class SideBuilder {
  readonly #emptyCountMax: number;
  readonly #spans: { offset: number; length: number }[] = [];
  readonly #buckets: number[] = [];
  /** Index behind the last bucket. */
  #end = 0;

  constructor(emptyCountMax: number) {
    this.#emptyCountMax = emptyCountMax;
  }

  get side(): { readonly spans: readonly BucketSpan[]; readonly buckets: readonly number[] } {
    return { spans: this.#spans, buckets: this.#buckets };
  }

  add(index: number, count: number): void {
    const gap = index - this.#end;
    const last = this.#spans.at(-1);
    if (last === undefined || gap > this.#emptyCountMax) this.#spans.push({ offset: gap, length: 1 });
    else {
      for (let empty = 0; empty < gap; empty++) this.#buckets.push(0);
      last.length += gap + 1;
    }
    this.#buckets.push(count);
    this.#end = index + 1;
  }
}
