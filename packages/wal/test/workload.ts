import { seededRandom } from '@limpet/driver';
import { encodeLabels, labelsFrom, SeriesRegistry } from '@limpet/model';
import type { ScrapeBatch } from '@limpet/model';

const SERIES_COUNT = 1_000;
const INTERVAL_MS = 15_000;

/** Targets of 1,000 series as applications have them; 55 % of the values change from scrape to scrape, a fifth are random bits. */
export class Workload {
  readonly registry = new SeriesRegistry();
  readonly batches: readonly ScrapeBatch[];
  readonly #random = seededRandom(1);

  constructor(targetCount: number) {
    this.batches = Array.from({ length: targetCount }, (_, target) => this.#targetOf(target));
  }

  /** The next scrape of every target, in the same arrays. */
  *round(number: number): Generator<ScrapeBatch> {
    for (const batch of this.batches) {
      for (let n = 0; n < SERIES_COUNT; n++) batch.values[n] = this.#next(batch.values[n] ?? 0, n, number);
      yield { ...batch, tick: number, timestampMs: 1_700_000_000_000 + number * INTERVAL_MS };
    }
  }

  #next(value: number, n: number, number: number): number {
    const kind = n % 20;
    if (kind < 9) return value; // a series that stands still
    if (kind < 15) return value + ((number * 7 + n * 13) % 500); // a counter
    if (kind < 17) return this.#random.next() * 1e9; // a gauge of any size
    if (kind < 19) return value + this.#random.next(); // a sum of seconds
    return Math.round(this.#random.next() * 1_000) / 10; // a percentage
  }

  #targetOf(target: number): ScrapeBatch {
    const instance = `10.0.${target >> 8}.${target & 255}:9100`;
    const series = Float64Array.from({ length: SERIES_COUNT }, (_, n) => {
      const labels = {
        __name__: 'http_request_duration_seconds_bucket',
        instance,
        job: 'app',
        le: String((n % 12) * 0.05),
        path: `/api/v1/thing/${n}`,
      };
      return this.registry.acquire(encodeLabels(labelsFrom(Object.entries(labels))));
    });
    const columns = { values: new Float64Array(SERIES_COUNT), flags: new Uint8Array(SERIES_COUNT), count: SERIES_COUNT };
    return { job: 'app', targetId: `${instance}#abcdef`, tick: 0, epoch: 0, timestampMs: 0, series, ...columns };
  }
}
