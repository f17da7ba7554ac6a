import type { Labels, NativeHistogram } from '@limpet/model';
import type { TargetSelector } from './target-selector.ts';

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

/** Series that any of the selectors takes, and the span of time in which they must have a sample. */
export interface NewestQuery {
  readonly selectors: readonly TargetSelector[];
  /** Inclusive, wall milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** The newest sample of a series. */
export interface NewestSample {
  readonly labels: Labels;
  readonly timestampMs: number;
  readonly value: number;
}

/** Read access to the embedded store. */
export interface History {
  /** Bounded in series and samples by the store; what is beyond its limits is left out. */
  range(query: HistoryQuery): readonly SeriesHistory[];
  /**
   * The newest sample of each series, each series once; those that end with a stale marker or a native histogram are left
   * out. Undefined where there are more series than the store answers with.
   */
  newest(query: NewestQuery): readonly NewestSample[] | undefined;
}
