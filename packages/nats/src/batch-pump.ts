import type { BatchDelivery, BatchStream } from '@limpet/agent';
import { batchMessage } from './batch-message.ts';
import type { MessageBus } from './message-bus.ts';
import { whenAborted } from './pump.ts';
import type { Pump } from './pump.ts';

/** Batches that are published before the first of them is acknowledged, at most. */
const WINDOW = 64;

export interface BatchPumpOptions {
  /** Bounds what waits: a reader that falls behind is refused batches, and told how many. */
  readonly stream: BatchStream;
  readonly prefix: string;
  readonly onPublished?: (count: number) => void;
  /** A batch does not fit a message and is given up. */
  readonly onTooLarge?: (dropped: { readonly job: string; readonly targetId: string; readonly bytes: number }) => void;
}

/**
 * Publishes each batch as one message and acknowledges it when the stream has it, so that a batch that waits for the link
 * keeps its place in the bound. After a loss of the link the same batches are published again, under the same ids.
 */
export class BatchPump implements Pump {
  readonly #options: BatchPumpOptions;
  readonly #iterator: AsyncIterator<BatchDelivery>;
  /** Taken from the stream and not acknowledged, oldest first. */
  readonly #held = new Set<BatchDelivery>();
  #next: Promise<IteratorResult<BatchDelivery>> | undefined;
  #hasEnded = false;

  constructor(options: BatchPumpOptions) {
    this.#options = options;
    this.#iterator = options.stream[Symbol.asyncIterator]();
  }

  async run(bus: MessageBus, signal: AbortSignal): Promise<void> {
    await this.drain(bus);
    const aborted = whenAborted(signal);
    const sending = new Set<Promise<void>>();
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => {}); // it is raced below; alone it would count as nobody's
    while (!signal.aborted && !this.#hasEnded) {
      this.#next ??= this.#iterator.next();
      const taken = await Promise.race([this.#next, aborted, failed.promise]);
      if (taken === 'aborted') break;
      const delivery = this.#take(taken);
      if (delivery === undefined) break;
      const sent = this.#send(bus, delivery).then(
        () => void sending.delete(sent),
        (error: unknown) => failed.reject(error),
      );
      sending.add(sent);
      if (sending.size >= WINDOW) await Promise.race([...sending, failed.promise]);
    }
    await Promise.race([Promise.all(sending), failed.promise]);
    if (!signal.aborted) await aborted; // the stream has ended with its agent
  }

  /** Publishes again what was not acknowledged. */
  async drain(bus: MessageBus): Promise<void> {
    for (const delivery of this.#held) await this.#send(bus, delivery);
  }

  close(): void {
    void this.#iterator.return?.();
  }

  #take({ done, value }: IteratorResult<BatchDelivery>): BatchDelivery | undefined {
    this.#next = undefined;
    if (done === true) {
      this.#hasEnded = true;
      return undefined;
    }
    this.#held.add(value);
    return value;
  }

  async #send(bus: MessageBus, delivery: BatchDelivery): Promise<void> {
    const { prefix, onPublished, onTooLarge } = this.#options;
    const message = batchMessage(delivery, prefix);
    const bytes = message.payload.length;
    if (bytes > bus.payloadBytesMax) {
      const { job, targetId } = delivery.batch;
      onTooLarge?.({ job, targetId, bytes });
    } else {
      await bus.publish(message);
      onPublished?.(1);
    }
    this.#held.delete(delivery);
    delivery.ack();
  }
}
