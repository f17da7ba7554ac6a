import { copyBatch } from '@limpet/model';
import type { Appendable, AppendVerdict, ScrapeBatch, SeriesRegistry } from '@limpet/model';
import { plainSamples } from './memory-consumer.ts';
import type { PlainSample } from './memory-consumer.ts';

/** One scrape on its way to a library consumer. */
export interface BatchDelivery {
  readonly batch: ScrapeBatch;
  /** Samples with labels, decoded on each call. Only until `ack`. */
  samples(): readonly PlainSample[];
  /** Batches lost just before this one because the consumer was behind its bound; 0 where none. */
  readonly missedCount: number;
  /** The consumer is done with the batch: its place in the bound is free. Idempotent. */
  ack(): void;
}

export interface BatchStreamOptions {
  readonly registry: SeriesRegistry;
  readonly name: string;
  /** Batches that may wait or be unacknowledged at once. */
  readonly batchCountMax: number;
  /** Told once when the stream has ended. */
  readonly onClosed?: () => void;
}

/** Default of `batchCountMax`. */
export const STREAM_BATCH_COUNT_MAX = 1_024;

interface Held {
  readonly sequence: number;
  readonly delivery: BatchDelivery;
}

/**
 * A consumer for `for await`. Nothing blocks scraping: a reader that falls behind loses nothing until `batchCountMax`
 * batches are unacknowledged, then new ones are refused and the next delivery says how many. What waits when the stream
 * ends can still be read.
 */
export class BatchStream implements Appendable, AsyncIterable<BatchDelivery> {
  readonly name: string;
  readonly #options: BatchStreamOptions;
  readonly #held = new Map<number, Held>();
  readonly #waiting: BatchDelivery[] = [];
  readonly #readers: ((result: IteratorResult<BatchDelivery>) => void)[] = [];
  readonly #onEmpty: (() => void)[] = [];
  #missedCount = 0;
  /** Whether anybody has ever asked for a batch. */
  #hasReader = false;
  #isClosed = false;

  constructor(options: BatchStreamOptions) {
    const { batchCountMax } = options;
    if (!Number.isSafeInteger(batchCountMax) || batchCountMax < 1) throw new RangeError(`not a number of batches: ${batchCountMax}`);
    this.#options = options;
    this.name = options.name;
  }

  append(batch: ScrapeBatch, sequence: number): AppendVerdict {
    if (this.#isClosed) return { ok: false, reason: 'closed' };
    if (this.#held.size >= this.#options.batchCountMax) {
      this.#missedCount++;
      return { ok: false, reason: 'full' };
    }
    const delivery = this.#deliveryOf(copyBatch(batch), sequence);
    this.#held.set(sequence, { sequence, delivery });
    const reader = this.#readers.shift();
    if (reader === undefined) this.#waiting.push(delivery);
    else reader({ done: false, value: delivery });
    return { ok: true };
  }

  oldestInUse(): number | undefined {
    return this.#held.keys().next().value;
  }

  /**
   * Resolves when every batch is acknowledged, or when `signal` fires. A reader that is slow is waited for; where nobody
   * has ever read, nobody will before the end, and there is nothing to wait for.
   */
  flush(signal: AbortSignal): Promise<void> {
    if (this.#held.size === 0 || signal.aborted || this.#isClosed || !this.#hasReader) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  close(): Promise<void> {
    if (!this.#isClosed) this.#options.onClosed?.();
    this.#isClosed = true;
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
    this.#settleFlushes();
    return Promise.resolve();
  }

  [Symbol.asyncIterator](): AsyncIterator<BatchDelivery> {
    return { next: () => this.#next(), return: () => this.close().then(() => ({ done: true, value: undefined })) };
  }

  #next(): Promise<IteratorResult<BatchDelivery>> {
    this.#hasReader = true;
    const delivery = this.#waiting.shift();
    if (delivery !== undefined) return Promise.resolve({ done: false, value: delivery });
    if (this.#isClosed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#readers.push(resolve);
    });
  }

  #deliveryOf(batch: ScrapeBatch, sequence: number): BatchDelivery {
    const missedCount = this.#missedCount;
    this.#missedCount = 0;
    return {
      batch,
      missedCount,
      samples: () => plainSamples(batch, this.#options.registry),
      ack: () => {
        this.#held.delete(sequence);
        if (this.#held.size === 0) this.#settleFlushes();
      },
    };
  }

  #settleFlushes(): void {
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }
}
