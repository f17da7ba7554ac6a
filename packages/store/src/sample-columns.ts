const FIRST_CAPACITY = 8;

/** Samples as columns that grow. A stale marker is a flag; its value means nothing. */
export class SampleColumns {
  #timestamps = new Float64Array(FIRST_CAPACITY);
  #values = new Float64Array(FIRST_CAPACITY);
  #stale = new Uint8Array(FIRST_CAPACITY);
  #count = 0;

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

  push(timestampMs: number, value: number, isStale: boolean): void {
    if (this.#count === this.#timestamps.length) this.#grow();
    this.#timestamps[this.#count] = timestampMs;
    this.#values[this.#count] = value;
    this.#stale[this.#count] = isStale ? 1 : 0;
    this.#count++;
  }

  /** Forgets the samples and keeps the room. */
  clear(): void {
    this.#count = 0;
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
