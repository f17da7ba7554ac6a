import { SAMPLE_FLAGS } from '@limpet/model';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** Samples whose content is not in the column of values: stale markers and histograms. */
export const BARE_FLAGS: number = SAMPLE_FLAGS.stale | SAMPLE_FLAGS.histogram;

/**
 * How one changed value is written: one byte that says how, then the bytes it announces.
 *
 *   0 … 127     previous + unzigzag(code): steps of -64 … 63
 *   128 … 134   previous + unzigzag(an integer of 1 … 7 bytes, little endian)
 *   135         NaN
 *   136 … 199   the bits of previous XOR those of the value: (code - 136) / 8 zero bytes at the low end, then
 *               (code - 136) % 8 + 1 bytes, then zero bytes
 *
 * A value that equals the one before is one bit. After a NaN the value before counts as 0.
 */
const STEP_CODES = 128;
const INTEGER = 127;
const NAN = 135;
const XOR = 136;
const XOR_CODES = 64;
/** No code: the bytes have ended. */
const BEYOND = 256;
/** Integers of a larger magnitude are written by their bits, so that every step is exact. */
const INTEGER_MAX = 2 ** 50;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Which of the two words is the lower one, on this machine. */
const LOW = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;
/** The most bytes that one value takes. */
const VALUE_BYTES_MAX = 9;

/** Columns that one record writes or reads; all of the length `count` at least. */
export interface ValueColumn {
  readonly count: number;
  readonly values: Float64Array;
  /** Where in `previous` the value before is kept, by sample. */
  readonly ids: Uint32Array;
  /** Values before, by id; updated. */
  readonly previous: Float64Array;
  /** Of the samples: those with one of `BARE_FLAGS` have no value here and are left out. */
  readonly flags: Uint8Array;
}

/** Writes a column: a bit for each sample that says whether its value changed, then the changed ones. */
export function writeValues(writer: ByteWriter, column: ValueColumn): void {
  const { count, values, ids, previous, flags } = column;
  const bitmapAt = writer.at;
  const bitmapBytes = (count + 7) >> 3;
  writer.reserve(bitmapBytes + count * VALUE_BYTES_MAX);
  const { bytes } = writer;
  bytes.fill(0, bitmapAt, bitmapAt + bitmapBytes);
  let at = bitmapAt + bitmapBytes;
  for (let index = 0; index < count; index++) {
    const id = ids[index] ?? 0;
    const before = previous[id] ?? 0;
    const value = values[index] ?? 0;
    if (Object.is(value, before) || ((flags[index] ?? 0) & BARE_FLAGS) !== 0) continue;
    bytes[bitmapAt + (index >> 3)] = (bytes[bitmapAt + (index >> 3)] ?? 0) | (1 << (index & 7));
    at = writeValue(bytes, at, value, before);
    previous[id] = Number.isNaN(value) ? 0 : value;
  }
  writer.at = at;
}

function writeValue(bytes: Uint8Array, start: number, value: number, before: number): number {
  let at = start;
  if (isSmallInteger(value) && isSmallInteger(before)) {
    const step = value - before;
    let rest = step < 0 ? -2 * step - 1 : 2 * step;
    if (rest < STEP_CODES) {
      bytes[at++] = rest;
      return at;
    }
    const codeAt = at++;
    for (; rest > 0; rest = Math.floor(rest / 256)) bytes[at++] = rest % 256;
    bytes[codeAt] = INTEGER + (at - codeAt - 1);
    return at;
  }
  if (Number.isNaN(value)) {
    bytes[at++] = NAN;
    return at;
  }
  double[0] = value;
  const low = words[LOW] ?? 0;
  const high = words[HIGH] ?? 0;
  double[0] = before;
  return writeXor(bytes, at, low ^ (words[LOW] ?? 0), high ^ (words[HIGH] ?? 0));
}

function writeXor(bytes: Uint8Array, start: number, low: number, high: number): number {
  let at = start;
  const zerosBelow = low !== 0 ? trailingZeros(low) >> 3 : 4 + (trailingZeros(high) >> 3);
  const zerosAbove = high !== 0 ? Math.clz32(high) >> 3 : 4 + (Math.clz32(low) >> 3);
  const size = 8 - zerosBelow - zerosAbove;
  bytes[at++] = XOR + zerosBelow * 8 + size - 1;
  for (let index = zerosBelow; index < zerosBelow + size; index++) {
    bytes[at++] = index < 4 ? low >>> (index * 8) : high >>> ((index - 4) * 8);
  }
  return at;
}

/** Whether steps from and to a number are exact. A negative zero is written by its bits, or its sign would be lost. */
function isSmallInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= INTEGER_MAX && !Object.is(value, -0);
}

/** Reads a column into `values`; bare samples get 0. */
export function readValues(reader: ByteReader, column: ValueColumn): void {
  const { count, values, ids, previous, flags } = column;
  const bitmap = reader.raw((count + 7) >> 3);
  const bytes = reader.rest;
  let at = 0;
  for (let index = 0; index < count; index++) {
    const id = ids[index] ?? 0;
    if (((bitmap[index >> 3] ?? 0) & (1 << (index & 7))) === 0) {
      values[index] = ((flags[index] ?? 0) & BARE_FLAGS) === 0 ? (previous[id] ?? 0) : 0;
      continue;
    }
    const before = previous[id] ?? 0;
    const code = bytes[at++] ?? BEYOND;
    let value: number;
    if (code < STEP_CODES) value = before + unzigzag(code);
    else if (code < NAN) {
      const size = code - INTEGER;
      value = before + unzigzag(readInteger(bytes, at, size));
      at += size;
    } else if (code === NAN) value = Number.NaN;
    else if (code < XOR + XOR_CODES) {
      value = readXor(bytes, at, code - XOR, before);
      at += ((code - XOR) & 7) + 1;
    } else throw new RangeError(`a value of kind ${code} is not known`);
    values[index] = value;
    previous[id] = Number.isNaN(value) ? 0 : value;
  }
  if (at > bytes.length) throw new RangeError('the record ends too early');
  reader.raw(at);
}

function readInteger(bytes: Uint8Array, start: number, size: number): number {
  let value = 0;
  let scale = 1;
  for (let index = start; index < start + size; index++) {
    value += (bytes[index] ?? 0) * scale;
    scale *= 256;
  }
  return value;
}

function readXor(bytes: Uint8Array, start: number, code: number, before: number): number {
  const zerosBelow = code >> 3;
  const size = (code & 7) + 1;
  if (zerosBelow + size > 8) throw new RangeError('a value has more than eight bytes');
  double[0] = before;
  let low = words[LOW] ?? 0;
  let high = words[HIGH] ?? 0;
  for (let index = 0; index < size; index++) {
    const place = zerosBelow + index;
    const byte = bytes[start + index] ?? 0;
    if (place < 4) low ^= byte << (place * 8);
    else high ^= byte << ((place - 4) * 8);
  }
  words[LOW] = low;
  words[HIGH] = high;
  return double[0];
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Zero bits below the lowest one bit of a word that is not 0. */
function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
