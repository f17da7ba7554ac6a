import type { ScrapeBatch } from './scrape-batch.ts';
import type { SeriesRegistry } from './series-registry.ts';

/**
 * A consumer of scrape batches: remote write, the embedded store, a library consumer, a recorder.
 * All of them pass the suite of the `contract` package.
 */
export interface Appendable {
  /** Names the consumer in metrics and logs; unique within an agent. */
  readonly name: string;
  /**
   * Takes one batch. Runs to its end at once, never throws and never waits: a consumer that cannot take the batch
   * refuses it and counts what it missed. The batch is borrowed, see `ScrapeBatch`. `sequence` rises by one a batch.
   */
  append(batch: ScrapeBatch, sequence: number): AppendVerdict;
  /**
   * Number of the oldest batch whose series this consumer may still resolve; `undefined` where it holds none.
   * The registry keeps label bytes for at least that long.
   */
  oldestInUse(): number | undefined;
  /** What was accepted is delivered or stored before the promise resolves, or `signal` cuts it short. */
  flush(signal: AbortSignal): Promise<void>;
  /** Ends the consumer and frees what it holds. Idempotent; `append` afterwards refuses with `closed`. */
  close(): Promise<void>;
}

/** Whether a consumer took a batch, and if not, why. */
export type AppendVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'full' | 'failed' | 'closed'; readonly detail?: string };

/** Builds a consumer around the registry that resolves the batches' refs. */
export type MakeAppendable = (registry: SeriesRegistry) => Appendable;
