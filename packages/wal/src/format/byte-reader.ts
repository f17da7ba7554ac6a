const decoder = new TextDecoder();
const EMPTY = new Uint8Array();

/** Reads what `ByteWriter` wrote. Throws a `RangeError` where the bytes end too early or say what cannot be. */
export class ByteReader {
  #bytes: Uint8Array = EMPTY;
  #view: DataView = new DataView(EMPTY.buffer);
  #at = 0;

  /** Reads these bytes from their start on. */
  open(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = 0;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Where the next byte comes from. */
  get at(): number {
    return this.#at;
  }

  /** What is left, as a view; `raw` steps over what was taken of it. */
  get rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError('the record ends too early');
    return value;
  }

  uvarint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 8; count++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new RangeError('a number in the record is too long');
  }

  varint(): number {
    const value = this.uvarint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  /** A view of the next bytes, valid as long as what `open` was given. */
  raw(size: number): Uint8Array {
    this.#need(size);
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  /** Bytes with their number in front: a view. */
  block(): Uint8Array {
    return this.raw(this.uvarint());
  }

  text(): string {
    return decoder.decode(this.block());
  }

  /** A number of things that take at least so many bytes each: more than can be there are refused before they are made. */
  count(bytesEach = 1): number {
    const value = this.uvarint();
    if (value * bytesEach > this.left) throw new RangeError('the record says more than it holds');
    return value;
  }

  #need(size: number): void {
    if (size > this.left) throw new RangeError('the record ends too early');
  }
}
