import type { LabelBytes } from './label-bytes.ts';

/** Names a series within one agent: a positive integer below 2^53, never given to another series. */
export type SeriesRef = number;

interface Entry {
  readonly bytes: LabelBytes;
  readonly key: string;
  holders: number;
}

/**
 * Resolves series refs to canonical label bytes and back, one entry a label set.
 *
 * Life of an entry: each series cache that holds the series has called `acquire` for it. When the last one calls
 * `release`, the entry lingers until every consumer is done with the batches in which it can occur: the fan-out calls
 * `reclaim` with the number of the oldest batch still in use. So nothing is counted per sample.
 */
export class SeriesRegistry {
  readonly #byRef = new Map<SeriesRef, Entry>();
  readonly #byKey = new Map<string, SeriesRef>();
  readonly #released: { readonly ref: SeriesRef; readonly sequence: number }[] = [];
  #nextRef: SeriesRef = 1;
  #sequence = 0;

  /** Number of label sets known, those that linger included. */
  get size(): number {
    return this.#byRef.size;
  }

  /** The ref of a label set, a new one where it is not known; the caller holds it until it calls `release`. */
  acquire(bytes: LabelBytes): SeriesRef {
    const key = keyOf(bytes);
    const known = this.#byKey.get(key);
    const entry = known === undefined ? undefined : this.#byRef.get(known);
    if (known !== undefined && entry !== undefined) {
      entry.holders++;
      return known;
    }
    const ref = this.#nextRef++;
    this.#byRef.set(ref, { bytes, key, holders: 1 });
    this.#byKey.set(key, ref);
    return ref;
  }

  /** Gives up one hold. The label bytes stay readable until the batches handed over so far are done with. */
  release(ref: SeriesRef): void {
    const entry = this.#byRef.get(ref);
    if (entry === undefined || entry.holders === 0) throw new Error(`series ${ref} is released more often than acquired`);
    entry.holders--;
    if (entry.holders === 0) this.#released.push({ ref, sequence: this.#sequence });
  }

  /** Whether a ref resolves. */
  has(ref: SeriesRef): boolean {
    return this.#byRef.has(ref);
  }

  /** The canonical label bytes of a ref. Throws where the ref is not known, which is a fault of the caller. */
  labelBytes(ref: SeriesRef): LabelBytes {
    const entry = this.#byRef.get(ref);
    if (entry === undefined) throw new Error(`series ${ref} is not known`);
    return entry.bytes;
  }

  /** Numbers the batch about to be handed over, from 1. Called by the fan-out alone. */
  nextSequence(): number {
    return ++this.#sequence;
  }

  /** Forgets entries that nobody holds and that no batch numbered `oldestInUse` or later can name. */
  reclaim(oldestInUse: number): void {
    let done = 0;
    for (const { ref, sequence } of this.#released) {
      if (sequence >= oldestInUse) break;
      done++;
      const entry = this.#byRef.get(ref);
      if (entry === undefined || entry.holders > 0) continue; // taken up again meanwhile
      this.#byRef.delete(ref);
      this.#byKey.delete(entry.key);
    }
    if (done > 0) this.#released.splice(0, done);
  }
}

const latin1 = new TextDecoder('latin1');

/** The bytes as a string of the same length, one character a byte: a Map key without a second encoding. */
function keyOf(bytes: Uint8Array): string {
  return latin1.decode(bytes);
}
