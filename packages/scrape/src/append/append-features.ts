/** What the features behind `--enable-feature` change about appending; all of it is off unless asked for. */
export interface AppendFeatures {
  /** Samples carry the metadata of their family (S-156). */
  readonly hasMetadata: boolean;
  /** Parsers add `__type__` and `__unit__` (S-157). */
  readonly hasTypeAndUnitLabels: boolean;
  /** Start timestamps are read, and `_created` lines are no samples (S-160). */
  readonly readsStartTimestamps: boolean;
  /** A zero is written where a start timestamp says that a series began (S-161). */
  readonly writesZeroSamples: boolean;
  /** Batches carry start timestamps. */
  readonly keepsStartTimestamps: boolean;
  /** Start timestamps are made up where a target gives none (S-162). */
  readonly makesStartTimestamps: boolean;
}

/** What appending does by itself. */
export const NO_APPEND_FEATURES: AppendFeatures = appendFeatures([]);

/** Reads the names of `--enable-feature`; others are none of this package's business. */
export function appendFeatures(names: Iterable<string>): AppendFeatures {
  const on = new Set(names);
  const writesZeroSamples = on.has('created-timestamp-zero-ingestion');
  const isStored = on.has('st-storage');
  const makesStartTimestamps = on.has('st-synthesis');
  return {
    hasMetadata: on.has('metadata-wal-records'),
    hasTypeAndUnitLabels: on.has('type-and-unit-labels'),
    readsStartTimestamps: writesZeroSamples || isStored,
    writesZeroSamples,
    keepsStartTimestamps: isStored || makesStartTimestamps,
    makesStartTimestamps,
  };
}
