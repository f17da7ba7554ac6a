import type { LabelBytes } from './label-bytes.ts';

/** Bytes of one chunk; a label set that is longer has a chunk of its own. 256 KiB. */
const CHUNK_BYTES = 256 * 1024;
/** Each record begins with its owner's number and its length, 4 bytes each, little endian. */
const HEAD_BYTES = 8;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Offset behind the last record. */
  end: number;
  /** Bytes of records that are still in use. */
  liveBytes: number;
}

/** Where the bytes of one owner are. */
interface Place {
  readonly chunk: number;
  /** Offset of the label bytes in the chunk. */
  readonly start: number;
}

/** Told that the bytes of an owner have moved. */
export type Moved = (owner: number, place: Place) => void;

/**
 * Label bytes of many series in a few large buffers: an object for each of them would take four times their length.
 *
 * Memory is never written twice. A chunk of which less than half is in use is emptied into the newest one and left to
 * the garbage collector, so a view that somebody keeps stays true; it only keeps its chunk alive.
 */
export class LabelArena {
  readonly #isLive: (owner: number, place: Place) => boolean;
  readonly #moved: Moved;
  readonly #chunks: (Chunk | undefined)[] = [];
  readonly #freeNumbers: number[] = [];
  #current = -1;

  /** `isLive`: whether a record is what its owner has now; `moved` is called within `remove`. */
  constructor(isLive: (owner: number, place: Place) => boolean, moved: Moved) {
    this.#isLive = isLive;
    this.#moved = moved;
  }

  /** Bytes of all chunks. */
  get reservedBytes(): number {
    let total = 0;
    for (const chunk of this.#chunks) total += chunk?.bytes.length ?? 0;
    return total;
  }

  /** Copies label bytes in. */
  add(owner: number, bytes: LabelBytes): Place {
    const recordBytes = HEAD_BYTES + bytes.length;
    const number = this.#roomFor(recordBytes);
    const chunk = this.#chunk(number);
    const start = chunk.end + HEAD_BYTES;
    chunk.view.setUint32(chunk.end, owner, true);
    chunk.view.setUint32(chunk.end + 4, bytes.length, true);
    chunk.bytes.set(bytes, start);
    chunk.end += recordBytes;
    chunk.liveBytes += recordBytes;
    return { chunk: number, start };
  }

  /** The bytes at a place; a view that stays true also when the owner goes. */
  bytesAt(chunk: number, start: number, length: number): LabelBytes {
    return this.#chunk(chunk).bytes.subarray(start, start + length);
  }

  /** Whether the bytes at a place are these. */
  equals(chunk: number, start: number, bytes: LabelBytes): boolean {
    const stored = this.#chunk(chunk).bytes;
    for (let index = 0; index < bytes.length; index++) if (stored[start + index] !== bytes[index]) return false;
    return true;
  }

  /** Gives up a record that is live no more. May move others. */
  remove(chunkNumber: number, length: number): void {
    const chunk = this.#chunk(chunkNumber);
    chunk.liveBytes -= HEAD_BYTES + length;
    if (chunkNumber === this.#current || 2 * chunk.liveBytes >= chunk.end) return;
    this.#chunks[chunkNumber] = undefined;
    this.#freeNumbers.push(chunkNumber);
    if (chunk.liveBytes > 0) this.#moveOut(chunk, chunkNumber);
  }

  #moveOut(chunk: Chunk, chunkNumber: number): void {
    for (let at = 0; at < chunk.end;) {
      const owner = chunk.view.getUint32(at, true);
      const start = at + HEAD_BYTES;
      at = start + chunk.view.getUint32(at + 4, true);
      if (this.#isLive(owner, { chunk: chunkNumber, start })) this.#moved(owner, this.add(owner, chunk.bytes.subarray(start, at)));
    }
  }

  /** The number of a chunk that has room for so many bytes. */
  #roomFor(recordBytes: number): number {
    const current = this.#chunks[this.#current];
    if (current !== undefined && current.end + recordBytes <= current.bytes.length) return this.#current;
    const bytes = new Uint8Array(Math.max(CHUNK_BYTES, recordBytes));
    const number = this.#freeNumbers.pop() ?? this.#chunks.length;
    this.#chunks[number] = { bytes, view: new DataView(bytes.buffer), end: 0, liveBytes: 0 };
    this.#current = number;
    return number;
  }

  #chunk(number: number): Chunk {
    const chunk = this.#chunks[number];
    if (chunk === undefined) throw new Error(`label chunk ${number} is not there`);
    return chunk;
  }
}
