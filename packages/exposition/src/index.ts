export { METRIC_TYPES } from './entry.ts';
export type {
  CommentEntry,
  Entry,
  HelpEntry,
  HistogramEntry,
  MetricType,
  Parse,
  ParseOptions,
  SampleEntry,
  TypeEntry,
  UnitEntry,
} from './entry.ts';
