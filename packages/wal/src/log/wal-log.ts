import type { Driver, TimerHandle } from '@limpet/driver';
import type { AppendVerdict, Log, Metrics, ScrapeBatch, SeriesRegistry } from '@limpet/model';
import { systemCode, WalError } from '../errors.ts';
import { MEMORY_BYTES_MAX, SYNC_INTERVAL_MS, WRITE_BYTES, WRITE_INTERVAL_MS } from '../limits.ts';
import { WAL_METRICS } from '../metrics.ts';
import type { WalFiles } from '../ports.ts';
import { Cursors } from './cursors.ts';
import type { CursorPlace } from './cursors.ts';
import { Flusher } from './flusher.ts';
import { LogMemory } from './log-memory.ts';
import { replaceFile } from './replace-file.ts';
import { recoverSegments } from './recover.ts';
import { deletions } from './retention.ts';
import type { Deletion, RetentionRules } from './retention.ts';
import type { Segment } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';

/** A file that says that the log was closed; it is there only while nobody has it open. */
const CLOSED_MARK = 'closed';

/** What a receiver will never get, because it left the log before. */
export interface DroppedFromLog {
  readonly consumer: string;
  readonly reason: 'age' | 'size' | 'damage';
  readonly batchCount: number;
  readonly sampleCount: number;
}

export interface WalLogOptions extends RetentionRules {
  readonly files: WalFiles;
  readonly driver: Driver;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly registry: SeriesRegistry;
  readonly segmentBytes: number;
  readonly memoryBytesMax?: number;
  /** A round of writing has ended, or takes too long: `error` says how, undefined where all is well. */
  onWritten(error: string | undefined): void;
  onDropped(dropped: DroppedFromLog): void;
}

/** The log: batches in at one end, readers at their places, segments on disk in between. Its machine is `storage`. */
export class WalLog {
  readonly options: WalLogOptions;
  readonly cursors: Cursors;
  readonly #flusher: Flusher;
  readonly #memory: LogMemory;
  #segments: Segment[] = [];
  #writer: SegmentWriter | undefined;
  #timer: TimerHandle | undefined;
  #syncedMono: number;
  #isDegraded = false;
  #reported: 'well' | 'ill' | undefined = 'well';
  #isClosed = false;

  constructor(options: WalLogOptions) {
    const { files, driver, metrics } = options;
    this.options = options;
    this.cursors = new Cursors(options);
    this.#memory = new LogMemory({ segments: () => this.#segments, bytesMax: options.memoryBytesMax ?? MEMORY_BYTES_MAX });
    const onSlow = (): void => {
      this.#isDegraded = true;
      this.#report('the disk is slow');
    };
    this.#flusher = new Flusher({ files, driver, metrics, segments: () => this.#segments, onSlow });
    this.#syncedMono = driver.clock.mono();
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Number of the batch that comes next. */
  get nextSequence(): number {
    return this.#writer?.nextSequence ?? 1;
  }

  /** Samples written since the log began. */
  get sampleTotal(): number {
    return this.#writer?.sampleTotal ?? 0;
  }

  /** Finds out what is there. Rejects with a `WalError` where the folder cannot be used. */
  async open(): Promise<void> {
    const { files, log, metrics, driver } = this.options;
    const startedMono = driver.clock.mono();
    try {
      await files.makeFolder('.');
      this.#segments = await recoverSegments(this.options);
      await this.#noteStart();
      await this.cursors.load();
    } catch (cause) {
      throw new WalError('LIMPET_WAL_UNREADABLE', `the log cannot be opened: ${systemCode(cause)}`, { cause });
    }
    const newest = this.#segments.at(-1);
    this.#writer = new SegmentWriter({
      segmentBytes: this.options.segmentBytes,
      labelsOf: (ref) => (this.options.registry.has(ref) ? this.options.registry.labelBytes(ref) : undefined),
      // A receiver may have got what never reached the disk; those numbers are not given again.
      nextSequence: Math.max(newest?.nextSequence ?? 1, this.cursors.highestSequence + 1),
      nextIndex: await this.#nextIndex(),
      samplesBefore: newest === undefined ? 0 : newest.samplesBefore + newest.sampleCount,
      onSegment: (segment) => this.#begun(segment),
    });
    const seconds = (driver.clock.mono() - startedMono) / 1000;
    metrics.set(WAL_METRICS.replayDuration, [], seconds);
    metrics.set(WAL_METRICS.degraded, [], 0);
    this.#showSize();
    log.info('the log is open', { segments: this.#segments.length, nextSequence: this.nextSequence, seconds });
  }

  /** Takes one batch. Never throws, never waits. */
  append(batch: ScrapeBatch): AppendVerdict {
    const { metrics, driver, log } = this.options;
    const writer = this.#writer;
    if (this.#isClosed || writer === undefined) return { ok: false, reason: 'closed' };
    if (!this.#memory.hasRoom() && !this.#memory.makeRoom(this.cursors.finishedSequence)) return this.#refuse('full');
    try {
      const appended = writer.append(batch, { nowMs: driver.clock.wall(), isDegraded: this.#isDegraded });
      if (appended === undefined) return this.#refuse('failed', 'the batch is larger than a record may be');
    } catch (error) {
      log.error('a batch could not be logged', { code: 'LIMPET_FAULT', cause: String(error), targetId: batch.targetId });
      return this.#refuse('failed', String(error));
    }
    const histograms = batch.histograms?.size ?? 0;
    metrics.add(WAL_METRICS.samplesAppended, ['float'], batch.count - histograms);
    if (histograms > 0) metrics.add(WAL_METRICS.samplesAppended, ['histogram'], histograms);
    this.#schedule();
    return { ok: true };
  }

  /** The segment that holds a batch or would: the last one that begins at it or before; the first where none does. */
  segmentOf(sequence: number): Segment | undefined {
    return this.#segments.findLast(({ firstSequence }) => firstSequence <= sequence) ?? this.#segments[0];
  }

  /** The segment behind another; undefined where that is the newest. */
  segmentAfter(index: number): Segment | undefined {
    return this.#segments.find((segment) => segment.index > index);
  }

  /** A receiver is finished with more. */
  finished(id: string, place: CursorPlace): void {
    // Retention may have moved the cursor further meanwhile.
    if (place.sequence > (this.cursors.placeOf(id)?.sequence ?? -1)) this.cursors.move(id, place);
  }

  /** Damage has made batches unreadable for a receiver. */
  lost(id: string, { batchCount, sampleCount }: Pick<DroppedFromLog, 'batchCount' | 'sampleCount'>): void {
    const { metrics } = this.options;
    metrics.add(WAL_METRICS.lostBatches, [id], batchCount);
    metrics.add(WAL_METRICS.droppedSamples, [id, 'damage'], sampleCount);
    this.options.onDropped({ consumer: id, reason: 'damage', batchCount, sampleCount });
  }

  /** Writes everything that waits and makes it safe. Resolves with what the system said, `undefined` where all is well. */
  async flush(): Promise<string | undefined> {
    const error = await this.#flusher.flush({ sync: true });
    this.#syncedMono = this.options.driver.clock.mono();
    this.#showSize();
    return error === undefined ? undefined : systemCode(error);
  }

  /** Tries again after a failure; reports how it went. */
  async retry(): Promise<void> {
    const error = await this.flush();
    if (error === 'ENOSPC') await this.truncate({ isUrgent: true });
    this.#isDegraded = error !== undefined;
    this.#reported = undefined; // whoever asked wants an answer
    this.#report(error);
    this.#schedule();
  }

  /** Deletes what nobody needs, and what is too old or too much. Never rejects. */
  async truncate({ isUrgent = false } = {}): Promise<void> {
    const { metrics, driver } = this.options;
    const startedMono = driver.clock.mono();
    const facts = { ...this.options, nowMs: driver.clock.wall(), finishedSequence: this.cursors.finishedSequence, isUrgent };
    for (const deletion of deletions(this.#segments, facts)) await this.#delete(deletion);
    metrics.add(WAL_METRICS.truncations, [], 1);
    metrics.observe(WAL_METRICS.truncateDuration, [], (driver.clock.mono() - startedMono) / 1000);
    this.#showSize();
  }

  /** Counts what a receiver will never get, and moves it past that. */
  #skip(id: string, { to, reason }: { readonly to: CursorPlace; readonly reason: DroppedFromLog['reason'] }): void {
    const from = this.cursors.placeOf(id);
    if (from === undefined || from.sequence >= to.sequence) return;
    const sampleCount = Math.max(0, to.sampleTotal - from.sampleTotal);
    this.options.metrics.add(WAL_METRICS.droppedSamples, [id, reason], sampleCount);
    this.options.onDropped({ consumer: id, reason, batchCount: to.sequence - from.sequence, sampleCount });
    this.cursors.move(id, to);
  }

  /** Writes what waits, saves the cursors, closes the files. Whatever fails is logged. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#timer !== undefined) this.options.driver.clock.clearTimeout(this.#timer);
    this.#writer?.seal();
    const error = await this.flush();
    if (error !== undefined) this.options.log.error('the end of the log could not be written', { code: 'LIMPET_WAL_CLOSE', cause: error });
    await this.cursors.save();
    this.cursors.stop();
    for (const segment of this.#segments) await segment.file?.close().catch(() => undefined);
    if (error === undefined) await replaceFile(this.options.files, CLOSED_MARK, new Uint8Array()).catch(() => undefined);
  }

  #begun(segment: Segment): void {
    this.#segments.push(segment);
    this.options.metrics.set(WAL_METRICS.currentSegment, [], segment.index);
  }

  #refuse(reason: 'full' | 'failed', detail?: string): AppendVerdict {
    this.options.metrics.add(WAL_METRICS.refusedBatches, [reason], 1);
    if (reason === 'full' && !this.#isDegraded) this.#report('more waits for the disk than memory holds');
    return { ok: false, reason, ...(detail !== undefined && { detail }) };
  }

  /** Writes soon, at once where much waits; not while the disk is failing, then `retry` does. */
  #schedule(): void {
    if (this.#isDegraded || this.#isClosed || this.#flusher.isBusy) return;
    const { unwritten, isUnsynced } = this.#flusher.backlog;
    if (unwritten >= WRITE_BYTES) void this.#tick();
    else if (isUnsynced) this.#timer ??= this.options.driver.clock.setTimeout(() => void this.#tick(), WRITE_INTERVAL_MS);
  }

  async #tick(): Promise<void> {
    const { driver, metrics } = this.options;
    if (this.#timer !== undefined) driver.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const nowMono = driver.clock.mono();
    const sync = nowMono - this.#syncedMono >= SYNC_INTERVAL_MS;
    const error = await this.#flusher.flush({ sync });
    if (sync && error === undefined) this.#syncedMono = nowMono;
    metrics.set(WAL_METRICS.memoryBytes, [], this.#memory.bytes);
    metrics.set(WAL_METRICS.activeSeries, [], this.#writer?.seriesCount ?? 0);
    this.#showSize();
    this.#isDegraded = error !== undefined;
    this.#report(error === undefined ? undefined : systemCode(error));
    this.#schedule();
  }

  /** Tells of a change between well and ill. */
  #report(error: string | undefined): void {
    const condition = error === undefined ? 'well' : 'ill';
    if (this.#reported === condition) return;
    this.#reported = condition;
    this.options.metrics.set(WAL_METRICS.degraded, [], error === undefined ? 0 : 1);
    this.options.driver.accept({ kind: 'effect', key: 'storage/written' }, () => this.options.onWritten(error));
  }

  async #delete({ segment, reason }: Deletion): Promise<void> {
    const { files, log, metrics } = this.options;
    const to = { sequence: segment.lastSequence, sampleTotal: segment.samplesBefore + segment.sampleCount };
    if (reason !== 'finished') {
      for (const id of this.cursors.ids) this.#skip(id, { to, reason });
      log.warn('a segment was deleted although a receiver lacks some of it', { code: 'LIMPET_WAL_DROPPED', segment: segment.name, reason });
    }
    this.#segments = this.#segments.filter((candidate) => candidate !== segment);
    try {
      await segment.file?.close();
      segment.file = undefined;
      await files.remove(segment.name);
    } catch (error) {
      metrics.add(WAL_METRICS.truncationsFailed, [], 1);
      log.warn('a segment could not be deleted', { code: 'LIMPET_WAL_DELETE', segment: segment.name, cause: systemCode(error) });
    }
  }

  /** Finds the mark of a log that was closed, and takes it away. */
  async #noteStart(): Promise<void> {
    const { files, log, metrics } = this.options;
    const isClean = this.#segments.length === 0 || (await files.list('.')).some(({ name }) => name === CLOSED_MARK);
    metrics.set(WAL_METRICS.cleanStart, [], isClean ? 1 : 0);
    if (!isClean) log.warn('the log was not closed: the process that wrote it was killed', { code: 'LIMPET_WAL_UNCLEAN' });
    await files.remove(CLOSED_MARK).catch(() => undefined);
  }

  /** An index that no file bears, readable or not. */
  async #nextIndex(): Promise<number> {
    const names = await this.options.files.list('.');
    return 1 + Math.max(-1, ...names.map(({ name }) => Number(/^(\d{8})\.seg/.exec(name)?.[1] ?? -1)));
  }

  #showSize(): void {
    this.options.metrics.set(
      WAL_METRICS.sizeBytes,
      [],
      this.#segments.reduce((sum, { written }) => sum + written, 0),
    );
  }
}
