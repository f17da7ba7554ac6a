const FIRST_CAPACITY = 8;
const NO_HISTOGRAMS: ReadonlyMap<number, Uint8Array> = new Map();

/**
 * Samples as columns that grow. A stale marker is a flag; its value means nothing. A native histogram is kept as bytes
 * beside the columns; its value is the number of its observations.
 */
export class SampleColumns {
  #timestamps = new Float64Array(FIRST_CAPACITY);
  #values = new Float64Array(FIRST_CAPACITY);
  #stale = new Uint8Array(FIRST_CAPACITY);
  #count = 0;
  #histograms: Map<number, Uint8Array> | undefined;
  #histogramBytes = 0;

  get count(): number {
    return this.#count;
  }

  /** Integer milliseconds since the epoch: a view, valid until the next `push`. */
  get timestamps(): Float64Array {
    return this.#timestamps.subarray(0, this.#count);
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }

  /** 1 where the sample is a stale marker. */
  get stale(): Uint8Array {
    return this.#stale.subarray(0, this.#count);
  }

  /** Native histograms by the index of their sample. */
  get histograms(): ReadonlyMap<number, Uint8Array> {
    return this.#histograms ?? NO_HISTOGRAMS;
  }

  /** Bytes of all histograms together. */
  get histogramBytes(): number {
    return this.#histogramBytes;
  }

  push(timestampMs: number, value: number, isStale: boolean, histogram?: Uint8Array): void {
    if (this.#count === this.#timestamps.length) this.#grow();
    this.#timestamps[this.#count] = timestampMs;
    this.#values[this.#count] = value;
    this.#stale[this.#count] = isStale ? 1 : 0;
    if (histogram !== undefined) {
      (this.#histograms ??= new Map()).set(this.#count, histogram);
      this.#histogramBytes += histogram.length;
    }
    this.#count++;
  }

  /** Forgets the samples and keeps the room. */
  clear(): void {
    this.#count = 0;
    this.#histograms = undefined;
    this.#histogramBytes = 0;
  }

  #grow(): void {
    const { timestamps, values, stale } = this;
    const capacity = this.#count * 2;
    this.#timestamps = new Float64Array(capacity);
    this.#timestamps.set(timestamps);
    this.#values = new Float64Array(capacity);
    this.#values.set(values);
    this.#stale = new Uint8Array(capacity);
    this.#stale.set(stale);
  }
}
