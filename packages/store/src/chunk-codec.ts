import { isStaleMarker, writeValue } from '@limpet/model';
import { decodeHistogramList, encodeHistogramList } from './histogram-list.ts';
import { SampleColumns } from './sample-columns.ts';

/** First byte of a chunk, by whether histograms stand behind its samples; another one is another layout. */
const VERSION = 1;
const VERSION_WITH_HISTOGRAMS = 2;
/** Most bytes of one sample: ten for the time, a control byte and eight for the value. */
const SAMPLE_BYTES_MAX = 19;
const HEAD_BYTES_MAX = 11;

/**
 * Samples of one series as bytes. Times are the change of the change, as zigzag varints: one byte on a steady grid.
 * Values are XORed with the one before; of the eight bytes only those between the zero ones in front and behind are
 * kept, after a control byte `zero bytes in front << 4 | bytes kept`: one byte in all where the value repeats. Behind them
 * stand native histograms, where there are any, as a list.
 */
export function encodeChunk({ count, timestamps, values, stale, histograms }: SampleColumns): Uint8Array {
  const writer = new ChunkWriter(HEAD_BYTES_MAX + count * SAMPLE_BYTES_MAX);
  writer.byte(histograms.size === 0 ? VERSION : VERSION_WITH_HISTOGRAMS);
  writer.varint(count);
  let lastTime = 0;
  let lastStep = 0;
  for (const time of timestamps) {
    const step = time - lastTime;
    writer.varint(zigzag(step - lastStep));
    lastTime = time;
    lastStep = step;
  }
  for (let index = 0; index < count; index++) writer.value(values[index] ?? 0, stale[index] === 1);
  const samples = writer.taken();
  return histograms.size === 0 ? samples : joined(samples, encodeHistogramList(histograms));
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** The samples of a chunk. Throws a `RangeError` on bytes that `encodeChunk` cannot have written. */
export function decodeChunk(bytes: Uint8Array): SampleColumns {
  const reader = new ChunkReader(bytes);
  const version = reader.byte();
  if (version !== VERSION && version !== VERSION_WITH_HISTOGRAMS) throw new RangeError('the chunk is of an unknown layout');
  const count = reader.varint();
  if (count > bytes.length) throw new RangeError('the chunk is shorter than it says');
  const times: number[] = [];
  let lastTime = 0;
  let lastStep = 0;
  for (let index = 0; index < count; index++) {
    lastStep += unzigzag(reader.varint());
    lastTime += lastStep;
    times.push(lastTime);
  }
  const values = times.map(() => reader.value());
  const histograms = version === VERSION ? undefined : decodeHistogramList(reader.rest(), count);
  const samples = new SampleColumns();
  for (const [index, { value, isStale }] of values.entries()) samples.push(times[index] ?? 0, value, isStale, histograms?.get(index));
  return samples;
}

class ChunkWriter {
  readonly #bytes: Uint8Array;
  readonly #last = new Uint8Array(8);
  readonly #next = new DataView(new ArrayBuffer(8));
  readonly #nextBytes = new Uint8Array(this.#next.buffer);
  #end = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
  }

  byte(value: number): void {
    this.#bytes[this.#end++] = value;
  }

  varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 0x80);
    this.byte(rest);
  }

  value(value: number, isStale: boolean): void {
    writeValue(this.#next, 0, value, isStale);
    let front = 0;
    while (front < 8 && this.#changed(front) === 0) front++;
    let end = 8;
    while (end > front && this.#changed(end - 1) === 0) end--;
    this.byte((front << 4) | (end - front));
    for (let index = front; index < end; index++) this.byte(this.#changed(index));
    this.#last.set(this.#nextBytes);
  }

  taken(): Uint8Array {
    return this.#bytes.slice(0, this.#end);
  }

  #changed(index: number): number {
    return (this.#nextBytes[index] ?? 0) ^ (this.#last[index] ?? 0);
  }
}

class ChunkReader {
  readonly #bytes: Uint8Array;
  readonly #view = new DataView(new ArrayBuffer(8));
  readonly #value = new Uint8Array(this.#view.buffer);
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('the chunk ends inside a sample');
    return byte;
  }

  /** What has not been read. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      if (scale > Number.MAX_SAFE_INTEGER) throw new RangeError('the chunk holds a number that is too long');
    }
  }

  value(): { readonly value: number; readonly isStale: boolean } {
    const control = this.byte();
    const front = control >> 4;
    const kept = control & 0x0f;
    if (front + kept > 8) throw new RangeError('the chunk holds a value that is too long');
    for (let index = front; index < front + kept; index++) this.#value[index] = (this.#value[index] ?? 0) ^ this.byte();
    const isStale = isStaleMarker(this.#view, 0);
    return { value: isStale ? 0 : this.#view.getFloat64(0, true), isStale };
  }
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
