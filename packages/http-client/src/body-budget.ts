import { BODIES_BYTES_MAX, SMALL_BODY_BYTES_MAX } from './limits.ts';
import { SpareMemory } from './spare-memory.ts';

/** Bounds of a `BodyBudget`, each with a default. */
export interface BodyBudgetOptions {
  /** Bytes that all bodies may hold together. `BODIES_BYTES_MAX` by default. */
  readonly totalBytesMax?: number;
  /** Bytes of one body whose request has no limit of its own. Half of the total by default: there is never more for it. */
  readonly bodyBytesMax?: number;
}

/**
 * The memory that bodies in flight may hold together, over all clients that share it: bodies being received, being
 * inflated, and waiting for whoever asked to be told of them. Half of it is kept for small bodies, so that a few
 * endless ones never take the room of ordinary scrapes.
 */
export class BodyBudget {
  readonly totalBytesMax: number;
  readonly bodyBytesMax: number;
  /** Memory of bodies that were released, besides what bodies hold. */
  readonly spare: SpareMemory = new SpareMemory();
  readonly #largeBytesMax: number;
  #heldBytes = 0;
  #refusedCount = 0;

  constructor({ totalBytesMax = BODIES_BYTES_MAX, bodyBytesMax }: BodyBudgetOptions = {}) {
    this.totalBytesMax = totalBytesMax;
    this.#largeBytesMax = Math.ceil(totalBytesMax / 2);
    this.bodyBytesMax = bodyBytesMax ?? this.#largeBytesMax;
  }

  /** Bytes that bodies hold now. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** How often a body was refused room. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  /** Takes room for `bytes` more of a body that has `hasBytes` already. Returns false where there is none. */
  take(bytes: number, hasBytes: number): boolean {
    const heldBytes = this.#heldBytes + bytes;
    const isSmall = hasBytes + bytes <= SMALL_BODY_BYTES_MAX;
    if (heldBytes > (isSmall ? this.totalBytesMax : this.#largeBytesMax)) {
      this.#refusedCount++;
      return false;
    }
    this.#heldBytes = heldBytes;
    return true;
  }

  /** Gives room back. */
  give(bytes: number): void {
    this.#heldBytes -= bytes;
  }
}
