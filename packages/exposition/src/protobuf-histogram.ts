import { compactHistogram, spannedBucketCount } from '@limpet/model';
import type { Exemplar, NativeHistogram } from '@limpet/model';
import { ClassicHistogram } from './classic-histogram.ts';
import type { ConvertedHistogram } from './classic-histogram.ts';
import type { HistogramMessage, SideMessage } from './protobuf-messages.ts';

/** Whether a histogram has a native part; a span that does nothing says so of an empty one (E-177). */
export function isNative({ positive, negative, zeroThreshold, zeroCount }: HistogramMessage): boolean {
  return positive.spans.length > 0 || negative.spans.length > 0 || zeroThreshold > 0 || zeroCount > 0;
}

/** The native part of a histogram, compacted, or why there is none (E-178 … E-180). */
export function nativeHistogram(message: HistogramMessage, isGauge: boolean): ConvertedHistogram {
  const isFloat = message.countFloat > 0 || message.zeroCountFloat > 0;
  const fault = sideFault('positive', message.positive, isFloat) ?? sideFault('negative', message.negative, isFloat);
  if (fault !== undefined) return { fault };
  const histogram: NativeHistogram = {
    schema: message.schema,
    zeroThreshold: message.zeroThreshold,
    zeroCount: isFloat ? message.zeroCountFloat : message.zeroCount,
    count: isFloat ? message.countFloat : message.count,
    sum: message.sum,
    positiveSpans: message.positive.spans,
    positiveBuckets: absoluteCounts(message.positive, isFloat),
    negativeSpans: message.negative.spans,
    negativeBuckets: absoluteCounts(message.negative, isFloat),
    customValues: [],
    resetHint: isGauge ? 'gauge' : 'unknown',
    isFloat,
  };
  return { histogram: compactHistogram(histogram, 0) };
}

/** The classic part of a histogram as a native one with custom buckets (E-190 … E-196). */
export function convertedHistogram(message: HistogramMessage, isGauge: boolean): ConvertedHistogram {
  const classic = new ClassicHistogram();
  for (const { upperBound, cumulativeCount, cumulativeCountFloat } of message.buckets) {
    classic.setBucket(upperBound, eitherCount(cumulativeCount, cumulativeCountFloat));
  }
  classic.setCount(eitherCount(message.count, message.countFloat));
  classic.setSum(message.sum);
  const converted = classic.convert();
  return 'histogram' in converted && isGauge ? { histogram: { ...converted.histogram, resetHint: 'gauge' } } : converted;
}

/** A count as integer or, where that is set, as float (E-176). */
export function eitherCount(integer: number, float: number): number {
  return float === 0 ? integer : float;
}

/** Exemplars of a histogram as a whole: its own, or else those of its buckets (E-182). */
export function histogramExemplars({ exemplars, buckets }: HistogramMessage): readonly Exemplar[] {
  const found = exemplars.length > 0 ? exemplars : bucketExemplars(buckets);
  return found.filter(({ timestampMs }) => timestampMs !== undefined);
}

function bucketExemplars(buckets: HistogramMessage['buckets']): readonly Exemplar[] {
  return buckets.flatMap(({ exemplar }) => exemplar ?? []);
}

function sideFault(name: 'positive' | 'negative', { spans, deltas, counts }: SideMessage, isFloat: boolean): string | undefined {
  const spanned = spannedBucketCount({ spans });
  const given = (isFloat ? counts : deltas).length;
  return spanned === given ? undefined : `${name} side: spans require ${spanned} buckets, have ${given}`;
}

function absoluteCounts({ deltas, counts }: SideMessage, isFloat: boolean): readonly number[] {
  if (isFloat) return counts;
  let count = 0;
  return deltas.map((delta) => (count += delta));
}
