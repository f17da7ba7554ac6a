import type { Labels, NativeHistogram } from '@limpet/model';

/** Samples of one series in time order; both arrays have equal length. A stale marker is a NaN in `values` and true in `isStale`. */
export interface SeriesHistory {
  readonly labels: Labels;
  readonly timestampsMs: readonly number[];
  readonly values: readonly number[];
  readonly isStale: readonly boolean[];
  /** Native histograms by the index of their sample, whose value is the number of observations. */
  readonly histograms: ReadonlyMap<number, NativeHistogram>;
}

/** Which series and when. Every matcher must equal the series' label; a missing label equals `''`. */
export interface HistoryQuery {
  readonly matchers: Readonly<Record<string, string>>;
  /** Inclusive, wall milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Read access to the embedded store. */
export interface History {
  /** Bounded in series and samples by the store; what is beyond its limits is left out. */
  range(query: HistoryQuery): readonly SeriesHistory[];
}
