import type { Entry } from '@limpet/exposition';
import { KIND_SHIFT, LINE_KINDS, ROW_WORDS } from '@limpet/line-template';
import type { BatchWriter } from './batch-writer.ts';
import type { BodyRules } from './body-append.ts';
import type { BodyCounts } from './body-counts.ts';
import { commentEnd, DROPPED_TAG, FIELD_OF_KIND, NEVER_SEEN } from './line-keys.ts';
import type { CommentLine, LineKeys } from './line-keys.ts';
import { LineWalk } from './line-walk.ts';
import type { LineBody, LineVisitor } from './line-walk.ts';
import type { SampleGate } from './sample-gate.ts';
import type { SeriesCache } from './series-cache.ts';
import type { SeriesTimes } from './series-times.ts';

/** Where the samples go, shared with the append of single entries. */
export interface LineSink {
  readonly keys: LineKeys;
  readonly cache: SeriesCache;
  readonly writer: BatchWriter;
  readonly times: SeriesTimes;
  readonly counts: BodyCounts;
  readonly gate: SampleGate;
  readonly timestampMs: number;
  readonly append: number;
  readonly rules: Pick<BodyRules, 'honorTimestamps' | 'trackTimestampsStaleness'>;
  /** Takes an entry that the reference parser has read. False: the scrape has failed. */
  readonly take: (entry: Entry) => boolean;
}

/**
 * Appends a body of a text format. Nothing is an object for a sample that was exposed before; every line that the
 * reference parser had to read is known from now on.
 */
export class LineAppend implements LineVisitor {
  readonly #sink: LineSink;
  readonly #bytes: Uint8Array;
  readonly #format: LineBody['format'];
  readonly #walk: LineWalk;

  constructor(body: LineBody, sink: LineSink) {
    this.#sink = sink;
    this.#bytes = body.bytes;
    this.#format = body.format;
    this.#walk = new LineWalk(body, sink.keys, this);
  }

  /** Throws `ParseError` as the reference parser does. Ends early where an entry fails the scrape. */
  run(): void {
    const { keys, cache } = this.#sink;
    keys.begin(this.#bytes, { iteration: cache.iteration, format: this.#format });
    try {
      this.#walk.run(() => false);
    } finally {
      keys.end();
    }
  }

  /** The path of nearly every sample: no calls but the necessary, no object, counts in variables. */
  takeRun(count: number, windowStart: number): void {
    const { keys, cache, timestampMs, append, writer, times, counts, gate, rules } = this.#sink;
    const { runRows, runValues, runTimes, words } = keys.memory;
    const { honorTimestamps, trackTimestampsStaleness } = rules;
    const { firstWord } = keys.table;
    const { columns } = times;
    const { iteration } = cache;
    let total = 0;
    let added = 0;
    let seenCount = 0;
    for (let index = 0; index < count; index++) {
      const row = runRows[index] ?? 0;
      const at = firstWord + row * ROW_WORDS.row;
      const value = runValues[index] ?? 0;
      const mark = words[at + ROW_WORDS.mark];
      const kind = (words[at + ROW_WORDS.kind] ?? 0) >>> KIND_SHIFT;
      const wasSeen = mark === iteration;
      const isPrepared = mark === NEVER_SEEN;
      if (kind !== LINE_KINDS.sample) {
        if (!wasSeen && !isPrepared) {
          words[at + ROW_WORDS.mark] = iteration;
          seenCount++;
        }
        if (isPrepared) this.#takePreparedComment(kind, row, windowStart + value);
        else this.#takeComment(kind, row, windowStart + value);
        continue;
      }
      total++;
      const series = words[at + ROW_WORDS.tag] ?? 0;
      if (!wasSeen && !isPrepared) {
        words[at + ROW_WORDS.mark] = iteration;
        seenCount++;
      }
      if (series === DROPPED_TAG) {
        if (isPrepared) keys.admitRow(row);
        continue;
      }
      added++;
      const time = runTimes[index] ?? Number.NaN;
      const hasOwnTime = honorTimestamps && !Number.isNaN(time);
      if (wasSeen && !hasOwnTime) counts.duplicates++;
      else if (!gate.isOpen(hasOwnTime ? time : timestampMs)) continue;
      else if (hasOwnTime ? writer.append(series, time, value, true) : writer.appendPlain(series, timestampMs, value, columns)) {
        if (!hasOwnTime || trackTimestampsStaleness) cache.track(series, append, columns);
        if (isPrepared) this.#admit(row);
      } else counts.outOfOrder++;
    }
    counts.total += total;
    counts.added += added;
    keys.countSeen(seenCount);
  }

  takeEntry(entry: Entry, start: number, end: number): boolean {
    if (!this.#sink.take(entry)) return false;
    if (entry.kind !== 'sample' && entry.kind !== 'histogram') this.#learnComment(entry, start, end);
    return true;
  }

  /** A prepared sample was stored, which makes its line known. As of every new one, what is not stored is not kept. */
  #admit(row: number): void {
    const { keys, counts } = this.#sink;
    keys.admitRow(row);
    if (!counts.isSampleLimitHit) counts.seriesAdded++;
  }

  #takePreparedComment(kind: number, row: number, offset: number): void {
    const { keys, cache, take } = this.#sink;
    const entry = keys.admitComment(row);
    const field = FIELD_OF_KIND[kind];
    if (entry === undefined || entry.kind === 'comment' || field === undefined) return;
    if (field !== 'help') this.#walk.noteMetadata(field, offset);
    take(entry);
    const tag = cache.metadata.tagOf(entry.family);
    keys.table.setTag(row, tag);
    cache.metadata.setLine(tag, field, keys.table.identity(row));
  }

  /** A known comment. Where other lines have set its field since, it is read again: the last one counts. */
  #takeComment(kind: number, row: number, offset: number): void {
    const field = FIELD_OF_KIND[kind];
    if (field === undefined) return;
    if (field !== 'help') this.#walk.noteMetadata(field, offset);
    const { keys, cache, take } = this.#sink;
    const { table } = keys;
    const tag = table.tag(row);
    if (cache.metadata.seeLine(tag, field, table.identity(row), cache.iteration)) return;
    const entry = this.#walk.readAt(offset);
    if (entry === undefined) return;
    take(entry);
    cache.metadata.setLine(tag, field, table.identity(row));
  }

  #learnComment(entry: CommentLine, start: number, readerAt: number): void {
    const { keys, cache } = this.#sink;
    const end = commentEnd(this.#bytes, readerAt);
    if (end === this.#bytes.length) return;
    const tag = entry.kind === 'comment' ? 0 : cache.metadata.tagOf(entry.family);
    const row = keys.seeComment(LINE_KINDS[entry.kind], { start, end, tag });
    if (entry.kind !== 'comment') cache.metadata.setLine(tag, entry.kind, keys.table.identity(row));
  }
}
