import { CUSTOM_BUCKETS_SCHEMA } from '@limpet/model';
import type { BucketSpan, NativeHistogram } from '@limpet/model';
import { WireWriter } from './wire-writer.ts';

/** Fields of `prometheus.Histogram` and `BucketSpan`. Source: remote-write.md section 2. */
const COUNT_INT = 1;
const COUNT_FLOAT = 2;
const SUM = 3;
const SCHEMA = 4;
const ZERO_THRESHOLD = 5;
const ZERO_COUNT_INT = 6;
const ZERO_COUNT_FLOAT = 7;
const NEGATIVE = { spans: 8, deltas: 9, counts: 10 } as const;
const POSITIVE = { spans: 11, deltas: 12, counts: 13 } as const;
const RESET_HINT = 14;
const TIMESTAMP = 15;
const SPAN_OFFSET = 1;
const SPAN_LENGTH = 2;

const RESET_HINTS = { unknown: 0, yes: 1, no: 2, gauge: 3 } as const;
const part = new WireWriter();

/** Whether remote write 1.0 can carry a histogram: not with custom buckets (W-013). */
export function isHistogramForV1(histogram: NativeHistogram): boolean {
  return histogram.schema !== CUSTOM_BUCKETS_SCHEMA;
}

/** Writes the fields of one histogram. The members of a oneof are written even when they are zero (W-010). */
export function writeHistogram(writer: WireWriter, histogram: NativeHistogram, timestampMs: number): void {
  const { isFloat } = histogram;
  if (isFloat) writer.doubleFieldAlways(COUNT_FLOAT, histogram.count, false);
  else writer.uintFieldAlways(COUNT_INT, histogram.count);
  writer.doubleField(SUM, histogram.sum, false);
  writer.sintField(SCHEMA, histogram.schema);
  writer.doubleField(ZERO_THRESHOLD, histogram.zeroThreshold, false);
  if (isFloat) writer.doubleFieldAlways(ZERO_COUNT_FLOAT, histogram.zeroCount, false);
  else writer.uintFieldAlways(ZERO_COUNT_INT, histogram.zeroCount);
  writeSide(writer, NEGATIVE, histogram.negativeSpans, histogram.negativeBuckets, isFloat);
  writeSide(writer, POSITIVE, histogram.positiveSpans, histogram.positiveBuckets, isFloat);
  writer.uintField(RESET_HINT, RESET_HINTS[histogram.resetHint]);
  writer.intField(TIMESTAMP, timestampMs);
}

interface SideFields {
  readonly spans: number;
  readonly deltas: number;
  readonly counts: number;
}

function writeSide(
  writer: WireWriter,
  fields: SideFields,
  spans: readonly BucketSpan[],
  buckets: readonly number[],
  isFloat: boolean,
): void {
  for (const { offset, length } of spans) {
    part.clear();
    part.sintField(SPAN_OFFSET, offset);
    part.uintField(SPAN_LENGTH, length);
    writer.bytesField(fields.spans, part.written);
  }
  if (buckets.length === 0) return;
  part.clear();
  if (isFloat) for (const count of buckets) part.double(count);
  else buckets.forEach((count, index) => part.sint(count - (buckets[index - 1] ?? 0)));
  writer.bytesField(isFloat ? fields.counts : fields.deltas, part.written);
}
