/** Memory that is kept for bodies to come, bytes. 4 MiB: the bodies of some forty scrapes at once. */
export const SPARE_BYTES_MAX: number = 4 * 1024 * 1024;
/** Shorter memory is cheap to make anew; Node cuts it from pools of its own. 16 KiB. */
const SPARE_BYTES_MIN = 16 * 1024;

/**
 * Memory of bodies that nobody reads any more, for the next ones: making 100 KB costs more than filling it, in page faults
 * and for the garbage collector. What is taken holds the bytes of another body until it is overwritten.
 */
export class SpareMemory {
  readonly #spare: Buffer[] = [];
  #bytes = 0;

  /** Bytes kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Memory of at least so many bytes, and at most a quarter more: all of it counts as held. */
  take(bytes: number): Buffer {
    for (let index = this.#spare.length - 1; index >= 0; index--) {
      const memory = this.#spare[index];
      if (memory === undefined || memory.byteLength < bytes || memory.byteLength > bytes + bytes / 4) continue;
      this.#spare.splice(index, 1);
      this.#bytes -= memory.byteLength;
      return memory;
    }
    return Buffer.allocUnsafe(bytes);
  }

  /** Gives memory back. Whoever does so, and whoever has had a view of it, reads it no more. */
  give(memory: Buffer): void {
    const { byteLength, buffer } = memory;
    if (byteLength < SPARE_BYTES_MIN || buffer.byteLength !== byteLength) return;
    if (this.#bytes + byteLength > SPARE_BYTES_MAX) return;
    this.#spare.push(memory);
    this.#bytes += byteLength;
  }
}
