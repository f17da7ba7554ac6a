import {
  BLOCKS,
  HASH_FACTORS,
  HASH_KEY_BYTES,
  HASH_KEYS,
  MASKS,
  POWERS_OF_TEN,
  ROW_BYTES,
  RUN_LINES_MAX,
  RUN_ROWS,
  RUN_TIMES,
  RUN_VALUES,
} from './layout.ts';
import { WINDOW, WINDOW_BYTES, WINDOW_PADDING } from './layout.ts';
import { numberTables } from './number-tables.ts';
import { webAssembly } from './web-assembly.ts';
import type { CompiledModule } from './web-assembly.ts';

/** Secret bytes that a line memory needs: the keys of its hash and four factors. */
export const SECRET_BYTES: number = 2 * HASH_KEY_BYTES + 32;

const PAGE_BYTES = 65_536;
/** Memory grows by at least this much at a time. 1 MiB. */
const GROWTH_PAGES_MIN = 16;
const PAGES_MAX = 65_536;
/** Longer keys are hashed in pieces of this length, whole blocks of the hash. 64 KiB. */
const PIECE_BYTES = 65_536;

/** What the module exports. Addresses above 2 GiB wrap into negative numbers on the way in, which the module undoes. */
export interface LineModule {
  run(rows: number, start: number, stop: number, table: number, mask: number, isText: number): number;
  runEnd(): number;
  runCount(): number;
  lineBefore(): number;
  firstLine(): number;
  follow(before: number, first: number): void;
  find(rows: number, at: number, pieceLength: number, length: number, table: number, mask: number): number;
  hashPiece(at: number, length: number, total: number, isFirst: number): void;
  fillRow(rows: number, row: number, kind: number): void;
  fillTable(rows: number, rowCount: number, table: number, mask: number): void;
  enterRow(rows: number, row: number, table: number, mask: number): void;
}

/** A key in the memory: its last piece, all of it unless it is long. */
export interface PlacedKey {
  readonly at: number;
  readonly pieceLength: number;
  /** Of the whole key. */
  readonly length: number;
}

/** The look-up of one line table at a time, made when a body has a line that was not expected. */
export interface LookUp {
  /** The table that it is of. */
  owner: object | undefined;
  at: number;
  /** Entries; a power of two. */
  room: number;
}

/**
 * The WebAssembly memory of one agent: tables of lines for all its targets, and a window through which one body at a time
 * is read. Views are replaced when the memory grows, so they are not to be kept.
 */
export class LineMemory {
  readonly module: LineModule;
  readonly lookUp: LookUp = { owner: undefined, at: 0, room: 0 };
  readonly #memory = new webAssembly.Memory({ initial: Math.ceil(BLOCKS / PAGE_BYTES) + 1, maximum: PAGES_MAX });
  #bytes = new Uint8Array(this.#memory.buffer);
  #words = new Uint32Array(this.#memory.buffer);
  #runRows = new Uint32Array(this.#memory.buffer, RUN_ROWS, RUN_LINES_MAX);
  #runValues = new Float64Array(this.#memory.buffer, RUN_VALUES, RUN_LINES_MAX);
  #runTimes = new Float64Array(this.#memory.buffer, RUN_TIMES, RUN_LINES_MAX);
  /** Where the next block begins that no freed one serves. */
  #end = BLOCKS;
  readonly #free = new Map<number, number[]>();
  #freeBytes = 0;
  #body: Uint8Array | undefined;
  #bodyStart = 0;
  #bodyEnd = 0;
  /** Room for a piece of a key; 0: not needed so far. */
  #scratch = 0;
  readonly #placed: { -readonly [Field in keyof PlacedKey]: PlacedKey[Field] } = { at: 0, pieceLength: 0, length: 0 };

  /** `secret`: `SECRET_BYTES` that nobody who writes expositions can know. Throws where the module does not fit. */
  constructor(module: CompiledModule, secret: Uint8Array) {
    if (secret.length !== SECRET_BYTES) throw new RangeError(`the secret has ${secret.length} bytes, not ${SECRET_BYTES}`);
    const { exports } = new webAssembly.Instance(module, { env: { memory: this.#memory } });
    this.module = exports as unknown as LineModule;
    this.#bytes.set(secret.subarray(0, 2 * HASH_KEY_BYTES), HASH_KEYS);
    this.#bytes.set(secret.subarray(2 * HASH_KEY_BYTES), HASH_FACTORS);
    for (let factor = 0; factor < 4; factor++) this.#bytes[HASH_FACTORS + 8 * factor] = (this.#bytes[HASH_FACTORS + 8 * factor] ?? 0) | 1;
    this.#bytes.fill(0xff, MASKS, MASKS + 32);
    this.#bytes.set(numberTables(), POWERS_OF_TEN);
  }

  /** The whole memory as 32-bit words: what is at address `a` is `words[a / 4]`. */
  get words(): Uint32Array {
    return this.#words;
  }

  /** Rows of the lines that the last run has read, their values, and their own times: NaN where there is none. */
  get runRows(): Uint32Array {
    return this.#runRows;
  }
  get runValues(): Float64Array {
    return this.#runValues;
  }

  get runTimes(): Float64Array {
    return this.#runTimes;
  }

  /** Bytes of the whole memory, and of blocks that nobody has. */
  get reservedBytes(): number {
    return this.#bytes.length;
  }
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /**
   * Copies part of a body into the window: from `start` to the last line that ends within it. Returns the offset in the
   * body behind what is there, `start` where a single line is longer than the window.
   */
  load(body: Uint8Array, start: number): number {
    let end = Math.min(start + WINDOW_BYTES, body.length);
    if (end < body.length) end = Math.max(start, body.lastIndexOf(0x0a, end - 1) + 1);
    this.#bytes.set(body.subarray(start, end), WINDOW);
    this.#bytes.fill(0, WINDOW + end - start, WINDOW + end - start + WINDOW_PADDING);
    this.#body = body;
    this.#bodyStart = start;
    this.#bodyEnd = end;
    return end;
  }

  /** Forgets the body in the window, which its owner may overwrite now. */
  unload(): void {
    this.#body = undefined;
  }

  /**
   * Puts a key, bytes `start` … `end` of a body, where the module can hash it: where it is in the window, else in pieces
   * through a copy, all but the last of which are hashed already. Valid until the next call.
   */
  place(body: Uint8Array, start: number, end: number): PlacedKey {
    const placed = this.#placed;
    placed.length = end - start;
    if (body === this.#body && start >= this.#bodyStart && end <= this.#bodyEnd) {
      placed.at = WINDOW + start - this.#bodyStart;
      placed.pieceLength = placed.length;
      return placed;
    }
    this.#scratch ||= this.allocate(PIECE_BYTES + WINDOW_PADDING);
    placed.at = this.#scratch;
    let at = start;
    for (; end - at > PIECE_BYTES; at += PIECE_BYTES) {
      this.#bytes.set(body.subarray(at, at + PIECE_BYTES), this.#scratch);
      this.module.hashPiece(this.#scratch, PIECE_BYTES, placed.length, at === start ? 1 : 0);
    }
    this.#bytes.set(body.subarray(at, end), this.#scratch);
    placed.pieceLength = end - at;
    return placed;
  }

  /** Where a block of so many bytes begins; a multiple of 4. Its content is rubbish. Throws a `RangeError` at 4 GiB. */
  allocate(bytes: number): number {
    const freed = this.#free.get(bytes)?.pop();
    if (freed !== undefined) {
      this.#freeBytes -= bytes;
      return freed;
    }
    const at = this.#end;
    if (at + bytes > this.#bytes.length) this.#grow(at + bytes);
    this.#end = at + bytes;
    return at;
  }

  /** Takes a block back, for blocks of the same size. */
  release(at: number, bytes: number): void {
    const freed = this.#free.get(bytes);
    if (freed === undefined) this.#free.set(bytes, [at]);
    else freed.push(at);
    this.#freeBytes += bytes;
  }

  #grow(atLeast: number): void {
    const pages = Math.ceil(atLeast / PAGE_BYTES) - this.#bytes.length / PAGE_BYTES;
    this.#memory.grow(Math.max(pages, GROWTH_PAGES_MIN));
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#words = new Uint32Array(this.#memory.buffer);
    this.#runRows = new Uint32Array(this.#memory.buffer, RUN_ROWS, RUN_LINES_MAX);
    this.#runValues = new Float64Array(this.#memory.buffer, RUN_VALUES, RUN_LINES_MAX);
    this.#runTimes = new Float64Array(this.#memory.buffer, RUN_TIMES, RUN_LINES_MAX);
  }

  copyBlock(from: number, to: number, bytes: number): void {
    this.#bytes.copyWithin(to, from, from + bytes);
  }

  zeroBlock(at: number, bytes: number): void {
    this.#bytes.fill(0, at, at + bytes);
  }
}

/** The next number of rows, or of bytes, that blocks are made of: 2^n or 3 × 2^n, so that freed ones find a taker. */
export function roundedUp(size: number): number {
  const power = 2 ** Math.max(5, Math.ceil(Math.log2(size)));
  return (power * 3) / 4 >= size ? (power * 3) / 4 : power;
}

/** Bytes of the rows of a table. */
export function bytesOfRows(rowCount: number): number {
  return rowCount * ROW_BYTES;
}
