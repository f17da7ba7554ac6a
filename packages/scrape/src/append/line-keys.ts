import type { HistogramEntry, SampleEntry } from '@limpet/exposition';
import { LINE_KINDS, LineTable } from '@limpet/line-template';
import type { LineKind, LineMemory } from '@limpet/line-template';
import type { SeriesSlot } from '@limpet/model';
import type { KeyStore, KnownKey } from './key-store.ts';
import type { SeriesTimes } from './series-times.ts';

/** The tag of a sample that metric relabelling drops; that of any other is the slot of its series. */
export const DROPPED_TAG = 0xffff_ffff;

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
  readonly #known: { -readonly [Field in keyof KnownKey]: KnownKey[Field] } = { series: undefined, wasSeen: false, featured: undefined };

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

  /** A body begins, in this iteration. */
  begin(body: Uint8Array, iteration: number): void {
    this.#body = body;
    this.#iteration = iteration;
    this.table.begin();
  }

  /** The body is done with. */
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
    known.wasSeen = this.#see(row);
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

  /** Notes a comment, bytes `start` … `end` of the body, as exposed now. Returns its row. */
  seeComment(kind: LineKind, { start, end, tag }: { readonly start: number; readonly end: number; readonly tag: number }): number {
    const row = this.table.find(this.#body, start, end);
    if (row >= 0) {
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

  /** Ends the iteration; `flushes`: lines that were not seen in it are forgotten. */
  endIteration(flushes: boolean, iteration: number, times: SeriesTimes): void {
    if (flushes && this.#seenCount !== this.table.size) this.table.keepMarked(iteration, (kind, tag) => this.#forget(kind, tag, times));
    this.#seenCount = 0;
  }

  clear(times: SeriesTimes): void {
    this.table.clear((kind, tag) => this.#forget(kind, tag, times));
    this.#seenCount = 0;
  }

  #forget(kind: number, tag: number, times: SeriesTimes): void {
    if (kind !== LINE_KINDS.sample) return;
    if (tag === DROPPED_TAG) this.#droppedCount--;
    else {
      this.#seriesCount--;
      times.release(tag);
    }
  }
}
