import { decodeHistogram } from '@limpet/model';
import type { Labels, NativeHistogram } from '@limpet/model';
import { labelsOf } from './heads.ts';
import type { Head, Heads } from './heads.ts';
import { HISTOGRAM_BYTES_PER_SAMPLE, QUERY_SAMPLES_MAX, QUERY_SERIES_MAX } from './limits.ts';
import { matches } from './matcher.ts';
import type { Matcher } from './matcher.ts';
import { SampleColumns } from './sample-columns.ts';
import type { StoreFile } from './store-file.ts';

export interface RangeQuery {
  /** All must hold; none = every series. */
  readonly matchers: readonly Matcher[];
  /** What must hold besides. Every series that the matchers take is asked about, so name the metric where it is known. */
  readonly selects?: (labels: Labels) => boolean;
  /** Wall milliseconds, both ends included. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Samples of one series, by time; a time that occurs twice has the sample that came last. Owned by the caller. */
export interface SeriesRange {
  readonly labels: Labels;
  readonly timestampsMs: Float64Array;
  /** Undefined meaning where `stale` is set. */
  readonly values: Float64Array;
  /** 1 where the sample is a stale marker. */
  readonly stale: Uint8Array;
  /** Native histograms by the index of their sample, whose value is the number of observations. */
  readonly histograms: ReadonlyMap<number, NativeHistogram>;
}

export interface RangeResult {
  readonly series: readonly SeriesRange[];
  /** There was more than `QUERY_SERIES_MAX` series or `QUERY_SAMPLES_MAX` samples. */
  readonly isTruncated: boolean;
}

interface Found {
  readonly labels: Labels;
  readonly id: number | undefined;
  readonly head: Head | undefined;
}

/** Series that match, those in memory only included. */
export function findSeries(
  file: StoreFile | undefined,
  heads: Heads,
  matchers: readonly Matcher[],
  selects: (labels: Labels) => boolean = () => true,
): readonly Found[] {
  const found: Found[] = [];
  for (const { id, labels } of file?.series(matchers, QUERY_SERIES_MAX, selects) ?? []) found.push({ id, labels, head: heads.ofId(id) });
  for (const head of heads.all()) {
    if (file !== undefined && head.id !== undefined) continue;
    const labels = labelsOf(head);
    if (matches(labels, matchers) && selects(labels)) found.push({ labels, id: undefined, head });
  }
  return found;
}

/** The samples of a span of time. Series without any are left out. */
export function range(file: StoreFile | undefined, heads: Heads, { matchers, selects, fromMs, toMs }: RangeQuery): RangeResult {
  const found = findSeries(file, heads, matchers, selects);
  const series: SeriesRange[] = [];
  let sampleCount = 0;
  for (const { labels, id, head } of found) {
    if (series.length === QUERY_SERIES_MAX || sampleCount > QUERY_SAMPLES_MAX) return { series, isTruncated: true };
    const samples = new SampleColumns();
    if (file !== undefined && id !== undefined) for (const chunk of file.chunks(id, fromMs, toMs)) copyWithin(chunk, samples, fromMs, toMs);
    if (head !== undefined) copyWithin(head.samples, samples, fromMs, toMs);
    if (samples.count === 0) continue;
    series.push({ labels, ...inOrder(samples) });
    sampleCount += samples.count + samples.histogramBytes / HISTOGRAM_BYTES_PER_SAMPLE;
  }
  return { series, isTruncated: found.length >= QUERY_SERIES_MAX };
}

/** The newest sample of each series that matches. */
export function latest(file: StoreFile | undefined, heads: Heads, matchers: readonly Matcher[]): readonly SeriesRange[] {
  return findSeries(file, heads, matchers).flatMap(({ labels, id, head }) => {
    const samples = new SampleColumns();
    const last = file === undefined || id === undefined ? undefined : file.lastChunk(id);
    for (const columns of [last, head?.samples]) if (columns !== undefined) copyWithin(columns, samples, -Infinity, Infinity);
    if (samples.count === 0) return [];
    const { timestampsMs, values, stale, histograms } = inOrder(samples);
    const histogram = histograms.get(timestampsMs.length - 1);
    return [
      {
        labels,
        timestampsMs: timestampsMs.slice(-1),
        values: values.slice(-1),
        stale: stale.slice(-1),
        histograms: new Map(histogram === undefined ? [] : [[0, histogram]]),
      },
    ];
  });
}

function copyWithin(from: SampleColumns, to: SampleColumns, fromMs: number, toMs: number): void {
  const { timestamps, values, stale, histograms } = from;
  timestamps.forEach((time, index) => {
    if (time >= fromMs && time <= toMs) to.push(time, values[index] ?? 0, stale[index] === 1, histograms.get(index));
  });
}

/** Sorted by time, each time once. Samples mostly come in order; then this is a copy. */
function inOrder({ timestamps, values, stale, histograms, count }: SampleColumns): Omit<SeriesRange, 'labels'> {
  let isRising = true;
  for (let index = 1; index < count && isRising; index++) isRising = (timestamps[index - 1] ?? 0) < (timestamps[index] ?? 0);
  if (isRising) return { timestampsMs: timestamps.slice(), values: values.slice(), stale: stale.slice(), histograms: decoded(histograms) };
  const lastAt = new Map<number, number>();
  timestamps.forEach((time, index) => lastAt.set(time, index));
  const places = [...lastAt].sort(([a], [b]) => a - b).map(([, index]) => index);
  return {
    timestampsMs: Float64Array.from(places, (index) => timestamps[index] ?? 0),
    values: Float64Array.from(places, (index) => values[index] ?? 0),
    stale: Uint8Array.from(places, (index) => stale[index] ?? 0),
    histograms: decoded(new Map(places.flatMap((from, to) => pairOf(to, histograms.get(from))))),
  };
}

function pairOf(index: number, histogram: Uint8Array | undefined): readonly (readonly [number, Uint8Array])[] {
  return histogram === undefined ? [] : [[index, histogram]];
}

/** Histograms that can be read; of one that cannot, the number of observations is left as a value. */
function decoded(histograms: ReadonlyMap<number, Uint8Array>): Map<number, NativeHistogram> {
  const readable = new Map<number, NativeHistogram>();
  for (const [index, bytes] of histograms) {
    try {
      readable.set(index, decodeHistogram(bytes));
    } catch {
      // damaged: as good as none
    }
  }
  return readable;
}
