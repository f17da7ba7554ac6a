import { copyBatch, decodeLabels, SAMPLE_FLAGS, sampleTimestampMs } from '@limpet/model';
import type { Appendable, AppendVerdict, Labels, ScrapeBatch, SeriesRegistry } from '@limpet/model';

/** One sample with its labels, for people and tests; a stale marker has no value. */
export interface PlainSample {
  readonly labels: Labels;
  readonly timestampMs: number;
  readonly value: number | 'stale';
}

/** Keeps the newest batches in memory, for tests and for commands that print what was scraped. */
export class MemoryConsumer implements Appendable {
  readonly name: string;
  readonly #registry: SeriesRegistry;
  readonly #batchCountMax: number;
  readonly #kept: { readonly batch: ScrapeBatch; readonly sequence: number }[] = [];
  #isClosed = false;

  constructor({ registry, name = 'memory', batchCountMax = 10_000 }: { registry: SeriesRegistry; name?: string; batchCountMax?: number }) {
    this.#registry = registry;
    this.name = name;
    this.#batchCountMax = batchCountMax;
  }

  append(batch: ScrapeBatch, sequence: number): AppendVerdict {
    if (this.#isClosed) return { ok: false, reason: 'closed' };
    if (this.#kept.length >= this.#batchCountMax) return { ok: false, reason: 'full' };
    this.#kept.push({ batch: copyBatch(batch), sequence });
    return { ok: true };
  }

  oldestInUse(): number | undefined {
    return this.#kept[0]?.sequence;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  /** The batches kept, oldest first. */
  get batches(): readonly ScrapeBatch[] {
    return this.#kept.map(({ batch }) => batch);
  }

  /** Forgets what was kept, so that there is room again. */
  clear(): void {
    this.#kept.length = 0;
  }

  /** Every sample kept, in order of arrival. */
  samples(): PlainSample[] {
    return this.batches.flatMap((batch) => plainSamples(batch, this.#registry));
  }
}

/** The samples of a batch as objects. For reading, not for the hot path. */
export function plainSamples(batch: ScrapeBatch, registry: SeriesRegistry): PlainSample[] {
  const samples: PlainSample[] = [];
  for (let index = 0; index < batch.count; index++) {
    const isStale = ((batch.flags[index] ?? 0) & SAMPLE_FLAGS.stale) !== 0;
    samples.push({
      labels: decodeLabels(registry.labelBytes(batch.series[index] ?? 0)),
      timestampMs: sampleTimestampMs(batch, index),
      value: isStale ? 'stale' : (batch.values[index] ?? 0),
    });
  }
  return samples;
}
