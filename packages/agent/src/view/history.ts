import type { Labels } from '@limpet/model';

/** Samples of one series in time order; both arrays have equal length. A stale marker is a NaN in `values` and true in `isStale`. */
export interface SeriesHistory {
  readonly labels: Labels;
  readonly timestampsMs: readonly number[];
  readonly values: readonly number[];
  readonly isStale: readonly boolean[];
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
  /** At most `SERIES_COUNT_MAX` series. */
  range(query: HistoryQuery): readonly SeriesHistory[];
}
