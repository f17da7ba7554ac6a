import type { Appendable, AppendVerdict, Labels, Log, Metrics, ScrapeBatch, SeriesRegistry } from '@limpet/model';
import type { DatabaseSync } from 'node:sqlite';
import { Intake } from './intake.ts';
import {
  FLUSH_INTERVAL_MS,
  FLUSH_SAMPLES,
  HARD_SIZE_FACTOR,
  MAINTENANCE_INTERVAL_MS,
  PENDING_SAMPLES_MAX,
  RETENTION_BYTES,
  RETENTION_MS,
} from './limits.ts';
import { closeQuietly, isDamaged, moveAside, openDatabase } from './live-database.ts';
import type { Matcher } from './matcher.ts';
import { STORE_METRICS } from './metrics.ts';
import { findSeries, latest, range } from './query.ts';
import type { RangeQuery, RangeResult, SeriesRange } from './query.ts';
import { cleanUp } from './retention.ts';
import { StoreFile } from './store-file.ts';

/** What the store needs of a clock; the driver's clock is one. */
export interface StoreClock {
  /** Monotonic milliseconds. */
  mono(): number;
  /** Milliseconds since the epoch. */
  wall(): number;
  setTimeout(fire: () => void, delayMs: number): object;
  clearTimeout(timer: object): void;
}

export interface StoreOptions {
  /** The file; its folder is made where it is missing. `:memory:` keeps nothing. */
  readonly path: string;
  readonly registry: SeriesRegistry;
  readonly clock: StoreClock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** `RETENTION_MS` by default. */
  readonly retentionMs?: number;
  /** `RETENTION_BYTES` by default. */
  readonly retentionBytes?: number;
  /** `FLUSH_INTERVAL_MS` by default. */
  readonly flushIntervalMs?: number;
  /** `PENDING_SAMPLES_MAX` by default. */
  readonly pendingSamplesMax?: number;
}

/** How the store is doing, for views. */
export interface StoreStatus {
  /** `degraded`: it cannot write at present; what comes waits in memory as far as there is room. */
  readonly state: 'healthy' | 'degraded' | 'closed';
  /** Why it is degraded. */
  readonly error: string | undefined;
  /** Wall milliseconds since when. */
  readonly sinceMs: number;
  readonly pendingSamples: number;
  readonly headSeries: number;
  readonly sizeBytes: number;
}

/** Embedded recent history: batches in, ranges out. */
export interface Store extends Appendable {
  /** The samples of a span of time, what has not been written yet included. Never throws. */
  range(query: RangeQuery): RangeResult;
  /** The newest sample of each series that matches. Never throws. */
  latest(matchers: readonly Matcher[]): readonly SeriesRange[];
  /** Label sets of the series that match. Never throws. */
  series(matchers: readonly Matcher[]): readonly Labels[];
  status(): StoreStatus;
}

/**
 * Opens the store's file or begins a new one. Always returns a store: a damaged file is moved aside, and one that cannot
 * be opened is tried again with every write, the store being degraded until then.
 */
export function openStore(options: StoreOptions): Store {
  return new EmbeddedStore(options);
}

class EmbeddedStore implements Store {
  readonly name = 'store';
  readonly #options: StoreOptions;
  readonly #intake: Intake;
  readonly #pendingMax: number;
  #open: { readonly database: DatabaseSync; readonly file: StoreFile } | undefined;
  #trouble: string | undefined;
  #sinceMs: number;
  #sizeBytes = 0;
  #isClosed = false;
  #isReplayed = false;
  #flushTimer: { readonly handle: object; readonly isSoon: boolean } | undefined;
  #maintenanceTimer: object | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#intake = new Intake(options.registry);
    this.#pendingMax = options.pendingSamplesMax ?? PENDING_SAMPLES_MAX;
    this.#sinceMs = options.clock.wall();
    this.#attempt(() => this.#file());
    this.#scheduleMaintenance();
  }

  append(batch: ScrapeBatch): AppendVerdict {
    if (this.#isClosed) return { ok: false, reason: 'closed' };
    const { pendingSize } = this.#intake;
    if (pendingSize > 0 && pendingSize + batch.count > this.#pendingMax) return this.#refuse(batch);
    const { taken, unknown, lacking } = this.#intake.take(batch);
    const { metrics } = this.#options;
    metrics.add(STORE_METRICS.samples, [], taken);
    if (unknown > 0) metrics.add(STORE_METRICS.missedSamples, ['unknown_series'], unknown);
    if (lacking > 0) metrics.add(STORE_METRICS.missedSamples, ['histogram'], lacking);
    this.#scheduleFlush();
    return { ok: true };
  }

  /** Labels are resolved as samples come in, so no batch is ever needed again. */
  oldestInUse(): undefined {
    return undefined;
  }

  async flush(signal: AbortSignal): Promise<void> {
    if (!signal.aborted && !this.#isClosed) this.#write();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#write();
    this.#isClosed = true;
    if (this.#flushTimer !== undefined) this.#options.clock.clearTimeout(this.#flushTimer.handle);
    if (this.#maintenanceTimer !== undefined) this.#options.clock.clearTimeout(this.#maintenanceTimer);
    if (this.#open !== undefined) closeQuietly(this.#open.database);
    this.#open = undefined;
  }

  range(query: RangeQuery): RangeResult {
    return this.#ask((file) => range(file, this.#intake.heads, query));
  }

  latest(matchers: readonly Matcher[]): readonly SeriesRange[] {
    return this.#ask((file) => latest(file, this.#intake.heads, matchers));
  }

  series(matchers: readonly Matcher[]): readonly Labels[] {
    return this.#ask((file) => findSeries(file, this.#intake.heads, matchers).map(({ labels }) => labels));
  }

  status(): StoreStatus {
    return {
      state: this.#isClosed ? 'closed' : this.#trouble === undefined ? 'healthy' : 'degraded',
      error: this.#trouble,
      sinceMs: this.#sinceMs,
      pendingSamples: this.#intake.pendingCount,
      headSeries: this.#intake.heads.size,
      sizeBytes: this.#sizeBytes,
    };
  }

  #refuse(batch: ScrapeBatch): AppendVerdict {
    const reason = this.#trouble === undefined ? 'full' : 'failed';
    this.#options.metrics.add(STORE_METRICS.missedSamples, [reason], batch.count);
    return this.#trouble === undefined ? { ok: false, reason } : { ok: false, reason, detail: this.#trouble };
  }

  /** Writes what waits; returns whether the file is in step with memory. */
  #write(): boolean {
    const { clock, metrics } = this.#options;
    const startMono = clock.mono();
    const isWritten = this.#attempt(() => this.#intake.writeTo(this.#file(), clock.wall()));
    metrics.observe(STORE_METRICS.writeDuration, [], (clock.mono() - startMono) / 1000);
    metrics.set(STORE_METRICS.pendingSamples, [], this.#intake.pendingCount);
    return isWritten;
  }

  #maintain(): void {
    const { clock, metrics, retentionMs = RETENTION_MS, retentionBytes = RETENTION_BYTES } = this.#options;
    const isWritten = this.#write();
    const nowMs = clock.wall();
    this.#attempt(() => {
      const file = this.#file();
      // Heads may hold samples that a failed write has left out of the journal: they become no chunks then.
      const { byAge, bySize } = cleanUp(file, this.#intake.heads, { retentionMs, retentionBytes, nowMs, maySeal: isWritten });
      if (byAge > 0) metrics.add(STORE_METRICS.deletedChunks, ['age'], byAge);
      if (bySize > 0) metrics.add(STORE_METRICS.deletedChunks, ['size'], bySize);
      this.#sizeBytes = file.sizeBytes();
    });
    metrics.set(STORE_METRICS.sizeBytes, [], this.#sizeBytes);
    metrics.set(STORE_METRICS.headSeries, [], this.#intake.heads.size);
    this.#scheduleMaintenance();
  }

  /** Runs work on the file; trouble is noted and counted, a damaged file replaced. Returns whether it went well. */
  #attempt(work: () => void): boolean {
    try {
      work();
    } catch (error) {
      if (!isDamaged(error)) return this.#degrade(error);
      try {
        this.#replace(error);
        work();
      } catch (later) {
        return this.#degrade(later);
      }
    }
    this.#recover();
    return true;
  }

  /** The open file, opened now where it is not. */
  #file(): StoreFile {
    if (this.#open !== undefined) return this.#open.file;
    const { path, retentionBytes = RETENTION_BYTES } = this.#options;
    const database = openDatabase(path, { sizeBytesMax: retentionBytes * HARD_SIZE_FACTOR });
    try {
      const file = new StoreFile(database);
      if (!this.#isReplayed) file.replay(this.#intake.heads);
      this.#isReplayed = true;
      this.#sizeBytes = file.sizeBytes();
      this.#open = { database, file };
      return file;
    } catch (error) {
      closeQuietly(database);
      throw error;
    }
  }

  #replace(cause: unknown): void {
    const { path, clock, log, metrics } = this.#options;
    if (this.#open !== undefined) closeQuietly(this.#open.database);
    this.#open = undefined;
    metrics.add(STORE_METRICS.corruptions, [], 1);
    const aside = moveAside(path, clock.wall());
    log.error('the file of the embedded store is damaged: it was moved aside and a new one begun, older history is gone', {
      code: 'LIMPET_STORE_CORRUPT',
      path,
      aside,
      error: String(cause),
    });
    this.#intake.startOver();
  }

  #degrade(error: unknown): false {
    const { clock, log, metrics } = this.#options;
    const trouble = error instanceof Error ? error.message : String(error);
    metrics.add(STORE_METRICS.writeFailures, [], 1);
    metrics.set(STORE_METRICS.degraded, [], 1);
    if (this.#trouble === undefined) {
      this.#sinceMs = clock.wall();
      log.error('the embedded store cannot write; samples wait in memory', {
        code: 'LIMPET_STORE_DEGRADED',
        path: this.#options.path,
        error: trouble,
      });
    }
    this.#trouble = trouble;
    this.#scheduleFlush();
    return false;
  }

  #recover(): void {
    this.#options.metrics.set(STORE_METRICS.degraded, [], 0);
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#sinceMs = this.#options.clock.wall();
    this.#options.log.info('the embedded store writes again', { code: 'LIMPET_STORE_RECOVERED', path: this.#options.path });
  }

  /** Answers from file and memory, or from memory alone where the file is in trouble. */
  #ask<Answer>(answer: (file: StoreFile | undefined) => Answer): Answer {
    try {
      return answer(this.#open?.file);
    } catch (error) {
      this.#options.log.warn('the embedded store could not read its file', { code: 'LIMPET_STORE_READ', error: String(error) });
      if (isDamaged(error)) this.#attempt(() => this.#throwDamage(error));
      return answer(undefined);
    }
  }

  /** Throws once, so that the file is replaced, and is content with the new one. */
  #throwDamage(error: unknown): void {
    if (this.#open !== undefined) throw error;
    this.#file();
  }

  #scheduleFlush(): void {
    if (this.#isClosed) return;
    const isSoon = this.#trouble === undefined && this.#intake.pendingSize >= FLUSH_SAMPLES;
    if (this.#flushTimer !== undefined && (this.#flushTimer.isSoon || !isSoon)) return;
    const { clock, flushIntervalMs = FLUSH_INTERVAL_MS } = this.#options;
    if (this.#flushTimer !== undefined) clock.clearTimeout(this.#flushTimer.handle);
    const fire = (): void => {
      this.#flushTimer = undefined;
      this.#write();
    };
    this.#flushTimer = { handle: clock.setTimeout(fire, isSoon ? 0 : flushIntervalMs), isSoon };
  }

  #scheduleMaintenance(): void {
    this.#maintenanceTimer = this.#isClosed ? undefined : this.#options.clock.setTimeout(() => this.#maintain(), MAINTENANCE_INTERVAL_MS);
  }
}
