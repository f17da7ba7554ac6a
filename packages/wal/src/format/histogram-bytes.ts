import type { BucketSpan, NativeHistogram } from '@limpet/model';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

const RESET_HINTS = ['unknown', 'gauge', 'no', 'yes'] as const;
const IS_FLOAT = 4;
const HINT_BITS = 3;

/**
 * A native histogram: a byte of flags (reset hint, 4 for floats), schema, four doubles, spans of both sides, then counts:
 * of float histograms as doubles, of integer ones as steps from bucket to bucket; custom values as doubles.
 */
export function writeHistogram(writer: ByteWriter, histogram: NativeHistogram): void {
  const { isFloat, resetHint } = histogram;
  writer.byte(RESET_HINTS.indexOf(resetHint) | (isFloat ? IS_FLOAT : 0));
  writer.varint(histogram.schema);
  writer.double(histogram.zeroThreshold);
  writer.double(histogram.zeroCount);
  writer.double(histogram.count);
  writer.double(histogram.sum);
  writeSide(writer, histogram.positiveSpans, histogram.positiveBuckets, isFloat);
  writeSide(writer, histogram.negativeSpans, histogram.negativeBuckets, isFloat);
  writer.uvarint(histogram.customValues.length);
  for (const value of histogram.customValues) writer.double(value);
}

export function readHistogram(reader: ByteReader): NativeHistogram {
  const flags = reader.byte();
  const isFloat = (flags & IS_FLOAT) !== 0;
  const schema = reader.varint();
  const zeroThreshold = reader.double();
  const zeroCount = reader.double();
  const count = reader.double();
  const sum = reader.double();
  const positive = readSide(reader, isFloat);
  const negative = readSide(reader, isFloat);
  const customValues = Array.from({ length: reader.count(8) }, () => reader.double());
  return {
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    positiveSpans: positive.spans,
    positiveBuckets: positive.buckets,
    negativeSpans: negative.spans,
    negativeBuckets: negative.buckets,
    customValues,
    resetHint: RESET_HINTS[flags & HINT_BITS] ?? 'unknown',
    isFloat,
  };
}

function writeSide(writer: ByteWriter, spans: readonly BucketSpan[], buckets: readonly number[], isFloat: boolean): void {
  writer.uvarint(spans.length);
  for (const { offset, length } of spans) {
    writer.varint(offset);
    writer.uvarint(length);
  }
  writer.uvarint(buckets.length);
  let before = 0;
  for (const count of buckets) {
    if (isFloat) writer.double(count);
    else writer.varint(count - before);
    before = count;
  }
}

function readSide(reader: ByteReader, isFloat: boolean): { readonly spans: BucketSpan[]; readonly buckets: number[] } {
  const spans = Array.from({ length: reader.count(2) }, () => ({ offset: reader.varint(), length: reader.uvarint() }));
  let before = 0;
  const buckets = Array.from({ length: reader.count(isFloat ? 8 : 1) }, () => {
    before = isFloat ? reader.double() : before + reader.varint();
    return before;
  });
  return { spans, buckets };
}
