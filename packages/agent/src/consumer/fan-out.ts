import type { Appendable, AppendVerdict, Log, Metrics, ScrapeBatch, SeriesRegistry } from '@limpet/model';
import { CONSUMER_METRICS } from '../metrics.ts';

/** What a consumer did not take, for events and the API. */
export interface RefusedBatch {
  readonly consumer: string;
  readonly job: string;
  readonly targetId: string;
  readonly tick: number;
  readonly sampleCount: number;
  readonly reason: 'full' | 'failed' | 'closed';
}

export type DegradedConsumer = Pick<RefusedBatch, 'consumer' | 'reason'>;

/** A consumer that takes batches again, and what it has missed meanwhile. */
export interface RecoveredConsumer {
  readonly consumer: string;
  readonly missedBatchCount: number;
  readonly missedSampleCount: number;
}

export interface FanOutOptions {
  readonly registry: SeriesRegistry;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly onRefused?: (refused: RefusedBatch) => void;
  /** A consumer has begun to refuse; told once until it takes a batch again. */
  readonly onDegraded?: (degraded: DegradedConsumer) => void;
  readonly onRecovered?: (recovered: RecoveredConsumer) => void;
}

/** Batches after which the registry is asked to forget what nobody can name any more. */
const RECLAIM_EVERY_BATCHES = 64;

/**
 * Hands each batch to every consumer in turn. A consumer that refuses or breaks misses that batch, which is counted;
 * the others and scraping do not notice.
 */
export class FanOut {
  readonly #options: FanOutOptions;
  #consumers: readonly Appendable[] = [];
  /** What consumers have missed that refuse at present. */
  readonly #missed = new Map<Appendable, { batchCount: number; sampleCount: number }>();
  #isClosed = false;

  constructor(options: FanOutOptions) {
    this.#options = options;
  }

  get consumers(): readonly Appendable[] {
    return this.#consumers;
  }

  /** One that comes after the end is closed at once. */
  add(consumer: Appendable): void {
    if (this.#consumers.some(({ name }) => name === consumer.name)) throw new Error(`a consumer named ${consumer.name} is there already`);
    if (this.#isClosed) void this.#close([consumer]);
    else this.#consumers = [...this.#consumers, consumer];
  }

  /** Takes a consumer out without closing it; unknown ones are ignored. */
  remove(consumer: Appendable): void {
    this.#consumers = this.#consumers.filter((candidate) => candidate !== consumer);
    this.#missed.delete(consumer);
  }

  /** Hands over one batch. Never throws. */
  append(batch: ScrapeBatch): void {
    const sequence = this.#options.registry.nextSequence();
    for (const consumer of this.#consumers) {
      const verdict = offer(consumer, batch, sequence);
      if (!verdict.ok) this.#countRefusal(consumer, batch, verdict);
      else if (this.#missed.size > 0) this.#noteRecovery(consumer);
    }
    if (sequence % RECLAIM_EVERY_BATCHES === 0) this.reclaim(sequence + 1);
  }

  /** Lets the registry forget what no consumer holds. `next` is the number of the batch to come. */
  reclaim(next: number): void {
    let oldest = next;
    for (const consumer of this.#consumers) oldest = Math.min(oldest, consumer.oldestInUse() ?? oldest);
    this.#options.registry.reclaim(oldest);
  }

  /** Lets every consumer deliver or store what it took. Resolves when all are done, or when `signal` fires. */
  flush(signal: AbortSignal): Promise<void> {
    const consumers = this.#consumers;
    const ended = Promise.allSettled(consumers.map((consumer) => consumer.flush(signal))).then((ends) =>
      ends.forEach(
        (end, index) => end.status === 'rejected' && this.#logFailure('a consumer failed to flush', consumers[index], end.reason),
      ),
    );
    return Promise.race([ended, aborted(signal)]); // one that ignores the signal must not keep the others from being closed
  }

  /** Closes every consumer. Idempotent. */
  async close(): Promise<void> {
    const consumers = this.#isClosed ? [] : this.#consumers;
    this.#isClosed = true;
    await this.#close(consumers);
  }

  async #close(consumers: readonly Appendable[]): Promise<void> {
    const ends = await Promise.allSettled(consumers.map((consumer) => consumer.close()));
    ends.forEach((end, index) => end.status === 'rejected' && this.#logFailure('a consumer failed to close', consumers[index], end.reason));
  }

  #countRefusal(consumer: Appendable, batch: ScrapeBatch, { reason, detail }: AppendVerdict & { ok: false }): void {
    const { metrics, log, onRefused, onDegraded } = this.#options;
    const missed = this.#missed.get(consumer) ?? { batchCount: 0, sampleCount: 0 };
    this.#missed.set(consumer, missed);
    missed.batchCount++;
    missed.sampleCount += batch.count;
    metrics.add(CONSUMER_METRICS.refusedBatches, [consumer.name, reason], 1);
    metrics.add(CONSUMER_METRICS.missedSamples, [consumer.name, reason], batch.count);
    log.debug('a consumer refused a batch', { code: 'LIMPET_BATCH_REFUSED', consumer: consumer.name, reason, detail, job: batch.job });
    const { job, targetId, tick, count } = batch;
    onRefused?.({ consumer: consumer.name, job, targetId, tick, sampleCount: count, reason });
    if (missed.batchCount === 1) onDegraded?.({ consumer: consumer.name, reason });
  }

  #noteRecovery(consumer: Appendable): void {
    const missed = this.#missed.get(consumer);
    if (missed === undefined) return;
    this.#missed.delete(consumer);
    const { batchCount: missedBatchCount, sampleCount: missedSampleCount } = missed;
    this.#options.onRecovered?.({ consumer: consumer.name, missedBatchCount, missedSampleCount });
  }

  #logFailure(message: string, consumer: Appendable | undefined, cause: unknown): void {
    this.#options.log.error(message, { code: 'LIMPET_CONSUMER', consumer: consumer?.name, cause: String(cause) });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A consumer must not throw; one that does is a fault of its author and must not hurt the others. */
function offer(consumer: Appendable, batch: ScrapeBatch, sequence: number): AppendVerdict {
  try {
    return consumer.append(batch, sequence);
  } catch (error) {
    return { ok: false, reason: 'failed', detail: String(error) };
  }
}
