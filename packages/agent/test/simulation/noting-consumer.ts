import type { Clock } from '@limpet/driver';
import { labelsObject } from '@limpet/model';
import type { Appendable, AppendVerdict, ScrapeBatch, SeriesRegistry } from '@limpet/model';
import { plainSamples } from '../../src/consumer/memory-consumer.ts';
import { seriesKey } from './landscape.ts';

/** One sample as it arrived. */
export interface NotedSample {
  readonly atMs: number;
  readonly metric: string;
  /** The target that it is of. */
  readonly target: string;
  readonly timestampMs: number;
  readonly value: number | 'stale';
  /** It came after the flush had begun. */
  readonly isLate: boolean;
}

/** A consumer that writes down what arrives when, and that may never finish a flush. */
export class NotingConsumer implements Appendable {
  readonly name: string;
  readonly samples: NotedSample[] = [];
  flushedMs: number | undefined;
  isClosed = false;
  /** Flushing never ends, whatever the signal says: a fault of the consumer's author. */
  hangs = false;
  readonly #registry: SeriesRegistry;
  readonly #clock: Clock;

  constructor(name: string, registry: SeriesRegistry, clock: Clock) {
    this.name = name;
    this.#registry = registry;
    this.#clock = clock;
  }

  append(batch: ScrapeBatch): AppendVerdict {
    const atMs = this.#clock.mono();
    for (const { labels, timestampMs, value } of plainSamples(batch, this.#registry)) {
      const named = labelsObject(labels);
      const metric = named['__name__'] ?? '';
      this.samples.push({
        atMs,
        metric,
        target: seriesKey(named),
        timestampMs,
        value,
        isLate: this.flushedMs !== undefined,
      });
    }
    return { ok: true };
  }

  oldestInUse(): undefined {
    return undefined;
  }

  flush(): Promise<void> {
    this.flushedMs ??= this.#clock.mono();
    return this.hangs ? new Promise(() => {}) : Promise.resolve();
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
