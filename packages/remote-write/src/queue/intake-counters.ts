import type { Metrics, ScrapeBatch } from '@limpet/model';
import { INTAKE_METRICS } from '../metrics.ts';

/** What is handed to remote storage as a whole, whatever becomes of it (W-120). */
export class IntakeCounters {
  readonly #metrics: Metrics;
  #highestMs = 0;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  count(batch: ScrapeBatch): void {
    const histograms = batch.histograms?.size ?? 0;
    this.#metrics.add(INTAKE_METRICS.samplesIn, [], batch.count - histograms);
    if (histograms > 0) this.#metrics.add(INTAKE_METRICS.histogramsIn, [], histograms);
    for (const exemplars of batch.exemplars?.values() ?? []) this.#metrics.add(INTAKE_METRICS.exemplarsIn, [], exemplars.length);
    let newestMs = batch.timestampMs;
    for (const timestampMs of batch.timestamps?.values() ?? []) newestMs = Math.max(newestMs, timestampMs);
    if (batch.count === 0 || newestMs <= this.#highestMs) return;
    this.#highestMs = newestMs;
    this.#metrics.set(INTAKE_METRICS.highestTimestampIn, [], newestMs / 1000);
  }
}
