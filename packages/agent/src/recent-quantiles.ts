/** Observations that a summary looks back on, for each of its children. */
export const RECENT_OBSERVATIONS = 512;

/**
 * Count, sum, and the quantiles of the newest observations. Observing is a store into a ring; the work is done when
 * somebody asks, by sorting a copy. (A t-digest with age buckets, as prom-client's summary keeps it, costs 40 µs an
 * observation: more than the scrape that it measures.)
 */
export class RecentQuantiles {
  readonly #ring = new Float64Array(RECENT_OBSERVATIONS);
  #count = 0;
  #sum = 0;

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  observe(value: number): void {
    this.#ring[this.#count % RECENT_OBSERVATIONS] = value;
    this.#count++;
    this.#sum += value;
  }

  /** The values at the given ranks, each in (0, 1); NaN where nothing was observed. */
  at(ranks: readonly number[]): number[] {
    const sorted = this.#ring.slice(0, Math.min(this.#count, RECENT_OBSERVATIONS)).sort();
    return ranks.map((rank) => sorted[Math.max(Math.ceil(rank * sorted.length) - 1, 0)] ?? Number.NaN);
  }
}
