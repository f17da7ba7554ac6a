import { createHash } from 'node:crypto';
import { decodeLabels, SAMPLE_FLAGS, sampleTimestampMs } from '@limpet/model';
import type { Appendable, AppendVerdict, Labels, ScrapeBatch, SeriesRegistry } from '@limpet/model';

/** Series whose digest is kept at hand; beyond that all are forgotten and made anew. */
const SERIES_KEPT_MAX = 1_000_000;
/** A digest of labels and the bits of a value. */
const SAMPLE_BYTES = 16;
/** The bits of Prometheus' stale marker. */
const STALE_BITS = 0x7ff0000000000002n;

/** One batch as it was handed over, in a form that can be compared bit for bit. */
export interface TracedBatch {
  readonly targetId: string;
  /** Whether it says that its target is down. */
  readonly isDown: boolean;
  /** Everything that the digest covers. */
  readonly bytes: Uint8Array;
  /** A line for each sample, where lines are wanted. */
  readonly lines: readonly string[];
}

/** Samples as lines `<labels> <timestamp> <value> 0x<64 bits>`, or only as bytes to be hashed. A consumer like any other. */
export class SampleTrace implements Appendable {
  readonly name = 'trace';
  /** Whether to write lines. They cost far more than the bytes. */
  hasLines: boolean;
  readonly #registry: SeriesRegistry;
  readonly #known = new Map<number, KnownSeries>();
  #batches: TracedBatch[] = [];
  #isClosed = false;

  constructor(registry: SeriesRegistry, { hasLines }: { readonly hasLines: boolean }) {
    this.#registry = registry;
    this.hasLines = hasLines;
  }

  append(batch: ScrapeBatch): AppendVerdict {
    if (this.#isClosed) return { ok: false, reason: 'closed' };
    const { targetId } = batch;
    const lines = this.hasLines ? this.#linesOf(batch) : [];
    this.#batches.push({ targetId, isDown: this.#isDown(batch), bytes: this.#bytesOf(batch), lines });
    return { ok: true };
  }

  /** The batches since the last call. */
  take(): TracedBatch[] {
    const batches = this.#batches;
    this.#batches = [];
    return batches;
  }

  /** Labels are resolved as batches come in. */
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

  /** A head of text, then columns: the digests of series, values as their bits, and own times where there are any. */
  #bytesOf(batch: ScrapeBatch): Uint8Array {
    const { job, targetId, tick, timestampMs, count } = batch;
    const head = Buffer.from(`${job}\n${targetId}\n${tick}\n${timestampMs}\n${count}\n${sideTables(batch)}`);
    const headBytes = Math.ceil(head.length / 8) * 8;
    const bytes = new Uint8Array(headBytes + count * SAMPLE_BYTES);
    bytes.set(head);
    const digests = new Uint32Array(bytes.buffer, headBytes, 2 * count);
    const values = new Float64Array(bytes.buffer, headBytes + 8 * count, count);
    const bits = new BigUint64Array(bytes.buffer, headBytes + 8 * count, count);
    values.set(batch.values.subarray(0, count));
    for (let index = 0; index < count; index++) {
      const { low, high } = this.#series(batch.series[index] ?? 0);
      digests[2 * index] = low;
      digests[2 * index + 1] = high;
      if (isStale(batch, index)) bits[index] = STALE_BITS;
    }
    return bytes;
  }

  #linesOf(batch: ScrapeBatch): string[] {
    const lines: string[] = [];
    for (let index = 0; index < batch.count; index++) {
      const series = this.#series(batch.series[index] ?? 0);
      series.text ??= labelsText(decodeLabels(this.#registry.labelBytes(batch.series[index] ?? 0)));
      lines.push(`${series.text} ${sampleTimestampMs(batch, index)} ${valueText(batch, index)}`);
    }
    return lines;
  }

  /** Report series come last. */
  #isDown({ series, values, flags, count }: ScrapeBatch): boolean {
    for (let index = count - 1; index >= 0 && ((flags[index] ?? 0) & SAMPLE_FLAGS.report) !== 0; index--) {
      if (values[index] === 0 && this.#series(series[index] ?? 0).isUp) return true;
    }
    return false;
  }

  #series(ref: number): KnownSeries {
    let known = this.#known.get(ref);
    if (known === undefined) {
      if (this.#known.size >= SERIES_KEPT_MAX) this.#known.clear();
      const bytes = this.#registry.labelBytes(ref);
      const digest = createHash('sha256').update(bytes).digest();
      const isUp = decodeLabels(bytes).some(([name, value]) => name === '__name__' && value === 'up');
      known = { low: digest.readUInt32LE(0), high: digest.readUInt32LE(4), isUp, text: undefined };
      this.#known.set(ref, known);
    }
    return known;
  }
}

interface KnownSeries {
  /** The first eight bytes of the SHA-256 of the label bytes. */
  readonly low: number;
  readonly high: number;
  readonly isUp: boolean;
  text: string | undefined;
}

function isStale({ flags }: ScrapeBatch, index: number): boolean {
  return ((flags[index] ?? 0) & SAMPLE_FLAGS.stale) !== 0;
}

function valueText(batch: ScrapeBatch, index: number): string {
  const histogram = batch.histograms?.get(index);
  if (histogram !== undefined) return JSON.stringify(histogram);
  const bits = Buffer.allocUnsafe(8);
  if (isStale(batch, index)) return `stale 0x${STALE_BITS.toString(16)}`;
  const value = batch.values[index] ?? 0;
  bits.writeDoubleBE(value);
  return `${value} 0x${bits.toString('hex')}`;
}

/** `name{label="value",…}`, sorted by label name. */
export function labelsText(labels: Labels): string {
  const name = labels.find(([label]) => label === '__name__')?.[1] ?? '';
  const others = labels.filter(([label]) => label !== '__name__').map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${others.join(',')}}`;
}

/** What stands beside the columns, by index, as text. */
function sideTables({ timestamps, histograms, exemplars, startTimestamps, metadata }: ScrapeBatch): string {
  const tables = [timestamps, histograms, exemplars, startTimestamps, metadata];
  return tables.every((table) => table === undefined) ? '' : JSON.stringify(tables.map((table) => [...(table ?? [])]));
}
