const FIRST_BYTES = 64 * 1024;
const VARINT_BYTES_MAX = 10;
const encoder = new TextEncoder();

/** Writes numbers and texts into a buffer that is used again and again. Integers are below 2^53. */
export class ByteWriter {
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  /** Where the next byte goes, so the number of bytes written. */
  at = 0;
  #view = new DataView(this.bytes.buffer);

  /** What was written: a view, valid until the next write. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  clear(): void {
    this.at = 0;
  }

  /** Makes room for so many bytes behind `at`. */
  reserve(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + size));
    grown.set(this.written);
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  /** An unsigned integer, seven bits a byte. */
  uvarint(value: number): void {
    this.reserve(VARINT_BYTES_MAX);
    let rest = value;
    for (; rest > 0x7f_ff_ff_ff; rest = Math.floor(rest / 128)) this.bytes[this.at++] = (rest % 128) | 0x80;
    for (; rest > 0x7f; rest >>>= 7) this.bytes[this.at++] = (rest & 0x7f) | 0x80;
    this.bytes[this.at++] = rest;
  }

  /** A signed integer, small ones short; its magnitude is below 2^52. */
  varint(value: number): void {
    this.uvarint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** The eight bytes of a double; every NaN as one and the same. */
  double(value: number): void {
    this.reserve(8);
    this.#view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Bytes with their number in front. */
  block(bytes: Uint8Array): void {
    this.uvarint(bytes.length);
    this.raw(bytes);
  }

  /** UTF-8 with its length in front. */
  text(text: string): void {
    this.block(encoder.encode(text));
  }
}
