import { writeValue } from '@limpet/model';

const FIRST_BYTES = 64 * 1024;
const VARINT_BYTES_MAX = 10;
const DOUBLE_BYTES = 8;
const TWO_32 = 0x1_0000_0000;

/** Wire types of protobuf. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/**
 * Writes protobuf fields into a buffer that is used again and again. Scalars that are zero are left out, as proto3 does, unless the name says otherwise.
 */
export class WireWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  get isEmpty(): boolean {
    return this.#end === 0;
  }

  /** Bytes written since `clear`. */
  get length(): number {
    return this.#end;
  }

  /** What was written: a view, valid until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  clear(): void {
    this.#end = 0;
  }

  /** Appends bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** A length-delimited field: string, bytes, message or packed numbers that are encoded already. */
  bytesField(field: number, bytes: Uint8Array): void {
    this.head(field, bytes.length);
    this.raw(bytes);
  }

  /** Tag and length of a length-delimited field whose `size` bytes follow. */
  head(field: number, size: number): void {
    this.#reserve(2 * VARINT_BYTES_MAX);
    this.#varint((field << 3) | BYTES);
    this.#varint(size);
  }

  /** An unsigned integer below 2^53. */
  uintField(field: number, value: number): void {
    if (value !== 0) this.uintFieldAlways(field, value);
  }

  /** As `uintField`, zero written too: members of a oneof. */
  uintFieldAlways(field: number, value: number): void {
    this.#reserve(2 * VARINT_BYTES_MAX);
    this.#varint((field << 3) | VARINT);
    this.#varint(value);
  }

  /** An `int64`: negative numbers take ten bytes in two's complement. */
  intField(field: number, value: number): void {
    if (value >= 0) this.uintField(field, value);
    else {
      this.#reserve(2 * VARINT_BYTES_MAX);
      this.#varint((field << 3) | VARINT);
      this.#negativeVarint(value);
    }
  }

  /** A `sint32` or `sint64`: small negative numbers stay small. */
  sintField(field: number, value: number): void {
    if (value !== 0) this.uintFieldAlways(field, zigzag(value));
  }

  /** A double; stale markers and NaN by their exact bits (W-030, W-031). Positive zero is left out, negative is not. */
  doubleField(field: number, value: number, isStale: boolean): void {
    if (isStale || !Object.is(value, 0)) this.doubleFieldAlways(field, value, isStale);
  }

  doubleFieldAlways(field: number, value: number, isStale: boolean): void {
    this.#reserve(1 + DOUBLE_BYTES);
    this.#bytes[this.#end++] = (field << 3) | FIXED64;
    writeValue(this.#view, this.#end, value, isStale);
    this.#end += DOUBLE_BYTES;
  }

  /** An unsigned integer without a tag, for packed fields. */
  uint(value: number): void {
    this.#reserve(VARINT_BYTES_MAX);
    this.#varint(value);
  }

  /** A zigzag number without a tag, for packed fields. */
  sint(value: number): void {
    this.#reserve(VARINT_BYTES_MAX);
    this.#varint(zigzag(value));
  }

  /** A double without a tag, for packed fields. */
  double(value: number): void {
    this.#reserve(DOUBLE_BYTES);
    writeValue(this.#view, this.#end, value, false);
    this.#end += DOUBLE_BYTES;
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f_ff_ff_ff; rest = Math.floor(rest / 128)) this.#bytes[this.#end++] = (rest % 128) | 0x80;
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#end++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#end++] = rest;
  }

  #negativeVarint(value: number): void {
    // Two's complement in two halves: the magnitude minus one, every bit flipped.
    const flipped = -value - 1;
    let low = ~(flipped % TWO_32) >>> 0;
    let high = ~Math.floor(flipped / TWO_32) >>> 0;
    for (let index = 0; index < VARINT_BYTES_MAX - 1; index++) {
      this.#bytes[this.#end++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.#bytes[this.#end++] = low & 1;
  }

  #reserve(size: number): void {
    if (this.#end + size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#end + size));
    grown.set(this.written);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** 0, -1, 1, -2 … become 0, 1, 2, 3 …; exact up to 2^52. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
