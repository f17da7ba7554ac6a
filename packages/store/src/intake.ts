import { encodeHistogram, SAMPLE_FLAGS, sampleTimestampMs } from '@limpet/model';
import type { ScrapeBatch, SeriesRegistry } from '@limpet/model';
import { Heads } from './heads.ts';
import type { Head } from './heads.ts';
import { CHUNK_HISTOGRAM_BYTES, CHUNK_SAMPLES, HISTOGRAM_BYTES_PER_SAMPLE, SEALS_PER_WRITE } from './limits.ts';
import { SampleColumns } from './sample-columns.ts';
import type { StoreFile } from './store-file.ts';

/** What became of the samples of a batch. */
export interface TakenSamples {
  readonly taken: number;
  /** Named a series that the registry does not know. */
  readonly unknown: number;
  /** Said to be native histograms that are not there: a fault of the batch. */
  readonly lacking: number;
}

interface WritePlan {
  /** Takes the series that are given an id. */
  readonly named: Head[];
  /** Series that become chunks. */
  readonly due: readonly Head[];
  readonly nowMs: number;
}

/** Samples on their way from batches to the file: each goes to its series in memory and to those that wait. */
export class Intake {
  readonly heads = new Heads();
  readonly #registry: SeriesRegistry;
  readonly #pending = new SampleColumns();
  #pendingHeads: Head[] = [];
  /** Series with enough samples for a chunk. */
  readonly #ripe = new Set<Head>();

  constructor(registry: SeriesRegistry) {
    this.#registry = registry;
  }

  /** Samples that wait to be written. */
  get pendingCount(): number {
    return this.#pending.count;
  }

  /** What waits, in samples: histograms count by their bytes too. */
  get pendingSize(): number {
    return this.#pending.count + Math.ceil(this.#pending.histogramBytes / HISTOGRAM_BYTES_PER_SAMPLE);
  }

  /** Copies a batch. The hot path: a look-up and two column writes a sample. */
  take(batch: ScrapeBatch): TakenSamples {
    const { heads } = this;
    let unknown = 0;
    let lacking = 0;
    for (let index = 0; index < batch.count; index++) {
      const ref = batch.series[index] ?? 0;
      const flags = batch.flags[index] ?? 0;
      const isStale = (flags & SAMPLE_FLAGS.stale) !== 0;
      const head = heads.ofRef(ref) ?? heads.adopt(ref, this.#registry);
      if (head === undefined) unknown++;
      else if (isStale) this.#push(head, sampleTimestampMs(batch, index), 0, true);
      else if ((flags & SAMPLE_FLAGS.histogram) === 0) this.#push(head, sampleTimestampMs(batch, index), batch.values[index] ?? 0, false);
      else {
        const histogram = batch.histograms?.get(index);
        if (histogram === undefined) lacking++;
        else this.#push(head, sampleTimestampMs(batch, index), histogram.count, false, encodeHistogram(histogram));
      }
    }
    return { taken: batch.count - unknown - lacking, unknown, lacking };
  }

  /** Writes what waits, and chunks of the series that are ripe, in one transaction. Throws as the file does; then all waits on. */
  writeTo(file: StoreFile, nowMs: number): void {
    if (this.#pending.count === 0) return;
    const named: Head[] = [];
    const due = this.#dueForChunks();
    try {
      const row = file.transaction(() => this.#writeAll(file, { named, due, nowMs }));
      for (const head of this.#pendingHeads) head.firstRow ??= row;
    } catch (error) {
      for (const head of named) this.heads.setId(head, undefined); // rolled back with the transaction
      throw error;
    }
    for (const head of due) {
      head.samples.clear();
      head.firstRow = undefined;
      this.#ripe.delete(head);
    }
    this.#pending.clear();
    this.#pendingHeads = [];
  }

  /** The file has gone: everything in memory waits to be written to a new one. */
  startOver(): void {
    this.#pending.clear();
    this.#pendingHeads = [];
    for (const head of this.heads.all()) {
      this.heads.setId(head, undefined);
      head.firstRow = undefined;
      const { timestamps, values, stale, histograms } = head.samples;
      timestamps.forEach((time, index) => this.#wait(head, time, values[index] ?? 0, stale[index] === 1, histograms.get(index)));
    }
  }

  #push(head: Head, timestampMs: number, value: number, isStale: boolean, histogram?: Uint8Array): void {
    head.samples.push(timestampMs, value, isStale, histogram);
    if (isRipe(head)) this.#ripe.add(head);
    this.#wait(head, timestampMs, value, isStale, histogram);
  }

  #wait(head: Head, timestampMs: number, value: number, isStale: boolean, histogram?: Uint8Array): void {
    this.#pending.push(timestampMs, value, isStale, histogram);
    this.#pendingHeads.push(head);
  }

  /** The series that have been ripe for longest; those that clean-up has made chunks of meanwhile are not ripe. */
  #dueForChunks(): readonly Head[] {
    const due: Head[] = [];
    for (const head of this.#ripe) {
      if (!isRipe(head)) this.#ripe.delete(head);
      else if (due.push(head) === SEALS_PER_WRITE) break;
    }
    return due;
  }

  #writeAll(file: StoreFile, { named, due, nowMs }: WritePlan): number {
    const ids = new Uint32Array(this.#pendingHeads.length);
    this.#pendingHeads.forEach((head, index) => {
      if (head.id === undefined) {
        this.heads.setId(head, file.seriesId(head.labels));
        named.push(head);
      }
      ids[index] = head.id ?? 0;
    });
    const row = file.appendBlock(this.#pending, ids, Math.floor(nowMs));
    for (const head of due) file.seal(head, row);
    return row;
  }
}

/** Whether a series has enough for a chunk. */
function isRipe({ samples }: Head): boolean {
  return samples.count >= CHUNK_SAMPLES || samples.histogramBytes >= CHUNK_HISTOGRAM_BYTES;
}
