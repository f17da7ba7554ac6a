export { canonicalFloat, normalizeLabelValue, parseLabelFloat } from './canonical-float.ts';
export { entryLine, histogramJson } from './entry-line.ts';
export { METRIC_TYPES } from './entry.ts';
export type {
  CommentEntry,
  Entry,
  EntryReader,
  HelpEntry,
  HistogramEntry,
  MetricType,
  Parse,
  ParseOptions,
  ReadEntries,
  SampleEntry,
  TypeEntry,
  UnitEntry,
} from './entry.ts';
export { formatFloat } from './float.ts';
export { belongsToFamily } from './metric-family.ts';
export { parseOpenMetrics } from './openmetrics-parser.ts';
export { ParseError } from './parse-error.ts';
export type { ParseErrorCode, ParseErrorFamily } from './parse-error.ts';
export { ContentTypeError, parserFor } from './parser-for.ts';
export type { ChosenParser, ContentTypeErrorCode, ExpositionFormat } from './parser-for.ts';
export { ProtobufError } from './protobuf-error.ts';
export { parseProtobuf } from './protobuf-parser.ts';
export { acceptHeader, mediaTypeOf } from './scrape-protocol.ts';
export type { EscapingScheme, MediaType, ScrapeProtocol } from './scrape-protocol.ts';
export { parseText } from './text-parser.ts';
export { writableSample, WriteError } from './writable-entry.ts';
export type { SampleExtras, WritableEntry, WritableSample } from './writable-entry.ts';
export { writeOpenMetrics } from './write-openmetrics.ts';
export { writeText } from './write-text.ts';
