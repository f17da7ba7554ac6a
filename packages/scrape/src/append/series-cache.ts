/** The series that one target exposed lately. Owned by the append port; opaque to everybody else (S-143). */
export interface SeriesCache {
  /** Number of live series. */
  readonly seriesCount: number;
}
