import type { Exemplar, NativeHistogram, SeriesRef } from '@limpet/model';
import type { SeriesOnWire } from '../series/series-on-wire.ts';

/** What an item of a ring is. Numbers, because they fill a byte column. */
export const ITEM = { sample: 0, stale: 1, histogram: 2, exemplar: 3 } as const;
export type ItemKind = (typeof ITEM)[keyof typeof ITEM];

/** One thing to send, ready for the wire. Each counts as one (W-060). */
export interface RingItem {
  readonly kind: ItemKind;
  readonly ref: SeriesRef;
  readonly labels: SeriesOnWire;
  readonly timestampMs: number;
  /** Of samples; 0 otherwise. */
  readonly value: number;
  readonly payload: NativeHistogram | Exemplar | undefined;
  /** Number of the batch in the log that it came in; 0 where the log is memory. */
  readonly sequence: number;
  /** Since when the sample counts, milliseconds; 0 where that is not known. */
  readonly startMs: number;
}

const FIRST_CAPACITY = 256;

/**
 * The items that one shard has still to send, oldest first: columns that go round. They grow up to the capacity and
 * keep their size, so the steady state allocates nothing.
 */
export class ShardRing {
  readonly capacity: number;
  /** Number of the batch that what is pushed comes in. */
  sequence = 0;
  /** Since when the sample that is pushed counts. */
  startMs = 0;
  #size: number;
  #kinds: Uint8Array;
  #refs: Float64Array;
  #values: Float64Array;
  #timestamps: Float64Array;
  #sequences: Float64Array;
  #starts: Float64Array;
  #labels: (SeriesOnWire | undefined)[];
  #payloads: RingItem['payload'][];
  #head = 0;
  #count = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#size = Math.min(capacity, FIRST_CAPACITY);
    this.#kinds = new Uint8Array(this.#size);
    this.#refs = new Float64Array(this.#size);
    this.#values = new Float64Array(this.#size);
    this.#timestamps = new Float64Array(this.#size);
    this.#sequences = new Float64Array(this.#size);
    this.#starts = new Float64Array(this.#size);
    this.#labels = Array.from({ length: this.#size }, () => undefined);
    this.#payloads = Array.from({ length: this.#size }, () => undefined);
  }

  get count(): number {
    return this.#count;
  }

  get room(): number {
    return this.capacity - this.#count;
  }

  /** Adds one item behind the others. The caller has looked at `room`. */
  push(kind: ItemKind, ref: SeriesRef, labels: SeriesOnWire, timestampMs: number, value: number, payload?: RingItem['payload']): void {
    if (this.#count === this.#size) this.#grow();
    const at = (this.#head + this.#count) % this.#size;
    this.#kinds[at] = kind;
    this.#refs[at] = ref;
    this.#values[at] = value;
    this.#timestamps[at] = timestampMs;
    this.#labels[at] = labels;
    this.#payloads[at] = payload;
    this.#sequences[at] = this.sequence;
    this.#starts[at] = this.startMs;
    this.#count++;
  }

  /** The item at a place counted from the oldest one. Throws a `RangeError` beyond the end. */
  at(index: number): RingItem {
    const at = (this.#head + index) % this.#size;
    const labels = this.#labels[at];
    if (index >= this.#count || labels === undefined) throw new RangeError(`the ring has no item ${index}`);
    return {
      kind: this.#kinds[at] as ItemKind,
      ref: this.#refs[at] ?? 0,
      labels,
      timestampMs: this.#timestamps[at] ?? 0,
      value: this.#values[at] ?? 0,
      payload: this.#payloads[at],
      sequence: this.#sequences[at] ?? 0,
      startMs: this.#starts[at] ?? 0,
    };
  }

  /** Number of the batch that the oldest item came in; undefined where there is none. */
  get oldestSequence(): number | undefined {
    return this.#count === 0 ? undefined : this.#sequences[this.#head];
  }

  /** Forgets the `count` oldest items. */
  drop(count: number): void {
    for (let index = 0; index < count; index++) {
      const at = (this.#head + index) % this.#size;
      this.#labels[at] = undefined;
      this.#payloads[at] = undefined;
    }
    this.#head = (this.#head + count) % this.#size;
    this.#count -= count;
  }

  /** Doubles the columns and lays the items out from the start. */
  #grow(): void {
    const size = Math.min(this.#size * 2, this.capacity);
    const split = this.#size - this.#head;
    const unrolled = <Column extends Uint8Array | Float64Array>(from: Column, to: Column): Column => {
      to.set(from.subarray(this.#head), 0);
      to.set(from.subarray(0, this.#head), split);
      return to;
    };
    this.#kinds = unrolled(this.#kinds, new Uint8Array(size));
    this.#refs = unrolled(this.#refs, new Float64Array(size));
    this.#values = unrolled(this.#values, new Float64Array(size));
    this.#timestamps = unrolled(this.#timestamps, new Float64Array(size));
    this.#sequences = unrolled(this.#sequences, new Float64Array(size));
    this.#starts = unrolled(this.#starts, new Float64Array(size));
    this.#labels = [...this.#labels.slice(this.#head), ...this.#labels.slice(0, this.#head)];
    this.#payloads = [...this.#payloads.slice(this.#head), ...this.#payloads.slice(0, this.#head)];
    this.#size = size;
    this.#head = 0;
  }
}
