import type { ScrapeBatch } from '@limpet/model';
import { decodeFrame, RECORD } from '../format/record-frame.ts';
import type { Frame } from '../format/record-frame.ts';
import { ScrapeDecoder } from '../format/scrape-decoder.ts';
import { HEADER_BYTES } from '../format/segment-header.ts';
import { systemCode } from '../errors.ts';
import { READ_ATTEMPTS, RETRY_MS } from '../limits.ts';
import { WATCHER_METRICS } from '../metrics.ts';
import type { CursorPlace } from './cursors.ts';
import { quarantine } from './quarantine.ts';
import type { Segment } from './segment.ts';
import { SegmentChunk } from './segment-chunk.ts';
import { SeriesHolds } from './series-holds.ts';
import type { WalLog } from './wal-log.ts';

/** A batch out of the log. Borrowed: valid until the next one is asked for. */
export interface ReadBatch {
  readonly batch: ScrapeBatch;
  readonly sequence: number;
}

export interface WalReaderOptions {
  readonly log: WalLog;
  /** Names the receiver and its cursor. */
  readonly id: string;
  /** There is more to read, or it has been found out that there is not. */
  onReadable(): void;
}

/**
 * One receiver's way through the log: from its cursor to the end, a batch at a time. Batches that the disk has are
 * loaded in the background, which `onReadable` tells; those that memory has are there at once.
 */
export class WalReader {
  readonly #options: WalReaderOptions;
  readonly #decoder: ScrapeDecoder;
  readonly #holds: SeriesHolds;
  readonly #chunk: SegmentChunk;
  /** Batches handed out and not finished, with the samples of the log up to their ends. */
  readonly #unfinished: CursorPlace[] = [];
  #segment: Segment | undefined;
  #at = HEADER_BYTES;
  /** Batches up to this one are read for what they say about those after, and not handed out. */
  #skipTo: number;
  #lastSequence: number;
  #samplesRead = 0;
  /** While the last checkpoint before the cursor is looked for: where it is, as far as known. */
  #seekingAt: number | undefined;
  #current: ReadBatch | undefined;
  #failures = 0;
  #isLoading = false;
  #isClosed = false;

  constructor(options: WalReaderOptions) {
    const { log, id } = options;
    const { registry } = log.options;
    this.#options = options;
    this.#holds = new SeriesHolds(registry);
    this.#decoder = new ScrapeDecoder((labels) => this.#holds.refOf(labels));
    this.#chunk = new SegmentChunk(log.options.files);
    this.#skipTo = log.cursors.placeOf(id)?.sequence ?? 0;
    this.#lastSequence = this.#skipTo;
    this.#enter(log.segmentOf(this.#skipTo + 1));
    this.#seekingAt = HEADER_BYTES;
  }

  /** Whether everything in the log has been handed out. */
  get isAtEnd(): boolean {
    return this.#current === undefined && !this.#isLoading && this.#lastSequence >= this.#options.log.nextSequence - 1;
  }

  /** Samples in the log that are not finished. */
  get pendingSamples(): number {
    const { log, id } = this.#options;
    return Math.max(0, log.sampleTotal - (log.cursors.placeOf(id)?.sampleTotal ?? 0));
  }

  /** The oldest batch that was not dropped; undefined where there is none yet. */
  first(): ReadBatch | undefined {
    while (this.#current === undefined && !this.#isLoading && !this.#isClosed) {
      if (!this.#readOn()) break;
    }
    return this.#current;
  }

  /** The batch from `first` has been taken to its end. */
  dropFirst(): void {
    this.#current = undefined;
  }

  /** Every batch up to this one is finished: it was delivered, or it never will be. */
  finish(sequence: number): void {
    const { log, id } = this.#options;
    let place: CursorPlace | undefined;
    while ((this.#unfinished[0]?.sequence ?? Infinity) <= sequence) place = this.#unfinished.shift();
    if (place === undefined) return;
    log.finished(id, place);
    this.#holds.releaseUpTo(place.sequence);
    log.options.metrics.set(WATCHER_METRICS.samplesBehind, [id], this.pendingSamples);
  }

  /** Frees what it holds. The cursor stays. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#current = undefined;
    this.#holds.releaseAll();
    await this.#chunk.close();
  }

  /** Goes one record on; returns whether there may be more at once. */
  #readOn(): boolean {
    const segment = this.#standingIn();
    if (segment === undefined) this.#lastSequence = this.#options.log.nextSequence - 1;
    if (segment === undefined) return false;
    if (this.#at >= segment.end) return this.#atEndOf(segment);
    const bytes = segment.view(this.#at) ?? this.#chunk.view(segment, this.#at); // memory has whole records, a chunk may not
    if (bytes === undefined) {
      this.#load(segment, 0);
      return false;
    }
    const result = decodeFrame(bytes, 0, segment.firstSequence);
    if (result.state === 'whole') return this.#take(segment, result.frame);
    if (result.state === 'short' && this.#at + result.size <= segment.end) {
      this.#load(segment, result.size);
      return false;
    }
    this.#damaged(segment, result.state === 'short' ? 'it ends within a record' : 'the checksum does not fit');
    return true;
  }

  /** The segment that is read; where it was deleted meanwhile, the oldest that is left. */
  #standingIn(): Segment | undefined {
    const { log } = this.#options;
    if (this.#segment !== undefined && !log.segments.includes(this.#segment)) this.#enter(log.segmentAfter(this.#segment.index));
    else if (this.#segment === undefined && log.segments.length > 0) this.#enter(log.segmentOf(this.#skipTo + 1));
    return this.#segment;
  }

  #atEndOf(segment: Segment): boolean {
    if (this.#seekingAt !== undefined) {
      this.#endSeek(this.#seekingAt);
      return true;
    }
    const { log } = this.#options;
    if (!segment.isSealed) return false;
    const next = log.segmentAfter(segment.index);
    this.#noteLost(next?.firstSequence ?? log.nextSequence, (next?.samplesBefore ?? log.sampleTotal) - this.#samplesRead);
    if (next === undefined) return false;
    this.#enter(next);
    return true;
  }

  #enter(segment: Segment | undefined): void {
    this.#segment = segment;
    this.#at = HEADER_BYTES;
    this.#seekingAt = undefined;
    this.#chunk.forget();
    this.#newGeneration();
    if (segment === undefined) return;
    this.#samplesRead = segment.samplesBefore;
    this.#options.log.options.metrics.set(WATCHER_METRICS.currentSegment, [this.#options.id], segment.index);
  }

  #newGeneration(): void {
    this.#decoder.reset();
    this.#holds.nextGeneration(this.#lastSequence);
  }

  #take(segment: Segment, frame: Frame): boolean {
    const { kind, sequence, size } = frame;
    if (this.#seekingAt !== undefined) {
      if (sequence > this.#skipTo + 1 || (sequence > this.#skipTo && kind === RECORD.scrape)) this.#endSeek(this.#seekingAt);
      else {
        if (kind === RECORD.checkpoint) this.#seekingAt = this.#at;
        this.#at += size;
      }
      return true;
    }
    if (kind === RECORD.checkpoint) {
      this.#newGeneration();
      this.#samplesRead = segment.samplesBefore + frame.sampleCount;
    } else if (kind === RECORD.scrape && !this.#decode(segment, frame)) return true;
    this.#at += size;
    return true;
  }

  /** From here on records are decoded. */
  #endSeek(at: number): void {
    this.#seekingAt = undefined;
    this.#at = at;
  }

  /** Returns whether the record could be read. */
  #decode(segment: Segment, frame: Frame): boolean {
    const { log, id } = this.#options;
    const { metrics } = log.options;
    let batch: ScrapeBatch;
    try {
      batch = this.#decoder.decode(frame.body, frame);
    } catch (error) {
      metrics.add(WATCHER_METRICS.decodeFailures, [id], 1);
      this.#damaged(segment, String(error));
      return false;
    }
    this.#samplesRead += frame.sampleCount;
    if (frame.sequence <= this.#skipTo) return true;
    metrics.add(WATCHER_METRICS.recordsRead, [id, 'samples'], 1);
    this.#lastSequence = frame.sequence;
    this.#unfinished.push({ sequence: frame.sequence, sampleTotal: this.#samplesRead });
    this.#current = { batch, sequence: frame.sequence };
    return true;
  }

  /** Counts what is missing between the last batch read and the start of the next segment. */
  #noteLost(sequence: number, sampleCount: number): void {
    const { log, id } = this.#options;
    // What retention has taken away was counted then, and the cursor moved past it.
    const from = Math.max(this.#lastSequence, log.cursors.placeOf(id)?.sequence ?? 0);
    const batchCount = sequence - 1 - from;
    if (batchCount > 0) log.lost(id, { batchCount, sampleCount: Math.max(0, sampleCount) });
    this.#lastSequence = Math.max(this.#lastSequence, sequence - 1);
    this.#samplesRead += Math.max(0, sampleCount);
  }

  /** The rest of a segment is of no use: it is set aside, and the next segment is read. */
  #damaged(segment: Segment, reason: string): void {
    const { log } = this.#options;
    const place = { name: segment.name, at: this.#at, sizeBytes: segment.end, reason };
    segment.cut(this.#at);
    void quarantine(log.options, place);
  }

  #load(segment: Segment, size: number): void {
    this.#isLoading = true;
    const { driver } = this.#options.log.options;
    const settle = (act: () => void) => driver.accept({ kind: 'effect', key: `wal/${this.#options.id}` }, act);
    this.#chunk.load(segment, { at: this.#at, size }).then(
      (count) => settle(() => this.#onLoaded(segment, { isShort: count < Math.max(size, 1) })),
      (error: unknown) => settle(() => this.#onUnreadable(segment, error)),
    );
  }

  #onLoaded(segment: Segment, { isShort }: { readonly isShort: boolean }): void {
    this.#failures = 0;
    if (isShort) this.#damaged(segment, 'the file is shorter than it was');
    this.#loaded();
  }

  /** The disk says no: perhaps not for long. */
  #onUnreadable(segment: Segment, error: unknown): void {
    if (this.#isClosed) return;
    const { driver, log } = this.#options.log.options;
    this.#failures++;
    const isGone = !this.#options.log.segments.includes(segment);
    if (!isGone)
      log.warn('a place of the log could not be read', { code: 'LIMPET_WAL_READ', segment: segment.name, cause: systemCode(error) });
    if (!isGone && this.#failures < READ_ATTEMPTS) {
      driver.clock.setTimeout(() => this.#loaded(), RETRY_MS);
      return;
    }
    this.#failures = 0;
    if (!isGone) this.#damaged(segment, systemCode(error));
    this.#loaded();
  }

  #loaded(): void {
    this.#isLoading = false;
    if (!this.#isClosed) this.#options.onReadable();
  }
}
