import type { Exemplar, Label, MetricType, NativeHistogram } from '@limpet/model';

export { METRIC_TYPES } from '@limpet/model';
export type { MetricType } from '@limpet/model';

/** What a parser yields, in the order of the body (E-020). */
export type Entry = TypeEntry | HelpEntry | UnitEntry | CommentEntry | SampleEntry | HistogramEntry;

export interface TypeEntry {
  readonly kind: 'type';
  readonly family: string;
  readonly type: MetricType;
}
export interface HelpEntry {
  readonly kind: 'help';
  readonly family: string;
  readonly text: string;
}
export interface UnitEntry {
  readonly kind: 'unit';
  readonly family: string;
  readonly unit: string;
}
export interface CommentEntry {
  readonly kind: 'comment';
  /** The line from its `#` to its end, bytes that are not UTF-8 replaced. */
  readonly text: string;
}

interface SeriesEntry {
  /**
   * Name and label block exactly as exposed: bytes `keyStart` … `keyEnd` of the body. Identity for a cache (E-021), unless
   * there is a `key`; then only the place that the entry comes from.
   */
  readonly keyStart: number;
  readonly keyEnd: number;
  /**
   * Identity for a cache where no run of bytes spells the series: in protobuf, and for converted histograms. Never the
   * text of a series of the text formats.
   */
  readonly key?: string;
  /**
   * The exposed labels with `__name__`, sorted by name, `le`/`quantile` normalised (E-160). Empty values and repeated
   * names are still there: refusing them is the business of whoever builds the series. Computed on each call.
   * In a name, a byte that is not UTF-8 is the lone surrogate U+DC00 + byte: `isWellFormed()` finds it, for E-121.
   */
  labels(): readonly Label[];
  readonly timestampMs: number | undefined;
  readonly startTimestampMs: number | undefined;
  readonly exemplars: readonly Exemplar[];
}
export interface SampleEntry extends SeriesEntry {
  readonly kind: 'sample';
  /** May be NaN; a target cannot expose a stale marker, so any NaN is the normal one. */
  readonly value: number;
}
export interface HistogramEntry extends SeriesEntry {
  readonly kind: 'histogram';
  readonly histogram: NativeHistogram;
}

export interface ParseOptions {
  /** Yield start timestamps and swallow `_created` lines (E-119). */
  readonly startTimestamps?: boolean;
  /** Add `__type__` and `__unit__` (E-024). */
  readonly typeAndUnitLabels?: boolean;
  /** Read histograms as if they had no native part; only protobuf has one (E-181). */
  readonly ignoreNativeHistograms?: boolean;
  /** Turn classic histograms into native ones with custom buckets (E-190). */
  readonly convertClassicHistograms?: boolean;
  /** Yield the classic series of a histogram beside the native one too (E-181, E-191). */
  readonly keepClassicHistograms?: boolean;
}

/** Reads one body. Iterating throws `ParseError` or `ProtobufError` at the first byte that the format refuses. */
export type Parse = (body: Uint8Array, options?: ParseOptions) => Iterable<Entry>;

/** Reads the entries of a body one at a time, from any line on. */
export interface EntryReader {
  /** Offset of the next byte; may be set to the beginning of a line. */
  at: number;
  /** Offset at which the entry read last began. */
  readonly start: number;
  /** The next entry; `undefined` at the end. Throws `ParseError` as iterating does. */
  next(): Entry | undefined;
}

/** Opens a body for `EntryReader`. What TYPE and UNIT lines say holds from where they were read last. */
export type ReadEntries = (body: Uint8Array) => EntryReader;
