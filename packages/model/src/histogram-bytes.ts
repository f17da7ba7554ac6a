import { CUSTOM_BUCKETS_SCHEMA } from './native-histogram.ts';
import type { BucketSide, NativeHistogram } from './native-histogram.ts';
import { writeValue } from './stale.ts';

/** Layout in the high half of the first byte; a later one may differ. */
const VERSION = 1;
const IS_FLOAT = 1;
const RESET_HINTS = ['unknown', 'yes', 'no', 'gauge'] as const;
/** Most bytes of a number: a double takes eight, a varint of 64 bits ten. */
const NUMBER_BYTES_MAX = 10;

/**
 * A native histogram as bytes of its own, for files: a byte of version, reset hint and flavour, then schema, zero
 * threshold, sum, counts, bounds and sides. Integer buckets are differences, as zigzag varints: one or two bytes each.
 */
export function encodeHistogram(histogram: NativeHistogram): Uint8Array {
  const { positiveSpans, positiveBuckets, negativeSpans, negativeBuckets, customValues, isFloat } = histogram;
  const numbers =
    10 + customValues.length + positiveBuckets.length + negativeBuckets.length + 2 * (positiveSpans.length + negativeSpans.length);
  const writer = new HistogramWriter(numbers * NUMBER_BYTES_MAX);
  writer.byte((VERSION << 4) | (RESET_HINTS.indexOf(histogram.resetHint) << 1) | (isFloat ? IS_FLOAT : 0));
  writer.signed(histogram.schema);
  writer.double(histogram.zeroThreshold);
  writer.double(histogram.sum);
  writer.count(histogram.count, isFloat);
  writer.count(histogram.zeroCount, isFloat);
  if (histogram.schema === CUSTOM_BUCKETS_SCHEMA) {
    writer.unsigned(customValues.length);
    for (const bound of customValues) writer.double(bound);
  }
  writer.side({ spans: positiveSpans, buckets: positiveBuckets }, isFloat);
  writer.side({ spans: negativeSpans, buckets: negativeBuckets }, isFloat);
  return writer.taken();
}

/** The histogram of some bytes. Throws a `RangeError` on bytes that `encodeHistogram` cannot have written. */
export function decodeHistogram(bytes: Uint8Array): NativeHistogram {
  const reader = new HistogramReader(bytes);
  const head = reader.byte();
  const resetHint = RESET_HINTS[(head >> 1) & 7];
  if (head >> 4 !== VERSION || resetHint === undefined) throw new RangeError('the histogram is of an unknown layout');
  const isFloat = (head & IS_FLOAT) !== 0;
  const schema = reader.signed();
  const zeroThreshold = reader.double();
  const sum = reader.double();
  const count = reader.count(isFloat);
  const zeroCount = reader.count(isFloat);
  const customValues = schema === CUSTOM_BUCKETS_SCHEMA ? reader.list(() => reader.double()) : [];
  const positive = reader.side(isFloat);
  const negative = reader.side(isFloat);
  if (!reader.isAtEnd) throw new RangeError('the histogram is longer than it says');
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
    resetHint,
    isFloat,
  };
}

class HistogramWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #end = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  byte(value: number): void {
    this.#bytes[this.#end++] = value;
  }

  unsigned(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 0x80);
    this.byte(rest);
  }

  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  double(value: number): void {
    writeValue(this.#view, this.#end, value, false);
    this.#end += 8;
  }

  count(value: number, isFloat: boolean): void {
    if (isFloat) this.double(value);
    else this.unsigned(value);
  }

  side({ spans, buckets }: BucketSide, isFloat: boolean): void {
    this.unsigned(spans.length);
    for (const { offset, length } of spans) {
      this.signed(offset);
      this.unsigned(length);
    }
    this.unsigned(buckets.length);
    buckets.forEach((count, index) => (isFloat ? this.double(count) : this.signed(count - (buckets[index - 1] ?? 0))));
  }

  taken(): Uint8Array {
    return this.#bytes.slice(0, this.#end);
  }
}

class HistogramReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('the histogram ends too early');
    return byte;
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      if (scale > Number.MAX_SAFE_INTEGER) throw new RangeError('the histogram holds a number that is too long');
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    if (this.#at + 8 > this.#bytes.length) throw new RangeError('the histogram ends too early');
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  count(isFloat: boolean): number {
    return isFloat ? this.double() : this.unsigned();
  }

  list<Item>(read: () => Item): Item[] {
    const length = this.unsigned();
    if (length > this.#bytes.length) throw new RangeError('the histogram is shorter than it says');
    return Array.from({ length }, read);
  }

  side(isFloat: boolean): BucketSide {
    const spans = this.list(() => ({ offset: this.signed(), length: this.unsigned() }));
    let before = 0;
    const buckets = this.list(() => (isFloat ? this.double() : (before += this.signed())));
    return { spans, buckets };
  }
}
