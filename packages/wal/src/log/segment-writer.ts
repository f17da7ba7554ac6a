import type { LabelBytes, ScrapeBatch, SeriesRef } from '@limpet/model';
import { ByteWriter } from '../format/byte-writer.ts';
import { encodeFrame, RECORD } from '../format/record-frame.ts';
import { ScrapeEncoder } from '../format/scrape-encoder.ts';
import { CHECKPOINT_BYTES, DEFINITION_FACTOR, DEGRADED_SEGMENT_BYTES, SEGMENT_AGE_MS, SEGMENT_GROWTH_MAX } from '../limits.ts';
import { Segment } from './segment.ts';

export interface SegmentWriterOptions {
  readonly segmentBytes: number;
  labelsOf(ref: SeriesRef): LabelBytes | undefined;
  /** Number of the first batch, of the first segment, and the samples before it. */
  readonly nextSequence: number;
  readonly nextIndex: number;
  readonly samplesBefore: number;
  /** A segment is begun; the one before is sealed. */
  onSegment(segment: Segment): void;
}

const NO_BODY = new Uint8Array();

/** Turns batches into records of the newest segment, and begins segments and checkpoints when they are due. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #encoder: ScrapeEncoder;
  readonly #body = new ByteWriter();
  #segment: Segment | undefined;
  #nextSequence: number;
  #nextIndex: number;
  #samples: number;
  /** Where the bytes since the last checkpoint begin. */
  #checkpointAt = 0;
  #segmentDefinitionBytes = 0;
  /** An encoding failed half-way: what follows must not build on it. */
  #mustCheckpoint = false;
  checkpointCount = 0;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#encoder = new ScrapeEncoder((ref) => options.labelsOf(ref));
    this.#nextSequence = options.nextSequence;
    this.#nextIndex = options.nextIndex;
    this.#samples = options.samplesBefore;
  }

  /** Number of the next batch. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** Samples written since the log began. */
  get sampleTotal(): number {
    return this.#samples;
  }

  /** Series that the log has named since the last checkpoint. */
  get seriesCount(): number {
    return this.#encoder.seriesCount;
  }

  /** Adds a batch; returns its number, or `undefined` where it is too large for a record. Throws what the encoder throws. */
  append(batch: ScrapeBatch, { nowMs, isDegraded }: { readonly nowMs: number; readonly isDegraded: boolean }): number | undefined {
    const segment = this.#segmentFor(nowMs, isDegraded);
    if (this.#isCheckpointDue(segment)) this.#checkpoint(segment);
    const body = this.#body;
    body.clear();
    this.#mustCheckpoint = true;
    this.#encoder.encode(body, batch);
    const facts = { base: segment.firstSequence, sequence: this.#nextSequence, sampleCount: batch.count };
    const frame = encodeFrame({ kind: RECORD.scrape, ...facts }, body.written);
    if (frame === undefined) return undefined;
    this.#mustCheckpoint = false;
    segment.add(frame);
    segment.newestMs = nowMs;
    segment.sampleCount += batch.count;
    segment.nextSequence = this.#nextSequence + 1;
    this.#samples += batch.count;
    return this.#nextSequence++;
  }

  /** Ends the newest segment; the next batch begins another. */
  seal(): void {
    if (this.#segment !== undefined) this.#segment.isSealed = true;
    this.#segment = undefined;
  }

  #segmentFor(nowMs: number, isDegraded: boolean): Segment {
    const known = this.#segment;
    if (known !== undefined && !known.isSealed && !this.#isFull(known, nowMs, isDegraded)) return known;
    this.seal();
    this.#encoder.reset();
    this.#mustCheckpoint = false;
    this.#segmentDefinitionBytes = 0;
    const header = { index: this.#nextIndex++, firstSequence: this.#nextSequence, samplesBefore: this.#samples, createdMs: nowMs };
    const segment = Segment.begun(header);
    this.#segment = segment;
    this.#checkpointAt = segment.end;
    this.#options.onSegment(segment);
    return segment;
  }

  #isFull(segment: Segment, nowMs: number, isDegraded: boolean): boolean {
    const definitionBytes = this.#segmentDefinitionBytes + this.#encoder.definitionBytes;
    const { segmentBytes } = this.#options;
    const wanted = Math.max(segmentBytes, Math.min(DEFINITION_FACTOR * definitionBytes, SEGMENT_GROWTH_MAX * segmentBytes));
    const bytes = isDegraded ? DEGRADED_SEGMENT_BYTES : wanted;
    return segment.end >= bytes || Math.abs(nowMs - segment.createdMs) >= SEGMENT_AGE_MS;
  }

  #isCheckpointDue(segment: Segment): boolean {
    const bytes = segment.end - this.#checkpointAt;
    return this.#mustCheckpoint || bytes >= Math.max(CHECKPOINT_BYTES, DEFINITION_FACTOR * this.#encoder.definitionBytes);
  }

  #checkpoint(segment: Segment): void {
    const facts = { base: segment.firstSequence, sequence: this.#nextSequence, sampleCount: segment.sampleCount };
    const frame = encodeFrame({ kind: RECORD.checkpoint, ...facts }, NO_BODY);
    this.#segmentDefinitionBytes += this.#encoder.definitionBytes;
    this.#encoder.reset();
    if (frame !== undefined) segment.add(frame);
    this.#checkpointAt = segment.end;
    this.checkpointCount++;
  }
}
