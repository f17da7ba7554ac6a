import { crc32 } from 'node:zlib';
import type { Driver, TimerHandle } from '@limpet/driver';
import type { Log, Metrics } from '@limpet/model';
import { systemCode } from '../errors.ts';
import { CURSOR_INTERVAL_MS } from '../limits.ts';
import { WAL_METRICS } from '../metrics.ts';
import type { WalFiles } from '../ports.ts';
import { replaceFile } from './replace-file.ts';

/** Folder of the cursors within the log's. */
export const CURSOR_FOLDER = 'cursor';
const VERSION = 1;
const SUFFIX = '.json';

/** How far a receiver is: every batch up to `sequence` is finished for it. */
export interface CursorPlace {
  readonly sequence: number;
  /** Samples of the log up to there. */
  readonly sampleTotal: number;
}

interface Cursor {
  place: CursorPlace;
  saved: CursorPlace | undefined;
}

export interface CursorsOptions {
  readonly files: WalFiles;
  readonly driver: Driver;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * One file a receiver that says how far it is, written anew at most once a second. What a crash forgets of it is sent
 * again.
 */
export class Cursors {
  readonly #options: CursorsOptions;
  readonly #cursors = new Map<string, Cursor>();
  #timer: TimerHandle | undefined;
  #saving: Promise<void> = Promise.resolve();
  #isFailing = false;

  constructor(options: CursorsOptions) {
    this.#options = options;
  }

  /** Reads the files. One that is damaged stands for the start of the log: its receiver gets everything again. */
  async load(): Promise<void> {
    const { files, log } = this.#options;
    await files.makeFolder(CURSOR_FOLDER);
    for (const { name, sizeBytes } of await files.list(CURSOR_FOLDER)) {
      if (!name.endsWith(SUFFIX)) continue;
      const bytes = await readWhole(files, `${CURSOR_FOLDER}/${name}`, sizeBytes).catch(() => new Uint8Array());
      const place = decodeCursor(bytes);
      if (place === undefined)
        log.error('a cursor of the log is damaged: its receiver gets the whole log again', { code: 'LIMPET_WAL_CURSOR', name });
      this.#cursors.set(name.slice(0, -SUFFIX.length), { place: place ?? { sequence: 0, sampleTotal: 0 }, saved: place });
    }
  }

  get ids(): readonly string[] {
    return [...this.#cursors.keys()];
  }

  placeOf(id: string): CursorPlace | undefined {
    return this.#cursors.get(id)?.place;
  }

  /** Number of the last batch that every receiver is finished with; undefined where there is none. */
  get finishedSequence(): number | undefined {
    let lowest: number | undefined;
    for (const { place } of this.#cursors.values()) lowest = Math.min(lowest ?? Infinity, place.sequence);
    return lowest;
  }

  /** The highest number that any cursor names. */
  get highestSequence(): number {
    let highest = 0;
    for (const { place } of this.#cursors.values()) highest = Math.max(highest, place.sequence);
    return highest;
  }

  /** A receiver is somewhere else now. */
  move(id: string, place: CursorPlace): void {
    const cursor = this.#cursors.get(id);
    if (cursor === undefined) this.#cursors.set(id, { place, saved: undefined });
    else cursor.place = place;
    this.#schedule();
  }

  /** Forgets a receiver that is no longer configured. */
  async forget(id: string): Promise<void> {
    if (!this.#cursors.delete(id)) return;
    await this.#saving;
    await this.#options.files.remove(pathOf(id)).catch(() => undefined);
  }

  /** Saves what has moved. Never rejects. */
  save(): Promise<void> {
    if (this.#timer !== undefined) this.#options.driver.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saving = this.#saving.then(() => this.#saveMoved());
    return this.#saving;
  }

  /** Stops saving by itself. */
  stop(): void {
    if (this.#timer !== undefined) this.#options.driver.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer ??= this.#options.driver.clock.setTimeout(() => {
      this.#timer = undefined;
      void this.save();
    }, CURSOR_INTERVAL_MS);
  }

  async #saveMoved(): Promise<void> {
    const { files, log, metrics, driver } = this.#options;
    for (const [id, cursor] of this.#cursors) {
      const { place } = cursor;
      if (place.sequence === cursor.saved?.sequence) continue;
      try {
        await replaceFile(files, pathOf(id), encodeCursor(place, driver.clock.wall()));
        cursor.saved = place;
        this.#isFailing = false;
      } catch (error) {
        metrics.add(WAL_METRICS.cursorSaveFailures, [], 1);
        const fields = { code: 'LIMPET_WAL_CURSOR_SAVE', cause: systemCode(error) };
        if (!this.#isFailing) log.warn('how far a receiver is could not be saved; after a crash it would get some samples again', fields);
        this.#isFailing = true;
        this.#schedule();
      }
    }
  }
}

function pathOf(id: string): string {
  return `${CURSOR_FOLDER}/${id}${SUFFIX}`;
}

function encodeCursor({ sequence, sampleTotal }: CursorPlace, savedMs: number): Uint8Array {
  const content = { version: VERSION, sequence, sampleTotal, savedAt: new Date(Math.trunc(savedMs)).toISOString() };
  return Buffer.from(`${JSON.stringify({ ...content, crc: checksum(content) })}\n`);
}

function decodeCursor(bytes: Uint8Array): CursorPlace | undefined {
  try {
    const { crc, ...content } = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
    const { version, sequence, sampleTotal } = content;
    if (version !== VERSION || crc !== checksum(content) || !isCount(sequence) || !isCount(sampleTotal)) return undefined;
    return { sequence, sampleTotal };
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function checksum(content: object): number {
  return crc32(JSON.stringify(content));
}

async function readWhole(files: WalFiles, path: string, sizeBytes: number): Promise<Uint8Array> {
  const file = await files.open(path, 'existing');
  try {
    const bytes = new Uint8Array(sizeBytes);
    return bytes.subarray(0, await file.read(bytes, 0));
  } finally {
    await file.close();
  }
}
