import type { BodyBudget } from './body-budget.ts';
import { SMALL_BODY_BYTES_MAX } from './limits.ts';

const FIRST_BYTES = 16 * 1024;
/** A large body grows by this much at a time. 1 MiB. */
const GROWTH_BYTES_MAX = 1024 * 1024;
const NO_BYTES: Buffer = Buffer.alloc(0);

/**
 * Collects the chunks of one body, copying each: chunks may be views of a buffer that is read into again. What it holds
 * is taken from a budget, and stays taken until `free`.
 *
 * A body of more than `SMALL_BODY_BYTES_MAX` moves into memory that grows in place and is handed back to the system at
 * once: endless bodies would otherwise leave a trail of halves and quarters for the garbage collector.
 */
export class BodyBuffer {
  readonly #budget: BodyBudget;
  readonly #expectedBytes: number;
  /** Capacity that a growing body never needs more of. */
  readonly #bytesMax: number;
  #bytes: Uint8Array = NO_BYTES;
  #length = 0;
  #heldBytes = 0;
  #growable: ArrayBuffer | undefined;
  /** A large body that was taken, alone in its memory. */
  #taken: Buffer | undefined;
  /** The memory of a small body, which may be used again once nobody reads it. */
  #reusable: Buffer | undefined;

  /** `expectedBytes`: a length announced or seen before, 0 = not known. It is believed up to a small body. */
  constructor(budget: BodyBudget, { expectedBytes, bytesMax }: { readonly expectedBytes: number; readonly bytesMax: number }) {
    this.#budget = budget;
    this.#expectedBytes = Math.min(expectedBytes > 0 ? expectedBytes : FIRST_BYTES, SMALL_BODY_BYTES_MAX);
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#length;
  }

  /** Appends a chunk. Returns false where the budget has no room for it: then the body is lost. */
  append(chunk: Uint8Array): boolean {
    const length = this.#length + chunk.byteLength;
    if (length > this.#bytes.byteLength && !this.#grow(length)) return false;
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
    return true;
  }

  /** The bytes so far, in memory of their own; nothing is appended from now on. A small body is not left in a large buffer. */
  take(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#length);
    const isTight = this.#growable === undefined && this.#bytes.byteLength <= 2 * this.#length + FIRST_BYTES;
    if (isTight) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isLarge = this.#length > SMALL_BODY_BYTES_MAX;
    // of exact length: what is left in a much longer buffer would be held for nothing
    const taken = isLarge ? Buffer.allocUnsafeSlow(this.#length) : Buffer.allocUnsafe(this.#length);
    taken.set(bytes);
    if (isLarge) this.#taken = taken;
    this.#recycle();
    this.#dropMemory();
    this.#hold(taken.byteLength);
    return taken;
  }

  /**
   * Holds other bytes from now on, which already have memory of their own; `memory`: it is this, and may be used again.
   * What was taken before is read no more. Returns false where the budget has no room.
   */
  replaceBy(bytes: Uint8Array, memory?: Buffer): boolean {
    const heldBytes = memory?.byteLength ?? bytes.byteLength;
    const more = heldBytes - this.#heldBytes;
    if (more > 0 && !this.#budget.take(more, this.#heldBytes)) return false;
    this.#recycle();
    this.#dropMemory();
    this.#reusable = memory;
    this.#hold(heldBytes);
    return true;
  }

  /** Gives everything back to the budget. What was taken stays valid. Idempotent. */
  free(): void {
    this.#dropMemory();
    this.#hold(0);
    this.#taken = undefined;
    this.#reusable = undefined;
  }

  /**
   * Frees, and gives the memory of what was taken away: a large body is empty from now on, a small one will be overwritten.
   * Idempotent.
   */
  dispose(): void {
    const memory = this.#taken?.buffer;
    if (memory instanceof ArrayBuffer) memory.transfer(0);
    this.#recycle();
    this.free();
  }

  #grow(length: number): boolean {
    try {
      const wanted = this.#capacityFor(length);
      const isSmall = this.#growable === undefined && wanted <= SMALL_BODY_BYTES_MAX;
      const memory = isSmall ? this.#budget.spare.take(wanted) : undefined;
      const capacity = memory?.byteLength ?? wanted;
      if (!this.#budget.take(capacity - this.#heldBytes, this.#heldBytes)) {
        if (memory !== undefined) this.#budget.spare.give(memory);
        return false;
      }
      this.#hold(capacity);
      this.#moveTo(capacity, memory);
      return true;
    } catch {
      return false; // the system has no memory left, whatever the budget says
    }
  }

  /** Doubles while small, then grows by steps: memory that grows in place need not be ahead of its body. */
  #capacityFor(length: number): number {
    const wanted = this.#length === 0 ? this.#expectedBytes : this.#bytes.byteLength + Math.min(this.#bytes.byteLength, GROWTH_BYTES_MAX);
    return Math.max(length, Math.min(wanted, this.#bytesMax));
  }

  #moveTo(capacity: number, memory: Buffer | undefined): void {
    if (this.#growable !== undefined) return this.#growable.resize(capacity);
    if (memory === undefined) this.#growable = new ArrayBuffer(capacity, { maxByteLength: Math.max(capacity, this.#bytesMax) });
    const grown = this.#growable === undefined ? (memory ?? NO_BYTES) : new Uint8Array(this.#growable);
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#recycle();
    this.#reusable = memory;
    this.#bytes = grown;
  }

  /** Nobody reads this memory any more. */
  #recycle(): void {
    if (this.#reusable !== undefined) this.#budget.spare.give(this.#reusable);
    this.#reusable = undefined;
  }

  #dropMemory(): void {
    this.#growable?.resize(0);
    this.#growable = undefined;
    this.#bytes = NO_BYTES;
  }

  /** Notes what is held; what is less than before goes back to the budget. */
  #hold(bytes: number): void {
    if (bytes < this.#heldBytes) this.#budget.give(this.#heldBytes - bytes);
    this.#heldBytes = bytes;
  }
}
