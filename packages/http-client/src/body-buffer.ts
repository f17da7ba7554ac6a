const FIRST_BYTES = 16 * 1024;
/** What a `Content-Length` is believed at once; a longer body grows as it comes. */
const TRUSTED_BYTES_MAX = 1024 * 1024;

/** Collects the chunks of one body in one buffer, copying each: chunks may be views of a buffer that is read into again. */
export class BodyBuffer {
  #bytes: Buffer;
  #length = 0;

  /** `expectedBytes`: a length announced or seen before, 0 = not known. */
  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(expectedBytes > 0 ? Math.min(expectedBytes, TRUSTED_BYTES_MAX) : FIRST_BYTES);
  }

  get length(): number {
    return this.#length;
  }

  append(chunk: Uint8Array): void {
    const length = this.#length + chunk.byteLength;
    if (length > this.#bytes.byteLength) this.#grow(length);
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }

  /** The bytes so far. A buffer much too large is left behind, so that a small body does not hold on to it. */
  take(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#length);
    return this.#bytes.byteLength > 2 * this.#length + FIRST_BYTES ? Buffer.from(bytes) : bytes;
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.byteLength));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
