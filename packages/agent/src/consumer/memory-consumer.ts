import { copyBatch, decodeLabels, SAMPLE_FLAGS, sampleTimestampMs } from '@limpet/model';
import type { Appendable, AppendVerdict, Labels, NativeHistogram, ScrapeBatch, SeriesRegistry } from '@limpet/model';

/** One sample with its labels, for people and tests; a stale marker has no value. */
export interface PlainSample {
  readonly labels: Labels;
  readonly timestampMs: number;
  /** For a native histogram the number of its observations. */
  readonly value: number | 'stale';
  readonly histogram: NativeHistogram | undefined;
}

/** Keeps samples in memory, for tests and for commands that print what was scraped. */
export class MemoryConsumer implements Appendable {
  readonly name: string;
  readonly #registry: SeriesRegistry;
  readonly #batchCountMax: number;
  readonly #kept: { readonly batch: ScrapeBatch; readonly samples: readonly PlainSample[] }[] = [];
  #isClosed = false;

  constructor({ registry, name = 'memory', batchCountMax = 10_000 }: { registry: SeriesRegistry; name?: string; batchCountMax?: number }) {
    this.#registry = registry;
    this.name = name;
    this.#batchCountMax = batchCountMax;
  }

  append(batch: ScrapeBatch): AppendVerdict {
    if (this.#isClosed) return { ok: false, reason: 'closed' };
    if (this.#kept.length >= this.#batchCountMax) return { ok: false, reason: 'full' };
    this.#kept.push({ batch: copyBatch(batch), samples: plainSamples(batch, this.#registry) });
    return { ok: true };
  }

  /** Labels are decoded as batches come in, so no series is held. */
  oldestInUse(): undefined {
    return undefined;
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
    return this.#kept.flatMap(({ samples }) => samples);
  }
}

/** The samples of a batch as objects, those of unknown series left out. For reading, not for the hot path. */
export function plainSamples(batch: ScrapeBatch, registry: SeriesRegistry): PlainSample[] {
  const samples: PlainSample[] = [];
  for (let index = 0; index < batch.count; index++) {
    const ref = batch.series[index] ?? 0;
    if (!registry.has(ref)) continue;
    const flags = batch.flags[index] ?? 0;
    const isStale = (flags & SAMPLE_FLAGS.stale) !== 0;
    const histogram = isStale || (flags & SAMPLE_FLAGS.histogram) === 0 ? undefined : batch.histograms?.get(index);
    samples.push({
      labels: decodeLabels(registry.labelBytes(ref)),
      timestampMs: sampleTimestampMs(batch, index),
      value: isStale ? 'stale' : (histogram?.count ?? batch.values[index] ?? 0),
      histogram,
    });
  }
  return samples;
}
