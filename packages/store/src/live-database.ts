import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CORRUPT_FILES_KEPT } from './limits.ts';

/** Number of the tables' layout, kept in the file. A file of another layout is moved aside. */
const LAYOUT = 1;
const PAGE_BYTES = 4096;
/** Bytes to which SQLite cuts its write-ahead file back after a checkpoint. */
const WAL_BYTES = 16 * 1024 * 1024;

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

const SCHEMA = `
  CREATE TABLE series (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: the journal names series by it
    labels BLOB NOT NULL UNIQUE,          -- canonical label bytes
    name TEXT NOT NULL,                   -- the metric name, for look-ups
    sealed INTEGER NOT NULL DEFAULT 0     -- journal rows up to this one are in chunks, as far as this series goes
  );
  CREATE INDEX series_by_name ON series (name);
  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    samples BLOB NOT NULL
  );
  CREATE INDEX chunk_by_series ON chunk (series, first_ms, last_ms);
  CREATE INDEX chunk_by_end ON chunk (last_ms, series);
  CREATE TABLE journal (id INTEGER PRIMARY KEY AUTOINCREMENT, written_ms INTEGER NOT NULL, samples BLOB NOT NULL, histograms BLOB);
  PRAGMA user_version = ${LAYOUT};
`;

/** Opens the store's file, or makes it. Throws what SQLite throws; `isDamaged` tells damage from other trouble. */
export function openDatabase(path: string, { sizeBytesMax }: { readonly sizeBytesMax: number }): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA auto_vacuum = INCREMENTAL`);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    database.exec(`PRAGMA journal_size_limit = ${WAL_BYTES}; PRAGMA max_page_count = ${Math.ceil(sizeBytesMax / PAGE_BYTES)}`);
    const layout = database.prepare('PRAGMA user_version').get()?.['user_version'];
    if (layout === 0) database.exec(`BEGIN; ${SCHEMA} COMMIT`);
    else if (layout !== LAYOUT) throw new UnknownLayout(`the file has layout ${String(layout)}, this version knows ${LAYOUT}`);
    else addHistograms(database);
    return database;
  } catch (error) {
    closeQuietly(database);
    throw error;
  }
}

/** Files from before histograms were kept lack their column; versions of that time do not mind it. */
function addHistograms(database: DatabaseSync): void {
  const column = database.prepare("SELECT 1 FROM pragma_table_info('journal') WHERE name = 'histograms'").get();
  if (column === undefined) database.exec('ALTER TABLE journal ADD COLUMN histograms BLOB');
}

/** A file that another version wrote. */
class UnknownLayout extends Error {}

/** Whether an error says that the file cannot be used and never will: damaged, no database, or another layout. */
export function isDamaged(error: unknown): boolean {
  if (error instanceof UnknownLayout) return true;
  const code = Number((error as { readonly errcode?: unknown } | null)?.errcode) & 0xff;
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/** Moves a file that cannot be used out of the way; returns its new name. Older ones are removed. */
export function moveAside(path: string, nowMs: number): string {
  const prefix = `${basename(path)}.corrupt-`;
  const directory = dirname(path);
  const older = readdirSync(directory).filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)));
  const surplus = older.toSorted((a, b) => Number(b.slice(prefix.length)) - Number(a.slice(prefix.length))).slice(CORRUPT_FILES_KEPT - 1);
  for (const name of surplus) rmSync(join(directory, name), { force: true });
  const aside = join(directory, `${prefix}${Math.floor(nowMs)}`);
  renameSync(path, aside);
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  return aside;
}

/** Closes a database that may be past closing. */
export function closeQuietly(database: DatabaseSync): void {
  try {
    database.close();
  } catch {
    // it was closed, or never open
  }
}
