import { decodeLabels } from '@limpet/model';
import type { LabelBytes, Labels } from '@limpet/model';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { decodeChunk, encodeChunk } from './chunk-codec.ts';
import { decodeHistogramList, encodeHistogramList } from './histogram-list.ts';
import { encodeBlock, readBlock } from './journal-block.ts';
import { metricName } from './heads.ts';
import type { Head, Heads } from './heads.ts';
import { matches, metricNameOf } from './matcher.ts';
import type { Matcher } from './matcher.ts';
import type { SampleColumns } from './sample-columns.ts';

/** A series as the file knows it. */
export interface StoredSeries {
  readonly id: number;
  readonly labels: Labels;
}

type Row = Record<string, unknown> | undefined;

/** The statements of one open file. Everything throws what SQLite throws; a transaction that throws left no trace. */
export class StoreFile {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Runs `work` as one transaction. */
  transaction<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** The id of a series, a new one where the file does not know it. */
  seriesId(labels: LabelBytes): number {
    const known = this.#sql('SELECT id FROM series WHERE labels = ?').get(labels) as Row;
    if (known !== undefined) return Number(known['id']);
    const { lastInsertRowid } = this.#sql('INSERT INTO series (labels, name) VALUES (?, ?)').run(labels, metricName(decodeLabels(labels)));
    return Number(lastInsertRowid);
  }

  /** Writes samples of many series; returns the journal row. */
  appendBlock(samples: SampleColumns, seriesIds: Uint32Array, writtenMs: number): number {
    const block = encodeBlock(samples, seriesIds);
    const histograms = samples.histograms.size === 0 ? null : encodeHistogramList(samples.histograms);
    const insert = this.#sql('INSERT INTO journal (written_ms, samples, histograms) VALUES (?, ?, ?)');
    return Number(insert.run(writtenMs, block, histograms).lastInsertRowid);
  }

  /** Moves the samples of a head, which has an id, into a chunk; journal rows up to `row` are done with for it. */
  seal({ id = 0, samples }: Head, row: number): void {
    const { timestamps } = samples;
    let firstMs = Infinity;
    let lastMs = -Infinity;
    for (const time of timestamps) {
      firstMs = Math.min(firstMs, time);
      lastMs = Math.max(lastMs, time);
    }
    const insert = this.#sql('INSERT INTO chunk (series, first_ms, last_ms, samples) VALUES (?, ?, ?, ?)');
    insert.run(id, firstMs, lastMs, encodeChunk(samples));
    this.#sql('UPDATE series SET sealed = ? WHERE id = ?').run(row, id);
  }

  /** Fills the heads with what the journal holds beyond the chunks. */
  replay(heads: Heads): void {
    const lookUp = this.#sql('SELECT labels, sealed FROM series WHERE id = ?');
    const sealedById = new Map<number, number>();
    const headOf = (id: number): Head | undefined => {
      const known = heads.ofId(id);
      if (known !== undefined) return known;
      const row = lookUp.get(id) as Row;
      if (row === undefined) return undefined;
      const head = heads.ofLabels(row['labels'] as Uint8Array);
      heads.setId(head, id);
      sealedById.set(id, Number(row['sealed']));
      return head;
    };
    const rows = this.#sql('SELECT id, samples, histograms FROM journal ORDER BY id').iterate();
    for (const { id: row, samples, histograms } of rows as Iterable<Record<string, unknown>>) {
      const bytes = histograms === null ? undefined : decodeHistogramList(histograms as Uint8Array, Infinity);
      readBlock(samples as Uint8Array, (seriesId, timestampMs, value, isStale, index) => {
        const head = headOf(seriesId);
        if (head === undefined || Number(row) <= (sealedById.get(seriesId) ?? 0)) return;
        head.firstRow ??= Number(row);
        head.samples.push(timestampMs, value, isStale, bytes?.get(index));
      });
    }
  }

  /** The newest journal row written before a time; 0 where there is none. */
  rowBefore(writtenMs: number): number {
    return Number((this.#sql('SELECT max(id) AS id FROM journal WHERE written_ms < ?').get(writtenMs) as Row)?.['id'] ?? 0);
  }

  /** The newest journal row; 0 where there is none. */
  lastRow(): number {
    return Number((this.#sql('SELECT max(id) AS id FROM journal').get() as Row)?.['id'] ?? 0);
  }

  trimJournal(firstRow: number): void {
    this.#sql('DELETE FROM journal WHERE id < ?').run(firstRow);
  }

  /** Series that match, at most `limit`. */
  series(matchers: readonly Matcher[], limit: number, selects: (labels: Labels) => boolean = () => true): StoredSeries[] {
    const name = metricNameOf(matchers);
    const all = name === undefined ? this.#sql('SELECT id, labels FROM series') : this.#sql('SELECT id, labels FROM series WHERE name = ?');
    const found: StoredSeries[] = [];
    for (const row of all.iterate(...(name === undefined ? [] : [name])) as Iterable<Record<string, unknown>>) {
      const labels = decodeLabels(row['labels'] as Uint8Array);
      if (matches(labels, matchers) && selects(labels)) found.push({ id: Number(row['id']), labels });
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Chunks of a series that touch a span of time, oldest first. */
  *chunks(seriesId: number, fromMs: number, toMs: number): Generator<SampleColumns> {
    const select = 'SELECT samples FROM chunk WHERE series = ? AND last_ms >= ? AND first_ms <= ? ORDER BY first_ms, id';
    for (const row of this.#sql(select).all(seriesId, fromMs, toMs) as Row[]) {
      const samples = readable(row);
      if (samples !== undefined) yield samples;
    }
  }

  /** The chunk of a series that ends last. */
  lastChunk(seriesId: number): SampleColumns | undefined {
    const row = this.#sql('SELECT samples FROM chunk WHERE series = ? ORDER BY last_ms DESC, id DESC LIMIT 1').get(seriesId) as Row;
    return readable(row);
  }

  /** Removes up to `limit` of the chunks that end first, those that end at `beforeMs` or later excepted. */
  deleteOldest(beforeMs: number, limit: number): { readonly chunks: number; readonly series: ReadonlySet<number> } {
    const oldest = 'SELECT id FROM chunk WHERE last_ms < ? ORDER BY last_ms LIMIT ?';
    const rows = this.#sql(`DELETE FROM chunk WHERE id IN (${oldest}) RETURNING series`).all(beforeMs, limit) as Row[];
    return { chunks: rows.length, series: new Set(rows.map((row) => Number(row?.['series']))) };
  }

  /** Forgets a series that has no chunk. */
  deleteIfEmpty(seriesId: number): void {
    this.#sql('DELETE FROM series WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM chunk WHERE series = ?1)').run(seriesId);
  }

  /** Bytes in use, free pages left out. */
  sizeBytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size');
  }

  /** Gives up to `pages` free pages back to the file system, where they are more than a share of all: most are used again. */
  vacuum(pages: number, share: number): void {
    if (this.#pragma('freelist_count') > share * this.#pragma('page_count')) this.#database.exec(`PRAGMA incremental_vacuum(${pages})`);
  }

  #pragma(name: string): number {
    return Number((this.#sql(`PRAGMA ${name}`).get() as Row)?.[name]);
  }

  #sql(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(text);
    this.#statements.set(text, statement);
    return statement;
  }
}

/** The samples of a chunk; a chunk that is not readable is as good as none. */
function readable(row: Row): SampleColumns | undefined {
  try {
    return row === undefined ? undefined : decodeChunk(row['samples'] as Uint8Array);
  } catch {
    return undefined;
  }
}
