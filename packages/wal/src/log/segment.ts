import { encodeHeader } from '../format/segment-header.ts';
import type { SegmentHeader } from '../format/segment-header.ts';
import { BLOCK_BYTES } from '../limits.ts';
import type { WalFile } from '../ports.ts';

/** A stretch of a segment in memory. Records never cross the end of one. */
interface Block {
  readonly start: number;
  readonly bytes: Uint8Array;
  length: number;
}

/** What recovery knows of a segment on disk. */
export interface StoredSegment {
  readonly header: SegmentHeader;
  readonly sizeBytes: number;
  readonly nextSequence: number;
  readonly sampleCount: number;
  readonly newestMs: number;
}

/**
 * One file of the log, as bytes from 0 to `end`. What is not yet safe on disk is in memory, in order: `synced` ≤
 * `written` ≤ `end`.
 */
export class Segment {
  readonly index: number;
  readonly firstSequence: number;
  readonly samplesBefore: number;
  readonly createdMs: number;
  /** Number of the batch that comes after its last one. */
  nextSequence: number;
  sampleCount = 0;
  end = 0;
  written = 0;
  synced = 0;
  /** No record will be added. */
  isSealed = false;
  /** Wall milliseconds of the newest record. */
  newestMs: number;
  file: WalFile | undefined;
  #blocks: Block[] = [];

  constructor(header: SegmentHeader) {
    this.index = header.index;
    this.firstSequence = header.firstSequence;
    this.samplesBefore = header.samplesBefore;
    this.createdMs = header.createdMs;
    this.nextSequence = header.firstSequence;
    this.newestMs = header.createdMs;
  }

  /** A segment that is begun now: its header waits for the disk. */
  static begun(header: SegmentHeader): Segment {
    const segment = new Segment(header);
    segment.add(encodeHeader(header));
    return segment;
  }

  /** A segment that an earlier process wrote. */
  static stored({ header, sizeBytes, nextSequence, sampleCount, newestMs }: StoredSegment): Segment {
    const segment = new Segment(header);
    Object.assign(segment, { nextSequence, sampleCount, newestMs, end: sizeBytes, written: sizeBytes, synced: sizeBytes, isSealed: true });
    return segment;
  }

  get name(): string {
    return `${String(this.index).padStart(8, '0')}.seg`;
  }

  /** Number of its last batch; one less than its first where it has none. */
  get lastSequence(): number {
    return this.nextSequence - 1;
  }

  /** Bytes that it holds in memory. */
  get memoryBytes(): number {
    return this.#blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Whether a file was made for it. */
  get isOnDisk(): boolean {
    return this.written > 0 || this.file !== undefined;
  }

  /** Adds bytes at the end. */
  add(bytes: Uint8Array): void {
    let block = this.#blocks.at(-1);
    if (block === undefined || block.length + bytes.length > block.bytes.length) {
      block = { start: this.end, bytes: new Uint8Array(Math.max(BLOCK_BYTES, bytes.length)), length: 0 };
      this.#blocks.push(block);
    }
    block.bytes.set(bytes, block.length);
    block.length += bytes.length;
    this.end += bytes.length;
  }

  /** The bytes from a place on, as far as memory holds them in one piece; undefined where the disk has them. */
  view(at: number): Uint8Array | undefined {
    for (const { start, bytes, length } of this.#blocks) {
      if (at >= start && at < start + length) return bytes.subarray(at - start, length);
    }
    return undefined;
  }

  /** What was synced leaves memory. */
  forgetSynced(): void {
    this.#blocks = this.#blocks.filter(({ start, length }) => start + length > this.synced);
  }

  /** Ends at a place, because what comes behind cannot be read or is not wanted. */
  cut(at: number): void {
    this.isSealed = true;
    this.end = at;
    this.written = Math.min(this.written, at);
    this.synced = Math.min(this.synced, at);
    this.#blocks = this.#blocks.filter(({ start }) => start < at);
  }
}
