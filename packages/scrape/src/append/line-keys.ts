import type { Entry, ExpositionFormat, HistogramEntry, SampleEntry } from '@limpet/exposition';
import { LINE_KINDS, LineTable } from '@limpet/line-template';
import type { LineKind, LineMemory, OnForgotten } from '@limpet/line-template';
import type { SeriesSlot } from '@limpet/model';
import { newKnownKey } from './key-store.ts';
import type { KeyStore, KnownKey } from './key-store.ts';
import type { MetadataField } from './metadata-cache.ts';
import type { SeriesTimes } from './series-times.ts';

/** The tag of a sample that metric relabelling drops; that of any other is the slot of its series. */
export const DROPPED_TAG = 0xffff_ffff;

/** The mark of a line that was prepared and not exposed yet: iterations begin at 1. */
export const NEVER_SEEN = 0;

/** The field of a family's metadata that a known line sets. */
export const FIELD_OF_KIND: Readonly<Record<number, MetadataField>> = {
  [LINE_KINDS.type]: 'type',
  [LINE_KINDS.help]: 'help',
  [LINE_KINDS.unit]: 'unit',
};

/** An entry that is no sample. */
export type CommentLine = Exclude<Entry, SampleEntry | HistogramEntry>;

const NEWLINE = 0x0a;
const NO_BODY = new Uint8Array();

/** Keys by hash, for text formats: rows of a line table, marked with the iteration that they were seen in. */
export class LineKeys implements KeyStore {
  readonly memory: LineMemory;
  readonly table: LineTable;
  #seriesCount = 0;
  #droppedCount = 0;
  #seenCount = 0;
  #iteration = 0;
  #body: Uint8Array = NO_BODY;
  #format: ExpositionFormat | undefined;
  #areRunsTrusted = true;
  readonly #known = newKnownKey();
  #foundRow = -1;
  /** Rows that were added ahead of their first line, and the comments among them by their tags. */
  #preparedCount = 0;
  #preparedComments: CommentLine[] = [];

  constructor(memory: LineMemory) {
    this.memory = memory;
    this.table = new LineTable(memory);
  }

  /** Number of keys of live series. */
  get seriesCount(): number {
    return this.#seriesCount;
  }

  /** Number of keys that metric relabelling dropped. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /**
   * A body begins, in this iteration. In another format than the last the same comment may mean something else, or end
   * the data, and the same sample may be refused: all lines are read anew, until a body in one format has been appended.
   */
  begin(body: Uint8Array, { iteration, format }: { readonly iteration: number; readonly format: ExpositionFormat }): void {
    if (format !== this.#format) {
      this.table.keepKind(LINE_KINDS.sample, () => {});
      this.#areRunsTrusted = this.table.size === 0;
    }
    this.#format = format;
    this.#body = body;
    this.#iteration = iteration;
    this.table.begin();
  }

  /** Whether every known line is one that the format of this body accepts. */
  get areRunsTrusted(): boolean {
    return this.#areRunsTrusted;
  }

  /** Goes on with a body, before its iteration. */
  resume(body: Uint8Array): void {
    this.#body = body;
  }

  /** The body is done with, or left for a while. */
  end(): void {
    this.#body = NO_BODY;
    this.memory.unload();
  }

  find({ keyStart, keyEnd }: Pick<SampleEntry | HistogramEntry, 'keyStart' | 'keyEnd'>): KnownKey | undefined {
    const { table } = this;
    const row = table.find(this.#body, keyStart, keyEnd);
    if (row < 0) return undefined;
    const known = this.#known;
    const tag = table.tag(row);
    this.#foundRow = row;
    known.isPrepared = table.mark(row) === NEVER_SEEN;
    known.wasSeen = !known.isPrepared && this.#see(row);
    known.series = tag === DROPPED_TAG ? undefined : tag;
    return known;
  }

  add(series: SeriesSlot): void {
    this.table.add(LINE_KINDS.sample, series, this.#iteration);
    this.#seriesCount++;
    this.#seenCount++;
  }

  addDropped(): void {
    this.table.add(LINE_KINDS.sample, DROPPED_TAG, this.#iteration);
    this.#droppedCount++;
    this.#seenCount++;
  }

  admit(): void {
    this.admitRow(this.#foundRow);
  }

  /** A prepared line is exposed now. */
  admitRow(row: number): void {
    if (this.table.tag(row) === DROPPED_TAG) this.#droppedCount++;
    else this.#seriesCount++;
    this.#see(row);
    this.#preparedCount--;
  }

  /** Adds the line of a sample ahead of its first scrape, unless it is known. `series` holds the series, once. */
  prepare(entry: SampleEntry, makeSeries: () => SeriesSlot | undefined): void {
    if (this.table.find(this.#body, entry.keyStart, entry.keyEnd) >= 0) return;
    this.table.add(LINE_KINDS.sample, makeSeries() ?? DROPPED_TAG, NEVER_SEEN);
    this.#preparedCount++;
  }

  /** As `prepare`, for a comment: bytes `start` … `end` of the body. */
  prepareComment(entry: CommentLine, start: number, end: number): void {
    if (this.table.find(this.#body, start, end) >= 0) return;
    this.table.add(LINE_KINDS[entry.kind], this.#preparedComments.push(entry) - 1, NEVER_SEEN);
    this.#preparedCount++;
  }

  /** The entry of a prepared comment, which is exposed now. */
  admitComment(row: number): CommentLine | undefined {
    const entry = this.#preparedComments[this.table.tag(row)];
    this.#see(row);
    this.#preparedCount--;
    return entry;
  }

  /** Notes a comment, bytes `start` … `end` of the body, as exposed now. Returns its row. */
  seeComment(kind: LineKind, { start, end, tag }: { readonly start: number; readonly end: number; readonly tag: number }): number {
    const row = this.table.find(this.#body, start, end);
    if (row >= 0) {
      if (this.table.mark(row) === NEVER_SEEN) this.#preparedCount--;
      this.table.setTag(row, tag);
      this.#see(row);
      return row;
    }
    this.#seenCount++;
    return this.table.add(kind, tag, this.#iteration);
  }

  /** Counts rows that were marked with this iteration elsewhere. */
  countSeen(count: number): void {
    this.#seenCount += count;
  }

  #see(row: number): boolean {
    if (this.table.mark(row) === this.#iteration) return true;
    this.table.setMark(row, this.#iteration);
    this.#seenCount++;
    return false;
  }

  /** Ends the iteration; `flushes`: lines that were not seen in it are forgotten, those only prepared in any case. */
  endIteration(flushes: boolean, iteration: number, times: SeriesTimes): void {
    const forget: OnForgotten = (kind, tag, mark) => this.#forget(times, kind, tag, mark);
    if (flushes && this.#seenCount !== this.table.size) this.table.keepMarked(iteration, forget);
    else if (this.#preparedCount > 0) this.table.dropMarked(NEVER_SEEN, forget);
    // what is left has been read in this format
    if (flushes) this.#areRunsTrusted = true;
    this.#endIteration();
  }

  clear(times: SeriesTimes): void {
    this.table.clear((kind, tag, mark) => this.#forget(times, kind, tag, mark));
    this.#endIteration();
  }

  #endIteration(): void {
    this.#seenCount = 0;
    this.#preparedCount = 0;
    this.#preparedComments = [];
  }

  #forget(times: SeriesTimes, kind: number, tag: number, mark: number): void {
    if (kind !== LINE_KINDS.sample) return;
    if (tag !== DROPPED_TAG) times.release(tag);
    if (mark === NEVER_SEEN) return;
    if (tag === DROPPED_TAG) this.#droppedCount--;
    else this.#seriesCount--;
  }
}

/** Where a comment ends, its newline left out, when a reader has come to `readerAt` with it. */
export function commentEnd(body: Uint8Array, readerAt: number): number {
  return body[readerAt - 1] === NEWLINE ? readerAt - 1 : readerAt;
}
