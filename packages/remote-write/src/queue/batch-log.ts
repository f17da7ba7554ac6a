import type { ScrapeBatch } from '@limpet/model';

/** A batch that waits, of its own arrays, with the first sample that no shard has taken. */
export interface LoggedBatch {
  readonly batch: ScrapeBatch;
  readonly sequence: number;
  position: number;
}

/** What the feeder reads: batches in front of the shards, oldest first. */
export interface QueueLog {
  /** The oldest batch that has not been dropped; undefined where there is none at present. */
  first(): LoggedBatch | undefined;
  /** The oldest batch has been read to its end. */
  dropFirst(): void;
  /** Whether nothing is left, nor will be without another `append`. */
  readonly isEmpty: boolean;
}

/** A log in memory: it is appended to by the fan-out, and what has been read to its end is forgotten. */
export class BatchLog implements QueueLog {
  readonly #samplesMax: number;
  #batches: LoggedBatch[] = [];
  #head = 0;
  #samples = 0;

  constructor(samplesMax: number) {
    this.#samplesMax = samplesMax;
  }

  /** Samples that wait, those of partly read batches counted in full. */
  get samples(): number {
    return this.#samples;
  }

  get isEmpty(): boolean {
    return this.#head === this.#batches.length;
  }

  /** Number of the oldest batch that waits. */
  get oldestSequence(): number | undefined {
    return this.#batches[this.#head]?.sequence;
  }

  /** Whether there is room; an empty log takes any batch, however large. */
  hasRoomFor(samples: number): boolean {
    return this.isEmpty || this.#samples + samples <= this.#samplesMax;
  }

  append(entry: LoggedBatch): void {
    this.#batches.push(entry);
    this.#samples += entry.batch.count;
  }

  /** The oldest batch. */
  first(): LoggedBatch | undefined {
    return this.#batches[this.#head];
  }

  /** The oldest batch has been read to its end. */
  dropFirst(): void {
    this.#samples -= this.#batches[this.#head]?.batch.count ?? 0;
    this.#head++;
    if (this.#head * 2 < this.#batches.length) return;
    this.#batches = this.#batches.slice(this.#head);
    this.#head = 0;
  }

  clear(): void {
    this.#batches = [];
    this.#head = 0;
    this.#samples = 0;
  }
}
