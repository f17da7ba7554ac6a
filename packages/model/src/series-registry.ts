import { xxhash32 } from './hash.ts';
import { LabelArena } from './label-arena.ts';
import type { LabelBytes } from './label-bytes.ts';

/** Names a series within one agent: a positive integer below 2^53, never given to another series. */
export type SeriesRef = number;

/**
 * The place of a series among those that the registry knows: a small integer from 0, for columns with one row a series.
 * It names the series as long as the registry knows it and is given to another one afterwards, under another ref.
 */
export type SeriesSlot = number;

/** The slot of a ref. A ref is the slot plus one, and 2^32 for each series that had the slot before. */
export function slotOf(ref: SeriesRef): SeriesSlot {
  return (ref >>> 0) - 1;
}

const SLOT_SPAN = 2 ** 32;
/** Series that one slot serves: the next ref would not be a safe integer. */
const GENERATIONS_MAX = 2 ** 21 - 1;
const ROOM_MIN = 64;

export interface SeriesRegistryOptions {
  /** Seed of the hash of label bytes: a secret one keeps targets from choosing labels that collide. 0 by default. */
  readonly hashSeed?: number;
}

/**
 * Resolves series refs to canonical label bytes and back, one entry a label set. Entries are rows of columns, label
 * bytes lie together in chunks: nothing of a series is an object.
 *
 * Life of an entry: each series cache that holds the series has called `acquire` for it. When the last one calls
 * `release`, the entry lingers until every consumer is done with the batches in which it can occur: the fan-out calls
 * `reclaim` with the number of the oldest batch still in use. So nothing is counted per sample.
 */
export class SeriesRegistry {
  readonly #seed: number;
  readonly #labels = new LabelArena(
    (slot, place) => this.#chunks[slot] === place.chunk && this.#starts[slot] === place.start && this.#isKnown(slot),
    (slot, place) => {
      this.#chunks[slot] = place.chunk;
      this.#starts[slot] = place.start;
    },
  );
  /** The ref of each slot; 0 where none has it. */
  #refs = new Float64Array(ROOM_MIN);
  #holders = new Uint32Array(ROOM_MIN);
  #hashes = new Uint32Array(ROOM_MIN);
  #chunks = new Uint32Array(ROOM_MIN);
  #starts = new Uint32Array(ROOM_MIN);
  #lengths = new Uint32Array(ROOM_MIN);
  /** Series that had the slot before the one that has it or had it last. */
  #generations = new Uint32Array(ROOM_MIN);
  #slotCount = 0;
  readonly #freeSlots: SeriesSlot[] = [];
  /** Slots plus one by hash, with linear probing; 0 = free. Twice as long as the columns. */
  #table = new Uint32Array(2 * ROOM_MIN);
  #size = 0;
  readonly #released: { readonly ref: SeriesRef; readonly sequence: number }[] = [];
  #sequence = 0;

  constructor({ hashSeed = 0 }: SeriesRegistryOptions = {}) {
    this.#seed = hashSeed;
  }

  /** Number of label sets known, those that linger included. */
  get size(): number {
    return this.#size;
  }

  /** Slots that were ever given: every slot is below this. */
  get slotCount(): number {
    return this.#slotCount;
  }

  /** Bytes of memory that the label sets and the columns take. */
  get reservedBytes(): number {
    return this.#labels.reservedBytes + this.#refs.length * (8 + 6 * 4 + 2 * 4);
  }

  /** The ref of a label set, a new one where it is not known; the caller holds it until it calls `release`. */
  acquire(bytes: LabelBytes): SeriesRef {
    const hash = xxhash32(bytes, this.#seed);
    const known = this.#find(hash, bytes);
    if (known >= 0) {
      this.#holders[known] = (this.#holders[known] ?? 0) + 1;
      return this.#refs[known] ?? 0;
    }
    const slot = this.#freeSlots.pop() ?? this.#newSlot();
    const ref = (this.#generations[slot] ?? 0) * SLOT_SPAN + slot + 1;
    const { chunk, start } = this.#labels.add(slot, bytes);
    this.#refs[slot] = ref;
    this.#holders[slot] = 1;
    this.#hashes[slot] = hash;
    this.#chunks[slot] = chunk;
    this.#starts[slot] = start;
    this.#lengths[slot] = bytes.length;
    this.#enter(slot);
    this.#size++;
    return ref;
  }

  /** Gives up one hold. The label bytes stay readable until the batches handed over so far are done with. */
  release(ref: SeriesRef): void {
    const slot = slotOf(ref);
    const holders = this.#refs[slot] === ref ? (this.#holders[slot] ?? 0) : 0;
    if (holders === 0) throw new Error(`series ${ref} is released more often than acquired`);
    this.#holders[slot] = holders - 1;
    if (holders === 1) this.#released.push({ ref, sequence: this.#sequence });
  }

  /** Whether a ref resolves. */
  has(ref: SeriesRef): boolean {
    return ref !== 0 && this.#refs[slotOf(ref)] === ref;
  }

  /** The canonical label bytes of a ref, not to be written to. Throws where the ref is not known, a fault of the caller. */
  labelBytes(ref: SeriesRef): LabelBytes {
    if (!this.has(ref)) throw new Error(`series ${ref} is not known`);
    const slot = slotOf(ref);
    return this.#labels.bytesAt(this.#chunks[slot] ?? 0, this.#starts[slot] ?? 0, this.#lengths[slot] ?? 0);
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
      const slot = slotOf(ref);
      if (this.#refs[slot] !== ref || (this.#holders[slot] ?? 0) > 0) continue; // taken up again meanwhile
      this.#forget(slot);
    }
    if (done > 0) this.#released.splice(0, done);
  }

  #isKnown(slot: SeriesSlot): boolean {
    return this.#refs[slot] !== 0;
  }

  #forget(slot: SeriesSlot): void {
    this.#leave(slot);
    this.#refs[slot] = 0;
    this.#size--;
    this.#labels.remove(this.#chunks[slot] ?? 0, this.#lengths[slot] ?? 0);
    const generation = (this.#generations[slot] ?? 0) + 1;
    this.#generations[slot] = generation;
    if (generation <= GENERATIONS_MAX) this.#freeSlots.push(slot);
  }

  /** The slot of a label set, -1 where it is not known. */
  #find(hash: number, bytes: LabelBytes): SeriesSlot {
    const mask = this.#table.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = (this.#table[at] ?? 0) - 1;
      if (slot < 0) return -1;
      if (this.#hashes[slot] !== hash || this.#lengths[slot] !== bytes.length) continue;
      if (this.#labels.equals(this.#chunks[slot] ?? 0, this.#starts[slot] ?? 0, bytes)) return slot;
    }
  }

  #enter(slot: SeriesSlot): void {
    const mask = this.#table.length - 1;
    let at = (this.#hashes[slot] ?? 0) & mask;
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = slot + 1;
  }

  /** Takes a slot out of the table and closes the gap: what stands behind it moves up where its hash allows. */
  #leave(slot: SeriesSlot): void {
    const table = this.#table;
    const mask = table.length - 1;
    let gap = (this.#hashes[slot] ?? 0) & mask;
    while (table[gap] !== slot + 1) gap = (gap + 1) & mask;
    for (let at = (gap + 1) & mask; ; at = (at + 1) & mask) {
      const behind = table[at] ?? 0;
      if (behind === 0) break;
      const home = (this.#hashes[behind - 1] ?? 0) & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      table[gap] = behind;
      gap = at;
    }
    table[gap] = 0;
  }

  #newSlot(): SeriesSlot {
    const slot = this.#slotCount++;
    if (slot === this.#refs.length) this.#grow(2 * slot);
    return slot;
  }

  #grow(room: number): void {
    this.#refs = grown(this.#refs, new Float64Array(room));
    this.#holders = grown(this.#holders, new Uint32Array(room));
    this.#hashes = grown(this.#hashes, new Uint32Array(room));
    this.#chunks = grown(this.#chunks, new Uint32Array(room));
    this.#starts = grown(this.#starts, new Uint32Array(room));
    this.#lengths = grown(this.#lengths, new Uint32Array(room));
    this.#generations = grown(this.#generations, new Uint32Array(room));
    this.#table = new Uint32Array(2 * room);
    for (let slot = 0; slot < this.#slotCount; slot++) if (this.#isKnown(slot)) this.#enter(slot);
  }
}

function grown<Column extends Float64Array | Uint32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
