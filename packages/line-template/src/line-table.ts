import { KIND_FREE, KIND_SHIFT, LENGTH_MASK, ROW_BYTES, ROW_LENGTH, ROW_MARK, ROW_NEXT, ROW_TAG, WINDOW } from './layout.ts';
import { bytesOfRows, roundedUp } from './line-memory.ts';
import type { LineMemory, LookUp, PlacedKey } from './line-memory.ts';

/** What a line is. The numbers are in the rows. */
export const LINE_KINDS = { sample: 0, type: 1, help: 2, unit: 3, comment: 4 } as const;
export type LineKind = (typeof LINE_KINDS)[keyof typeof LINE_KINDS];

/** Why a run has ended: the window is read, the columns are full, or the next line is for somebody else to read. */
export type RunStatus = 'done' | 'full' | 'odd';

/** Offsets of a row's fields in words. */
export const ROW_WORDS = { row: ROW_BYTES / 4, kind: ROW_LENGTH / 4, tag: ROW_TAG / 4, mark: ROW_MARK / 4 } as const;

/** Told of a line that is forgotten: what it is, and what the caller has put into its row. */
export type OnForgotten = (kind: number, tag: number, mark: number) => void;

const NO_ROW = 0xffff_ffff;
/** The length and kind of a row that stands for no line: longer than any. */
const FREE_ROW = ((KIND_FREE << KIND_SHIFT) | LENGTH_MASK) >>> 0;
const NO_TABLE = 0xffff_fffe;
const DONE = 0;
const FULL = 1;
const LOST = 3;
const ROWS_MIN = 32;
const NEXT_WORD = ROW_NEXT / 4;

/**
 * The lines that one target exposed lately, by keyed hash: for a sample its name and label block as exposed, for a
 * comment all of it. A row is a number; it has a tag and a mark that belong to the caller.
 *
 * Lines are expected in the order of the last body, so a body like it costs one comparison of hashes a line. One that
 * comes out of order is looked up, and the order goes on from there.
 */
export class LineTable {
  readonly #memory: LineMemory;
  readonly #lookUp: LookUp;
  #rows = 0;
  #room = 0;
  /** Rows ever used, and of these the first of those that are free again, linked by their tags. */
  #rowCount = 0;
  #freeRow = NO_ROW;
  #freeCount = 0;
  #before = NO_ROW;
  #first = NO_ROW;

  constructor(memory: LineMemory) {
    this.#memory = memory;
    this.#lookUp = memory.lookUp;
  }

  /** Lines known. */
  get size(): number {
    return this.#rowCount - this.#freeCount;
  }

  /** Index of the first row in `LineMemory.words`; a row is `ROW_WORDS.row` long. Valid until the next `add`. */
  get firstWord(): number {
    return this.#rows / 4;
  }

  /** A body begins. */
  begin(): void {
    this.#before = NO_ROW;
  }

  /** Reads known lines from the window, bytes `start` … `end` of it, in the order noted. `isText`: not OpenMetrics. */
  run(start: number, end: number, isText: boolean): RunStatus {
    const { module } = this.#memory;
    module.follow(this.#before, this.#first);
    let status = this.#runFrom(start, end, isText);
    if (status === LOST && module.runCount() === 0) {
      this.#makeLookUp();
      status = this.#runFrom(module.runEnd() - WINDOW, end, isText);
    }
    this.#before = module.lineBefore() >>> 0;
    this.#first = module.firstLine() >>> 0;
    // what was read before the order was lost is for the caller first
    return status === DONE ? 'done' : status === FULL || status === LOST ? 'full' : 'odd';
  }

  #runFrom(start: number, end: number, isText: boolean): number {
    const { at, room } = this.#ownLookUp();
    return this.#memory.module.run(this.#rows, WINDOW + start, WINDOW + end, at, room - 1, isText ? 1 : 0);
  }

  /** Where the last run stopped, as an offset in the window. */
  get runEnd(): number {
    return this.#memory.module.runEnd() - WINDOW;
  }

  /** Lines that the last run has read. */
  get runCount(): number {
    return this.#memory.module.runCount();
  }

  /** The row of the line with this key, which comes next in order now; -1 where it is not known. */
  find(body: Uint8Array, start: number, end: number): number {
    const { module } = this.#memory;
    const key = this.#memory.place(body, start, end);
    module.follow(this.#before, this.#first);
    let row = this.#findKey(key);
    if (row === NO_TABLE) {
      this.#makeLookUp();
      row = this.#findKey(key);
    }
    this.#before = module.lineBefore() >>> 0;
    this.#first = module.firstLine() >>> 0;
    return row === NO_ROW ? -1 : row;
  }

  #findKey({ at, pieceLength, length }: PlacedKey): number {
    const lookUp = this.#ownLookUp();
    return this.#memory.module.find(this.#rows, at, pieceLength, length, lookUp.at, lookUp.room - 1) >>> 0;
  }

  /** Adds the line that `find` has just not found, next in order. Returns its row. */
  add(kind: LineKind, tag: number, mark: number): number {
    const { module } = this.#memory;
    const row = this.#takeRow();
    module.follow(this.#before, this.#first);
    module.fillRow(this.#rows, row, kind);
    this.#before = module.lineBefore() >>> 0;
    this.#first = module.firstLine() >>> 0;
    const { words } = this.#memory;
    const at = this.#wordOf(row);
    words[at + ROW_WORDS.tag] = tag;
    words[at + ROW_WORDS.mark] = mark;
    const lookUp = this.#lookUp;
    if (lookUp.owner !== this) return row;
    if (2 * this.size > lookUp.room) lookUp.owner = undefined;
    else module.enterRow(this.#rows, row, lookUp.at, lookUp.room - 1);
    return row;
  }

  /** 53 bits of a line's hash, to tell it from the few that it could be taken for. */
  identity(row: number): number {
    const at = this.#wordOf(row);
    const { words } = this.#memory;
    return (words[at] ?? 0) + ((words[at + 1] ?? 0) & 0x1f_ffff) * 2 ** 32;
  }

  tag(row: number): number {
    return this.#memory.words[this.#wordOf(row) + ROW_WORDS.tag] ?? 0;
  }

  setTag(row: number, tag: number): void {
    this.#memory.words[this.#wordOf(row) + ROW_WORDS.tag] = tag;
  }

  mark(row: number): number {
    return this.#memory.words[this.#wordOf(row) + ROW_WORDS.mark] ?? 0;
  }

  setMark(row: number, mark: number): void {
    this.#memory.words[this.#wordOf(row) + ROW_WORDS.mark] = mark;
  }

  /** Forgets lines with another mark than this and tells of each. */
  keepMarked(mark: number, onForgotten: OnForgotten): void {
    this.#forget((_, found) => found !== mark, onForgotten);
  }

  /** Forgets lines with this mark and tells of each. */
  dropMarked(mark: number, onForgotten: OnForgotten): void {
    this.#forget((_, found) => found === mark, onForgotten);
  }

  /** Forgets lines of other kinds than this and tells of each. */
  keepKind(kind: LineKind, onForgotten: OnForgotten): void {
    this.#forget((found) => found !== kind, onForgotten);
  }

  #forget(isForgotten: (kind: number, mark: number) => boolean, onForgotten: OnForgotten): void {
    const { words } = this.#memory;
    for (let row = 0; row < this.#rowCount; row++) {
      const at = this.#wordOf(row);
      const kind = (words[at + ROW_WORDS.kind] ?? 0) >>> KIND_SHIFT;
      const mark = words[at + ROW_WORDS.mark] ?? 0;
      if (kind === KIND_FREE || !isForgotten(kind, mark)) continue;
      onForgotten(kind, words[at + ROW_WORDS.tag] ?? 0, mark);
      words[at + ROW_WORDS.kind] = FREE_ROW;
      words[at + ROW_WORDS.tag] = this.#freeRow;
      this.#freeRow = row;
      this.#freeCount++;
    }
    if (this.#lookUp.owner === this) this.#lookUp.owner = undefined;
    if (this.#room > 4 * ROWS_MIN && this.size < this.#room / 4) this.#pack();
  }

  /** Forgets all lines and gives its memory back; tells of each line. */
  clear(onForgotten: OnForgotten): void {
    const { words } = this.#memory;
    for (let row = 0; row < this.#rowCount; row++) {
      const at = this.#wordOf(row);
      const kind = (words[at + ROW_WORDS.kind] ?? 0) >>> KIND_SHIFT;
      if (kind !== KIND_FREE) onForgotten(kind, words[at + ROW_WORDS.tag] ?? 0, words[at + ROW_WORDS.mark] ?? 0);
    }
    this.#moveTo(0);
    this.#rowCount = 0;
    this.#freeRow = NO_ROW;
    this.#freeCount = 0;
    this.#before = NO_ROW;
    this.#first = NO_ROW;
    if (this.#lookUp.owner === this) this.#lookUp.owner = undefined;
  }

  #wordOf(row: number): number {
    return this.#rows / 4 + row * ROW_WORDS.row;
  }

  #takeRow(): number {
    if (this.#freeCount > 0) {
      const row = this.#freeRow;
      this.#freeRow = this.tag(row);
      this.#freeCount--;
      return row;
    }
    if (this.#rowCount === this.#room) this.#moveTo(roundedUp(Math.max(ROWS_MIN, this.#room + 1)));
    return this.#rowCount++;
  }

  /** Rows in another block, with room for so many. */
  #moveTo(room: number): void {
    const memory = this.#memory;
    const rows = room === 0 ? 0 : memory.allocate(bytesOfRows(room));
    if (this.#room > 0) {
      memory.copyBlock(this.#rows, rows, bytesOfRows(Math.min(room, this.#rowCount)));
      memory.release(this.#rows, bytesOfRows(this.#room));
    }
    this.#rows = rows;
    this.#room = room;
  }

  /** Moves the rows that are left into a smaller block, side by side in their order. */
  #pack(): void {
    const memory = this.#memory;
    const room = roundedUp(Math.max(ROWS_MIN, this.size + (this.size >> 2)));
    const rows = memory.allocate(bytesOfRows(room));
    const { words } = memory;
    let count = 0;
    const put = (row: number): void => {
      const to = rows / 4 + count * ROW_WORDS.row;
      words.copyWithin(to, this.#wordOf(row), this.#wordOf(row + 1));
      words[this.#wordOf(row) + ROW_WORDS.kind] = FREE_ROW;
      count++;
      words[to + NEXT_WORD] = count;
    };
    for (let row = this.#first; row !== NO_ROW && this.#kindOf(row) !== KIND_FREE;) {
      const next = words[this.#wordOf(row) + NEXT_WORD] ?? NO_ROW;
      put(row);
      row = next;
    }
    for (let row = 0; row < this.#rowCount; row++) if (this.#kindOf(row) !== KIND_FREE) put(row);
    if (count > 0) words[rows / 4 + (count - 1) * ROW_WORDS.row + NEXT_WORD] = NO_ROW;
    memory.release(this.#rows, bytesOfRows(this.#room));
    this.#rows = rows;
    this.#room = room;
    this.#rowCount = count;
    this.#freeRow = NO_ROW;
    this.#freeCount = 0;
    this.#before = NO_ROW;
    this.#first = count > 0 ? 0 : NO_ROW;
  }

  #kindOf(row: number): number {
    return (this.#memory.words[this.#wordOf(row) + ROW_WORDS.kind] ?? 0) >>> KIND_SHIFT;
  }

  #ownLookUp(): { readonly at: number; readonly room: number } {
    return this.#lookUp.owner === this ? this.#lookUp : NO_LOOK_UP;
  }

  #makeLookUp(): void {
    const lookUp = this.#lookUp;
    const memory = this.#memory;
    const room = 2 ** Math.ceil(Math.log2(Math.max(64, 4 * this.size)));
    if (room > lookUp.room) {
      if (lookUp.room > 0) memory.release(lookUp.at, 4 * lookUp.room);
      lookUp.at = memory.allocate(4 * room);
      lookUp.room = room;
    }
    memory.zeroBlock(lookUp.at, 4 * lookUp.room);
    memory.module.fillTable(this.#rows, this.#rowCount, lookUp.at, lookUp.room - 1);
    lookUp.owner = this;
  }
}

const NO_LOOK_UP = { at: 0, room: 1 } as const;
