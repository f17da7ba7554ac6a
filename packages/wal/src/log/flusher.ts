import type { Driver } from '@limpet/driver';
import type { Metrics } from '@limpet/model';
import { SLOW_MS } from '../limits.ts';
import { WAL_METRICS } from '../metrics.ts';
import type { WalFile, WalFiles } from '../ports.ts';
import { unsafeSegments } from './log-memory.ts';
import type { Segment } from './segment.ts';

export interface FlusherOptions {
  readonly files: WalFiles;
  readonly driver: Driver;
  readonly metrics: Metrics;
  /** The segments of the log, oldest first. */
  segments(): readonly Segment[];
  /** A round takes longer than a disk should. */
  onSlow(): void;
}

/** Brings segments from memory to disk, oldest first, one round at a time. */
export class Flusher {
  readonly #options: FlusherOptions;
  #round: Promise<unknown> | undefined;

  constructor(options: FlusherOptions) {
    this.#options = options;
  }

  /** Whether a round is under way. */
  get isBusy(): boolean {
    return this.#round !== undefined;
  }

  /** Bytes that are not yet in a file, and whether any are not yet safe. */
  get backlog(): { readonly unwritten: number; readonly isUnsynced: boolean } {
    let unwritten = 0;
    let isUnsynced = false;
    for (const { end, written } of unsafeSegments(this.#options.segments())) {
      unwritten += end - written;
      isUnsynced = true;
    }
    return { unwritten, isUnsynced };
  }

  /** Writes what waits, and makes it safe where asked; resolves with what the system said, `undefined` where all is well. */
  async flush({ sync }: { readonly sync: boolean }): Promise<unknown> {
    while (this.#round !== undefined) await this.#round;
    this.#round = this.#flush(sync);
    const error = await this.#round;
    this.#round = undefined;
    return error;
  }

  async #flush(sync: boolean): Promise<unknown> {
    const { driver, metrics } = this.#options;
    const slow = driver.clock.setTimeout(() => this.#options.onSlow(), SLOW_MS);
    try {
      for (const segment of this.#options.segments().filter(({ file, synced, end }) => file !== undefined || synced < end)) {
        if (segment.written < segment.end) await this.#write(segment);
        if (sync || segment.isSealed) await this.#sync(segment);
      }
      return undefined;
    } catch (error) {
      metrics.add(WAL_METRICS.writesFailed, [], 1);
      return error;
    } finally {
      driver.clock.clearTimeout(slow);
    }
  }

  async #write(segment: Segment): Promise<void> {
    const file = segment.file ?? (await this.#create(segment));
    while (segment.written < segment.end) {
      const bytes = segment.view(segment.written);
      if (bytes === undefined) throw new Error('what has to be written is no longer in memory');
      const count = await file.write(bytes, segment.written);
      if (count <= 0) throw new Error('the file takes no more bytes');
      segment.written = Math.min(segment.written + count, segment.end);
    }
  }

  async #create(segment: Segment): Promise<WalFile> {
    const { files } = this.#options;
    segment.file = await files.open(segment.name, segment.written === 0 ? 'create' : 'existing');
    return segment.file;
  }

  async #sync(segment: Segment): Promise<void> {
    const { files, driver, metrics } = this.#options;
    const { file, written, synced } = segment;
    if (file === undefined) return;
    if (synced < written) {
      const startedMono = driver.clock.mono();
      try {
        await file.sync();
      } catch (error) {
        // The system may have forgotten what it could not write: everything since the last sync is written again.
        segment.written = synced;
        throw error;
      }
      metrics.observe(WAL_METRICS.syncDuration, [], (driver.clock.mono() - startedMono) / 1000);
      if (synced === 0) await files.syncFolder('.');
      segment.synced = Math.min(written, segment.end);
      segment.forgetSynced();
    }
    if (segment.isSealed && segment.synced === segment.end) {
      segment.file = undefined;
      await file.close();
    }
  }
}
