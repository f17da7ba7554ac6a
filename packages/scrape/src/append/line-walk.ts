import type { Entry, EntryReader, ExpositionFormat, ReadEntries } from '@limpet/exposition';
import type { LineKeys } from './line-keys.ts';

/** A body of a text format whose lines a target has exposed before, or some of them. */
export interface LineBody {
  readonly bytes: Uint8Array;
  readonly readEntries: ReadEntries;
  readonly format: ExpositionFormat;
}

/** What becomes of the lines of a body, in their order. */
export interface LineVisitor {
  /** So many known lines were read: their rows and values are in the line memory. `windowStart`: see `LineWalk`. */
  takeRun(count: number, windowStart: number): void;
  /** Any other line, as the reference parser has read it, from `start` to `end`. False: go no further. */
  takeEntry(entry: Entry, start: number, end: number): boolean;
}

/**
 * Walks through a body: runs of known lines as the line template reads them, every other line as the reference parser
 * does. Can be left and resumed between two lines; then others may have used the line memory meanwhile.
 *
 * A run gives comments by their offset in the window, which begins at `windowStart` of the body.
 */
export class LineWalk {
  readonly #body: LineBody;
  readonly #keys: LineKeys;
  readonly #visitor: LineVisitor;
  readonly #reader: EntryReader;
  #at = 0;
  /** Offsets of the newest TYPE and UNIT lines, and of those that the reader knows of: they hold for lines behind them. */
  readonly #newest = { type: -1, unit: -1 };
  readonly #known = { type: -1, unit: -1 };

  constructor(body: LineBody, keys: LineKeys, visitor: LineVisitor) {
    this.#body = body;
    this.#keys = keys;
    this.#visitor = visitor;
    this.#reader = body.readEntries(body.bytes);
  }

  /**
   * Walks on until the end or, asked between two lines, `isEnough`. Returns whether the end was reached, or the visitor
   * went no further. Throws `ParseError` as the reference parser does.
   */
  run(isEnough: () => boolean): boolean {
    while (this.#at >= 0) {
      this.#at = this.#part(this.#at, isEnough);
      if (this.#at >= 0 && isEnough()) return false;
    }
    return true;
  }

  /** Notes that a TYPE or UNIT line at this offset is in force for what follows (E-023). */
  noteMetadata(field: 'type' | 'unit', offset: number): void {
    this.#newest[field] = offset;
  }

  /** Reads the entry at an offset by the reference parser. */
  readAt(offset: number): Entry | undefined {
    this.#reader.at = offset;
    return this.#reader.next();
  }

  /** Walks through what the window holds from `start` on. Returns where to go on, -1 at the end. */
  #part(start: number, isEnough: () => boolean): number {
    const { bytes } = this.#body;
    const end = this.#keys.memory.load(bytes, start);
    for (let at = start; ;) {
      at = this.#runs(at, start, end);
      if (at === end && end < bytes.length && end > start) return end;
      at = this.#odd(at);
      if (at < 0 || at >= end || isEnough()) return at;
    }
  }

  /** Known lines from `from` on. Returns the offset of the first that is not, or `end`. */
  #runs(from: number, windowStart: number, end: number): number {
    const { table, areRunsTrusted } = this.#keys;
    if (!areRunsTrusted) return from;
    for (let at = from; ;) {
      const allowsBlanks = this.#body.format === 'text';
      const status = table.run(at - windowStart, end - windowStart, allowsBlanks);
      at = windowStart + table.runEnd;
      this.#visitor.takeRun(table.runCount, windowStart);
      if (status !== 'full') return at;
    }
  }

  /** The entry at `at` as the reference parser reads it. Returns the offset behind it, -1 at the end. */
  #odd(at: number): number {
    this.#tellReader();
    const entry = this.readAt(at);
    if (entry === undefined) return -1;
    const { start, at: end } = this.#reader;
    if (entry.kind === 'type' || entry.kind === 'unit') {
      this.#newest[entry.kind] = start;
      this.#known[entry.kind] = start;
    }
    return this.#visitor.takeEntry(entry, start, end) ? end : -1;
  }

  /** Lets the reader see TYPE and UNIT lines that it has missed: they hold for the labels of new series. */
  #tellReader(): void {
    for (const field of ['type', 'unit'] as const) {
      if (this.#known[field] === this.#newest[field]) continue;
      this.readAt(this.#newest[field]);
      this.#known[field] = this.#newest[field];
    }
  }
}
