import { SAMPLE_FLAGS } from '@limpet/model';
import type { Exemplar, FamilyMetadata, NativeHistogram, ScrapeBatch, SeriesSlot } from '@limpet/model';
import { zeroHistogram } from './histogram-difference.ts';
import type { SeriesColumns, SeriesTimes, StoredExemplar } from './series-times.ts';

/** Samples that the columns have room for at first. */
const ROOM_MIN = 1024;
/** Columns that one scrape made longer than this are given back after it: about 35 MB. */
export const ROOM_KEPT_MAX = 1_048_576;

/** Who a batch is of, and when. */
export type BatchHeader = Pick<ScrapeBatch, 'job' | 'targetId' | 'tick' | 'epoch' | 'timestampMs'>;

/**
 * The batch of one scrape in the making, as a transaction: samples are checked against the newest time of their series
 * and written to columns that serve every scrape; `rollBack` undoes both. One for an agent, for one scrape at a time.
 */
export class BatchWriter {
  readonly #times: SeriesTimes;
  readonly #windowMs: number;
  #series = new Float64Array(ROOM_MIN);
  #values = new Float64Array(ROOM_MIN);
  #flags = new Uint8Array(ROOM_MIN);
  #count = 0;
  #timestamps: Map<number, number> | undefined;
  #histograms: Map<number, NativeHistogram> | undefined;
  #exemplars: Map<number, readonly Exemplar[]> | undefined;
  #startTimestamps: Map<number, number> | undefined;
  #metadata: Map<number, FamilyMetadata> | undefined;
  /** What the samples changed, for `rollBack`: series, and its newest time before. */
  #slots = new Uint32Array(ROOM_MIN);
  #timesBefore = new Float64Array(ROOM_MIN);
  readonly #exemplarsBefore: { readonly series: SeriesSlot; readonly exemplar: StoredExemplar | undefined }[] = [];

  /** `windowMs`: how much older than the newest of its series a sample may be; 0 takes only newer ones (W-093). */
  constructor(times: SeriesTimes, windowMs: number) {
    this.#times = times;
    this.#windowMs = windowMs;
  }

  /** Number of samples written since `begin` or `rollBack`. */
  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#count = 0;
    this.#timestamps = undefined;
    this.#histograms = undefined;
    this.#exemplars = undefined;
    this.#startTimestamps = undefined;
    this.#metadata = undefined;
    this.#exemplarsBefore.length = 0;
    if (this.#flags.length > ROOM_KEPT_MAX) this.#resize(ROOM_MIN);
  }

  /** Writes a sample with the time of the batch or, where `hasOwnTime`, its own. False: it is out of order (S-180). */
  append(series: SeriesSlot, timestampMs: number, value: number, hasOwnTime: boolean): boolean {
    if (timestampMs <= this.#lastMs(series) - this.#windowMs) return false;
    if (hasOwnTime) (this.#timestamps ??= new Map()).set(this.#count, timestampMs);
    this.#write(series, timestampMs, value, hasOwnTime ? SAMPLE_FLAGS.explicitTimestamp : 0);
    return true;
  }

  /** As `append` for a sample without a time of its own: the path of nearly all of them. `columns`: those of `times`. */
  appendPlain(series: SeriesSlot, timestampMs: number, value: number, { refs, lastMs }: SeriesColumns): boolean {
    const before = lastMs[series] ?? -Infinity;
    if (timestampMs <= before - this.#windowMs) return false;
    const index = this.#count;
    if (index === this.#flags.length) this.#resize(index * 2);
    this.#count = index + 1;
    this.#series[index] = refs[series] ?? 0;
    this.#values[index] = value;
    this.#flags[index] = 0;
    this.#slots[index] = series;
    this.#timesBefore[index] = before;
    if (timestampMs > before) lastMs[series] = timestampMs;
    return true;
  }

  /** As `append`, for a native histogram. */
  appendHistogram(series: SeriesSlot, timestampMs: number, histogram: NativeHistogram, hasOwnTime: boolean): boolean {
    const index = this.#count;
    if (!this.append(series, timestampMs, 0, hasOwnTime)) return false;
    this.#flags[index] = (this.#flags[index] ?? 0) | SAMPLE_FLAGS.histogram;
    (this.#histograms ??= new Map()).set(index, histogram);
    return true;
  }

  /**
   * Writes the zero that a series began with, unless it has a sample as new: to be called before the sample, whose value
   * or histogram says what a zero of it looks like (S-161).
   */
  appendZero(series: SeriesSlot, startTimestampMs: number, value: number | NativeHistogram): void {
    if (startTimestampMs <= this.#lastMs(series)) return;
    if (typeof value === 'number') this.append(series, startTimestampMs, 0, true);
    else this.appendHistogram(series, startTimestampMs, zeroHistogram(value), true);
  }

  /** Says of the sample written last since when it has counted. */
  startedAt(startTimestampMs: number): void {
    (this.#startTimestamps ??= new Map()).set(this.#count - 1, startTimestampMs);
  }

  /** Says of the sample written last what family it belongs to. */
  describe(metadata: FamilyMetadata): void {
    (this.#metadata ??= new Map()).set(this.#count - 1, metadata);
  }

  /** Writes a stale marker, but not over anything as new: the out-of-order window does not count here (S-136, S-180). */
  appendStale(series: SeriesSlot, timestampMs: number, flags: number): boolean {
    if (timestampMs <= this.#lastMs(series)) return false;
    this.#write(series, timestampMs, 0, SAMPLE_FLAGS.stale | flags);
    return true;
  }

  /** Writes a report sample. */
  appendReport(series: SeriesSlot, timestampMs: number, value: number): boolean {
    if (timestampMs <= this.#lastMs(series) - this.#windowMs) return false;
    this.#write(series, timestampMs, value, SAMPLE_FLAGS.report);
    return true;
  }

  /** Adds exemplars to the sample written last, which is of `series`. */
  addExemplars(series: SeriesSlot, exemplars: readonly StoredExemplar[]): void {
    const index = this.#count - 1;
    this.#flags[index] = (this.#flags[index] ?? 0) | SAMPLE_FLAGS.exemplar;
    const stored = exemplars.map(({ exposed, atMs }) => ({ ...exposed, timestampMs: atMs }));
    (this.#exemplars ??= new Map()).set(index, stored);
    this.#exemplarsBefore.push({ series, exemplar: this.#times.lastExemplar(series) });
    this.#times.setLastExemplar(series, exemplars.at(-1));
  }

  /** Undoes everything since `begin`. */
  rollBack(): void {
    const { lastMs } = this.#times.columns;
    for (let index = this.#count - 1; index >= 0; index--) lastMs[this.#slots[index] ?? 0] = this.#timesBefore[index] ?? -Infinity;
    for (const { series, exemplar } of this.#exemplarsBefore.reverse()) this.#times.setLastExemplar(series, exemplar);
    this.begin();
  }

  /** The batch as it stands. Borrowed: valid until the next `begin`. */
  batch(header: BatchHeader): ScrapeBatch {
    return {
      ...header,
      count: this.#count,
      series: this.#series,
      values: this.#values,
      flags: this.#flags,
      ...(this.#timestamps === undefined ? {} : { timestamps: this.#timestamps }),
      ...(this.#histograms === undefined ? {} : { histograms: this.#histograms }),
      ...(this.#exemplars === undefined ? {} : { exemplars: this.#exemplars }),
      ...(this.#startTimestamps === undefined ? {} : { startTimestamps: this.#startTimestamps }),
      ...(this.#metadata === undefined ? {} : { metadata: this.#metadata }),
    };
  }

  #write(series: SeriesSlot, timestampMs: number, value: number, flags: number): void {
    const index = this.#count++;
    if (index === this.#flags.length) this.#resize(index * 2);
    const { refs, lastMs } = this.#times.columns;
    const before = lastMs[series] ?? -Infinity;
    this.#series[index] = refs[series] ?? 0;
    this.#values[index] = value;
    this.#flags[index] = flags;
    this.#slots[index] = series;
    this.#timesBefore[index] = before;
    if (timestampMs > before) lastMs[series] = timestampMs;
  }

  #lastMs(series: SeriesSlot): number {
    return this.#times.columns.lastMs[series] ?? -Infinity;
  }

  /** Columns of another length, as much of the old content in them as fits. */
  #resize(room: number): void {
    this.#series = resized(this.#series, new Float64Array(room));
    this.#values = resized(this.#values, new Float64Array(room));
    this.#flags = resized(this.#flags, new Uint8Array(room));
    this.#timesBefore = resized(this.#timesBefore, new Float64Array(room));
    this.#slots = resized(this.#slots, new Uint32Array(room));
  }
}

function resized<Column extends Float64Array | Uint32Array | Uint8Array>(from: Column, to: Column): Column {
  to.set(from.subarray(0, to.length));
  return to;
}
