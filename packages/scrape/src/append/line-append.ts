import type { Entry, EntryReader, ReadEntries } from '@limpet/exposition';
import { KIND_SHIFT, LINE_KINDS, ROW_WORDS } from '@limpet/line-template';
import type { BatchWriter } from './batch-writer.ts';
import type { BodyCounts } from './body-counts.ts';
import { DROPPED_TAG } from './line-keys.ts';
import type { LineKeys } from './line-keys.ts';
import type { MetadataField } from './metadata-cache.ts';
import type { SampleGate } from './sample-gate.ts';
import type { SeriesCache } from './series-cache.ts';
import type { SeriesTimes } from './series-times.ts';

/** A body whose known lines are read through the line template. */
export interface LineBody {
  readonly body: Uint8Array;
  readonly readEntries: ReadEntries;
  readonly keys: LineKeys;
  readonly cache: SeriesCache;
  readonly timestampMs: number;
  readonly append: number;
}

/** Where its samples go, shared with the append of single entries. */
export interface LineSink {
  readonly writer: BatchWriter;
  readonly times: SeriesTimes;
  readonly counts: BodyCounts;
  readonly gate: SampleGate;
  /** Takes an entry that the reference parser has read. False: the scrape has failed. */
  readonly take: (entry: Entry) => boolean;
}

const FIELDS: Readonly<Record<number, MetadataField>> = {
  [LINE_KINDS.type]: 'type',
  [LINE_KINDS.help]: 'help',
  [LINE_KINDS.unit]: 'unit',
};
const NEWLINE = 0x0a;

/**
 * Appends a body of a text format: runs of known lines as the template reads them, every other line as the reference
 * parser does, which makes it known for the next scrape. Nothing is an object for a sample that was exposed before.
 */
export class LineAppend {
  readonly #line: LineBody;
  readonly #sink: LineSink;
  readonly #reader: EntryReader;
  readonly #allowsBlanks: boolean;
  /** Offset of the part of the body that is in the window. */
  #windowStart = 0;
  /** Offsets of the newest TYPE and UNIT lines, and of those that the reader knows of: they hold for lines behind them. */
  readonly #newest = { type: -1, unit: -1 };
  readonly #known = { type: -1, unit: -1 };

  constructor(line: LineBody, sink: LineSink, allowsBlanks: boolean) {
    this.#line = line;
    this.#sink = sink;
    this.#reader = line.readEntries(line.body);
    this.#allowsBlanks = allowsBlanks;
  }

  /** Throws `ParseError` as the reference parser does. Ends early where an entry fails the scrape. */
  run(): void {
    const { body, keys, cache } = this.#line;
    keys.begin(body, cache.iteration);
    try {
      for (let at = 0; at >= 0;) at = this.#part(at);
    } finally {
      keys.end();
    }
  }

  /** Appends the part of the body that the window holds from `start` on. Returns where the next one begins, -1 at the end. */
  #part(start: number): number {
    const { body, keys } = this.#line;
    this.#windowStart = start;
    const end = keys.memory.load(body, start);
    for (let at = start; ;) {
      at = this.#runs(at, end);
      if (at === end && end < body.length && end > start) return end;
      at = this.#odd(at);
      if (at < 0 || at >= end) return at;
    }
  }

  /** Appends known lines. Returns the offset of the first that is not, or `end`. */
  #runs(from: number, end: number): number {
    const { table } = this.#line.keys;
    for (let at = from; ;) {
      const status = table.run(at - this.#windowStart, end - this.#windowStart, this.#allowsBlanks);
      at = this.#windowStart + table.runEnd;
      this.#takeRun(table.runCount);
      if (status !== 'full') return at;
    }
  }

  #takeRun(count: number): void {
    const { keys, cache, timestampMs, append } = this.#line;
    const { writer, times, counts, gate } = this.#sink;
    const { runRows, runValues, words } = keys.memory;
    const { firstWord } = keys.table;
    const { columns } = times;
    const { iteration } = cache;
    let seenCount = 0;
    for (let index = 0; index < count; index++) {
      const row = runRows[index] ?? 0;
      const at = firstWord + row * ROW_WORDS.row;
      const value = runValues[index] ?? 0;
      const wasSeen = words[at + ROW_WORDS.mark] === iteration;
      if (!wasSeen) {
        words[at + ROW_WORDS.mark] = iteration;
        seenCount++;
      }
      const kind = (words[at + ROW_WORDS.kind] ?? 0) >>> KIND_SHIFT;
      if (kind !== LINE_KINDS.sample) {
        this.#takeComment(kind, row, this.#windowStart + value);
        continue;
      }
      counts.total++;
      const series = words[at + ROW_WORDS.tag] ?? 0;
      if (series === DROPPED_TAG) continue;
      counts.added++;
      if (wasSeen) counts.duplicates++;
      else if (!gate.isOpen(timestampMs)) continue;
      else if (writer.append(series, timestampMs, value, false)) cache.track(series, append, columns);
      else counts.outOfOrder++;
    }
    keys.countSeen(seenCount);
  }

  /** A known comment. Where other lines have set its field since, it is read again: the last one counts. */
  #takeComment(kind: number, row: number, offset: number): void {
    const field = FIELDS[kind];
    if (field === undefined) return;
    if (field !== 'help') this.#newest[field] = offset;
    const { keys, cache } = this.#line;
    const { table } = keys;
    const tag = table.tag(row);
    if (cache.metadata.seeLine(tag, field, table.identity(row), cache.iteration)) return;
    const entry = this.#readAt(offset);
    if (entry === undefined) return;
    this.#sink.take(entry);
    cache.metadata.setLine(tag, field, table.identity(row));
  }

  /** Appends the entry at `at` as the reference parser reads it. Returns the offset behind it, -1 at the end. */
  #odd(at: number): number {
    this.#tellReader();
    const entry = this.#readAt(at);
    if (entry === undefined) return -1;
    const { start, at: end } = this.#reader;
    if (!this.#sink.take(entry)) return -1;
    if (entry.kind !== 'sample' && entry.kind !== 'histogram') this.#learnComment(entry, start, end);
    return end;
  }

  #readAt(offset: number): Entry | undefined {
    this.#reader.at = offset;
    return this.#reader.next();
  }

  /** Lets the reader see TYPE and UNIT lines that it has missed: they hold for the labels of new series (E-023). */
  #tellReader(): void {
    for (const field of ['type', 'unit'] as const) {
      if (this.#known[field] === this.#newest[field]) continue;
      this.#readAt(this.#newest[field]);
      this.#known[field] = this.#newest[field];
    }
  }

  #learnComment(entry: Exclude<Entry, { readonly kind: 'sample' | 'histogram' }>, start: number, readerAt: number): void {
    const { body, keys, cache } = this.#line;
    if (entry.kind === 'type' || entry.kind === 'unit') {
      this.#newest[entry.kind] = start;
      this.#known[entry.kind] = start;
    }
    const end = body[readerAt - 1] === NEWLINE ? readerAt - 1 : readerAt;
    if (end === body.length) return;
    const tag = entry.kind === 'comment' ? 0 : cache.metadata.tagOf(entry.family);
    const row = keys.seeComment(LINE_KINDS[entry.kind], { start, end, tag });
    if (entry.kind !== 'comment') cache.metadata.setLine(tag, entry.kind, keys.table.identity(row));
  }
}
