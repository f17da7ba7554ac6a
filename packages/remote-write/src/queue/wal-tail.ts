import type { Storage, WalReader } from '@limpet/wal';
import type { LoggedBatch, QueueLog } from './batch-log.ts';

export interface WalTailOptions {
  readonly storage: Storage;
  /** Names the receiver's place in the log. */
  readonly id: string;
  /** There is more to read, or it has been found out that there is not. */
  onReadable(): void;
}

/** The durable log as one receiver sees it: from its place on, which moves as batches are finished. */
export class WalTail implements QueueLog {
  readonly #options: WalTailOptions;
  #reader: WalReader | undefined;
  #first: LoggedBatch | undefined;
  /** Number of the last batch that was read to its end. */
  #droppedSequence = 0;
  #repeatsUpTo = 0;
  /** Batches behind this one are left to the next who reads. */
  #lastWanted = Infinity;

  constructor(options: WalTailOptions) {
    this.#options = options;
  }

  /** Batches up to this one may have been sent before: the log had them when it was opened, or had when the queue began. */
  get repeatsUpTo(): number {
    return this.#repeatsUpTo;
  }

  /** Finds the receiver's place. Before that nothing is read. */
  async open(): Promise<void> {
    const { storage, id } = this.#options;
    this.#repeatsUpTo = storage.log.nextSequence - 1;
    this.#reader = await storage.reader(id, () => this.#options.onReadable());
  }

  /** Samples in the log that the receiver does not have. */
  get pendingSamples(): number {
    return this.#reader?.pendingSamples ?? 0;
  }

  /** Number of the newest batch of which something has been read. */
  get readSequence(): number {
    return this.#first?.sequence ?? this.#droppedSequence;
  }

  get isEmpty(): boolean {
    return this.#first === undefined && (this.#droppedSequence >= this.#lastWanted || (this.#reader?.isAtEnd ?? false));
  }

  first(): LoggedBatch | undefined {
    const read = this.#first === undefined && this.#droppedSequence < this.#lastWanted ? this.#reader?.first() : undefined;
    if (read !== undefined && read.sequence <= this.#lastWanted) this.#first = { ...read, position: 0 };
    if (read !== undefined && read.sequence > this.#lastWanted) this.#droppedSequence = this.#lastWanted;
    return this.#first;
  }

  dropFirst(): void {
    this.#droppedSequence = this.#first?.sequence ?? this.#droppedSequence;
    this.#first = undefined;
    this.#reader?.dropFirst();
  }

  /** What is logged from here on is not read any more. */
  endHere(): void {
    this.#lastWanted = Math.min(this.#lastWanted, this.#options.storage.log.nextSequence - 1);
  }

  /** `oldestUnfinished`: number of the oldest batch of which something is in a shard. */
  finishBefore(oldestUnfinished: number | undefined): void {
    const finished = Math.min(this.#droppedSequence, (oldestUnfinished ?? Infinity) - 1);
    if (finished > 0) this.#reader?.finish(finished);
  }

  close(): void {
    void this.#reader?.close();
    this.#reader = undefined;
    this.#first = undefined;
  }
}
