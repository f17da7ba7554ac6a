import { indexTimers } from '@limpet/driver';
import type { Driver } from '@limpet/driver';
import { failed, succeeded } from '@limpet/model';
import type { AppendVerdict, Log, Metrics, Result, ScrapeBatch, SeriesRegistry } from '@limpet/model';
import { createActor } from 'xstate';
import type { ActorRefFrom, InspectionEvent } from 'xstate';
import { WalError } from './errors.ts';
import { AGE_MS_MAX, AGE_MS_MIN, LOG_BYTES_MAX, SEGMENT_BYTES } from './limits.ts';
import { findScrapes } from './log/find-scrapes.ts';
import type { LoggedScrape, ScrapeQuery } from './log/find-scrapes.ts';
import { WalLog } from './log/wal-log.ts';
import type { DroppedFromLog } from './log/wal-log.ts';
import { WalReader } from './log/wal-reader.ts';
import type { WalFiles } from './ports.ts';
import type { StorageEvent } from './storage/storage-events.ts';
import { bindStorage } from './storage/storage.machine.ts';
import type { storageMachine } from './storage/storage.machine.ts';

export interface StorageOptions {
  readonly files: WalFiles;
  readonly driver: Driver;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly registry: SeriesRegistry;
  /** Bytes of a segment; `SEGMENT_BYTES` by default. */
  readonly segmentBytes?: number;
  /** Bytes of the whole log; `LOG_BYTES_MAX` by default. */
  readonly bytesMax?: number;
  /** Milliseconds for which delivered segments are kept at least, and others at most. */
  readonly ageMsMin?: number;
  readonly ageMsMax?: number;
  /** Bytes that may wait in memory for the disk. */
  readonly memoryBytesMax?: number;
  /** The disk began to fail (`error` says how), or is well again. */
  readonly onCondition?: (error: string | undefined) => void;
  /** A receiver will never get some of what was logged. */
  readonly onDropped?: (dropped: DroppedFromLog) => void;
  readonly inspect?: (event: InspectionEvent) => void;
}

/** The durable log with its machine. */
export interface Storage {
  readonly actor: ActorRefFrom<typeof storageMachine>;
  readonly log: WalLog;
  /** Starts the machine; resolves when batches can be taken, or with why not. Once. */
  open(): Promise<Result<undefined, WalError>>;
  /** Takes one batch. Never throws, never waits; the batch is borrowed. */
  append(batch: ScrapeBatch): AppendVerdict;
  /** Gives a receiver that has none a place at the end of the log, on disk before it resolves. */
  register(id: string): Promise<void>;
  /** A way through the log from a receiver's place on. */
  reader(id: string, onReadable: () => void): Promise<WalReader>;
  /** Forgets the cursors of every other receiver: they are configured no more. */
  keepOnly(ids: ReadonlySet<string>): Promise<void>;
  /** Looks scrapes up in the log. */
  find(query: ScrapeQuery): Promise<readonly LoggedScrape[]>;
  /** Writes everything that waits and makes it safe, as far as the disk lets it. */
  flush(): Promise<void>;
  /** Writes what waits and closes the files. Resolves when the machine has ended. */
  close(): Promise<void>;
}

/** Nothing is read or made before `open`. */
export function createStorage(options: StorageOptions): Storage {
  return new DiskStorage(options);
}

class DiskStorage implements Storage {
  readonly actor: ActorRefFrom<typeof storageMachine>;
  readonly log: WalLog;
  readonly #options: StorageOptions;
  readonly #opened = Promise.withResolvers<Result<undefined, WalError>>();
  readonly #ended = Promise.withResolvers<void>();
  #tell: (event: StorageEvent) => void = () => {};
  #isStarted = false;

  constructor(options: StorageOptions) {
    const { driver, inspect, files, log, metrics, registry } = options;
    this.#options = options;
    this.log = new WalLog({
      files,
      driver,
      log,
      metrics,
      registry,
      segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
      bytesMax: options.bytesMax ?? LOG_BYTES_MAX,
      ageMsMin: options.ageMsMin ?? AGE_MS_MIN,
      ageMsMax: options.ageMsMax ?? AGE_MS_MAX,
      ...(options.memoryBytesMax !== undefined && { memoryBytesMax: options.memoryBytesMax }),
      onWritten: (error) => this.#onWritten(error),
      onDropped: (dropped) => options.onDropped?.(dropped),
    });
    const machine = bindStorage({
      attach: (tell) => (this.#tell = tell),
      openLog: () => this.#effect(this.#open()),
      truncate: () => this.#effect(this.log.truncate().then(() => ({ type: 'truncated' }))),
      retryWrite: () => void this.log.retry(),
      closeLog: () => this.#effect(this.log.close().then(() => ({ type: 'closed' }))),
    });
    this.actor = createActor(machine, { id: 'storage', clock: driver.clock, ...(inspect !== undefined && { inspect }) });
    indexTimers(this.actor.system);
    this.actor.subscribe({ complete: () => this.#ended.resolve(), error: (error) => this.#broke(error) });
  }

  open(): Promise<Result<undefined, WalError>> {
    this.#isStarted = true;
    this.#options.driver.accept({ kind: 'command', key: 'storage/open' }, () => this.actor.start());
    return this.#opened.promise;
  }

  append(batch: ScrapeBatch): AppendVerdict {
    return this.log.append(batch);
  }

  async register(id: string): Promise<void> {
    const { cursors, nextSequence, sampleTotal } = this.log;
    if (cursors.placeOf(id) !== undefined) return;
    cursors.move(id, { sequence: nextSequence - 1, sampleTotal });
    await cursors.save();
  }

  async reader(id: string, onReadable: () => void): Promise<WalReader> {
    await this.register(id);
    return new WalReader({ log: this.log, id, onReadable });
  }

  async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    for (const id of this.log.cursors.ids) if (!ids.has(id)) await this.log.cursors.forget(id);
  }

  find(query: ScrapeQuery): Promise<readonly LoggedScrape[]> {
    return findScrapes({ segments: this.log.segments, files: this.#options.files }, query);
  }

  async flush(): Promise<void> {
    await this.log.flush();
  }

  async close(): Promise<void> {
    if (!this.#isStarted) return;
    this.#options.driver.accept({ kind: 'command', key: 'storage/close' }, () => {
      if (this.actor.getSnapshot().status === 'active') this.actor.send({ type: 'close' });
    });
    await this.#ended.promise;
  }

  async #open(): Promise<StorageEvent> {
    try {
      await this.log.open();
    } catch (error) {
      const refusal = error instanceof WalError ? error : new WalError('LIMPET_WAL_UNREADABLE', String(error), { cause: error });
      this.#opened.resolve(failed(refusal));
      return { type: 'openFailed', error: refusal.message };
    }
    this.#opened.resolve(succeeded(undefined));
    return { type: 'opened' };
  }

  #effect(answer: Promise<StorageEvent>): void {
    const { driver } = this.#options;
    void answer.then((event) => driver.accept({ kind: 'effect', key: `storage/${event.type}` }, () => this.#tell(event)));
  }

  #onWritten(error: string | undefined): void {
    const { log, onCondition } = this.#options;
    const wasWell = !this.actor.getSnapshot().matches('degraded');
    if (this.actor.getSnapshot().status === 'active')
      this.#tell(error === undefined ? { type: 'written' } : { type: 'writeFailed', error });
    if (wasWell === (error === undefined)) return;
    if (error === undefined) log.info('the log can be written again', { code: 'LIMPET_WAL_RECOVERED' });
    else log.error('the log cannot be written; what is scraped stays in memory', { code: 'LIMPET_WAL_DEGRADED', cause: error });
    onCondition?.(error);
  }

  /** The machine errors: a fault of ours. */
  #broke(error: unknown): void {
    this.#options.log.error('the machine of the log broke', { code: 'LIMPET_FAULT', cause: String(error) });
    this.#opened.resolve(failed(new WalError('LIMPET_WAL_CLOSED', 'the machine of the log broke', { cause: error })));
    this.#ended.resolve();
  }
}
