import type { BucketSpan, Exemplar, Label } from '@limpet/model';
import type { ProtobufReader, Span } from './protobuf-reader.ts';
import { decodeUtf8, isValidUtf8 } from './utf8.ts';

/** `io.prometheus.client.MetricType` by number. */
export const METRIC_TYPE = { counter: 0, gauge: 1, summary: 2, untyped: 3, histogram: 4, gaugeHistogram: 5 } as const;

const NOWHERE: Span = { start: 0, end: 0 };

/** A `MetricFamily` without its metrics, which are read in a second pass, when everything about the family is known. */
export class FamilyMessage {
  name: Span = NOWHERE;
  help: Span = NOWHERE;
  unit: Span = NOWHERE;
  type: number = METRIC_TYPE.counter;
  hasMetrics = false;
}

/** The field of a `MetricFamily` that holds its metrics. */
export const METRIC_FIELD = 4;

/** A `Metric` whose labels are places in the body, and the part of it that belongs to the type of its family. */
export class MetricMessage {
  /** The name and the value of each label. */
  readonly labels: Span[] = [];
  /** The bytes of the label fields, neighbours put together: equal bytes are equal labels. */
  readonly labelBytes: Span[] = [];
  timestampMs = 0;
  value = 0;
  startTimestampMs = 0;
  exemplar: Exemplar | undefined;
  summary: SummaryMessage | undefined;
  histogram: HistogramMessage | undefined;
}

export class SummaryMessage {
  count = 0;
  sum = 0;
  readonly quantiles: { quantile: number; value: number }[] = [];
}

export interface BucketMessage {
  cumulativeCount: number;
  cumulativeCountFloat: number;
  upperBound: number;
  exemplar: Exemplar | undefined;
}

/** One sign of a native histogram: integer buckets are differences, float ones counts. */
export interface SideMessage {
  readonly spans: BucketSpan[];
  readonly deltas: number[];
  readonly counts: number[];
}

export class HistogramMessage {
  count = 0;
  countFloat = 0;
  sum = 0;
  readonly buckets: BucketMessage[] = [];
  schema = 0;
  zeroThreshold = 0;
  zeroCount = 0;
  zeroCountFloat = 0;
  readonly positive: SideMessage = { spans: [], deltas: [], counts: [] };
  readonly negative: SideMessage = { spans: [], deltas: [], counts: [] };
  readonly exemplars: Exemplar[] = [];
}

export function readFamily(reader: ProtobufReader, family: FamilyMessage): void {
  while (reader.next()) {
    if (reader.field === 1) family.name = reader.span();
    else if (reader.field === 2) family.help = reader.span();
    else if (reader.field === 3) family.type = reader.signed();
    else if (reader.field === METRIC_FIELD) family.hasMetrics = reader.span().end > 0;
    else if (reader.field === 5) family.unit = reader.span();
    else reader.skip();
  }
}

/** The field of a `Metric` that holds what a type of family has. */
const PART_FIELDS = new Map<number, number>([
  [METRIC_TYPE.counter, 3],
  [METRIC_TYPE.gauge, 2],
  [METRIC_TYPE.summary, 4],
  [METRIC_TYPE.untyped, 5],
  [METRIC_TYPE.histogram, 7],
  [METRIC_TYPE.gaugeHistogram, 7],
]);

/** Reads the metric of a family of that type. Parts of other types are passed over. */
export function readMetric(reader: ProtobufReader, type: number): MetricMessage {
  const metric = new MetricMessage();
  const partField = PART_FIELDS.get(type);
  while (reader.next()) {
    if (reader.field === 1) readLabelField(reader, metric);
    else if (reader.field === 6) metric.timestampMs = reader.signed();
    else if (reader.field !== partField) reader.skip();
    else if (partField === 3) reader.message(readCounter, metric);
    else if (partField === 4) reader.message(readSummary, metric);
    else if (partField === 7) reader.message(readHistogram, metric);
    else reader.message(readValue, metric);
  }
  return metric;
}

function readLabelField(reader: ProtobufReader, metric: MetricMessage): void {
  const start = reader.fieldStart;
  reader.message(readLabelPlaces, metric.labels);
  const last = metric.labelBytes.at(-1);
  if (last?.end === start) metric.labelBytes[metric.labelBytes.length - 1] = { start: last.start, end: reader.at };
  else metric.labelBytes.push({ start, end: reader.at });
}

function readLabelPlaces(reader: ProtobufReader, into: Span[]): void {
  let name = NOWHERE;
  let value = NOWHERE;
  while (reader.next()) {
    if (reader.field === 1) name = reader.span();
    else if (reader.field === 2) value = reader.span();
    else reader.skip();
  }
  if (name.end === name.start) throw reader.error('empty label name');
  checkUtf8(reader, name, 'label name');
  checkUtf8(reader, value, 'label value');
  into.push(name, value);
}

function readValue(reader: ProtobufReader, metric: MetricMessage): void {
  while (reader.next()) {
    if (reader.field === 1) metric.value = reader.double();
    else reader.skip();
  }
}

function readCounter(reader: ProtobufReader, metric: MetricMessage): void {
  while (reader.next()) {
    if (reader.field === 1) metric.value = reader.double();
    else if (reader.field === 2) metric.exemplar = readExemplar(reader);
    else if (reader.field === 3) metric.startTimestampMs = readTimestamp(reader);
    else reader.skip();
  }
}

function readSummary(reader: ProtobufReader, metric: MetricMessage): void {
  const summary = (metric.summary ??= new SummaryMessage());
  while (reader.next()) {
    if (reader.field === 1) summary.count = reader.unsigned();
    else if (reader.field === 2) summary.sum = reader.double();
    else if (reader.field === 3) reader.message(readQuantile, summary);
    else if (reader.field === 4) metric.startTimestampMs = readTimestamp(reader);
    else reader.skip();
  }
}

function readQuantile(reader: ProtobufReader, { quantiles }: SummaryMessage): void {
  const quantile = { quantile: 0, value: 0 };
  while (reader.next()) {
    if (reader.field === 1) quantile.quantile = reader.double();
    else if (reader.field === 2) quantile.value = reader.double();
    else reader.skip();
  }
  quantiles.push(quantile);
}

function readHistogram(reader: ProtobufReader, metric: MetricMessage): void {
  const histogram = (metric.histogram ??= new HistogramMessage());
  const { positive, negative } = histogram;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        histogram.count = reader.unsigned();
        break;
      case 2:
        histogram.sum = reader.double();
        break;
      case 3:
        reader.message(readBucket, histogram);
        break;
      case 4:
        histogram.countFloat = reader.double();
        break;
      case 5:
        histogram.schema = reader.zigzag();
        break;
      case 6:
        histogram.zeroThreshold = reader.double();
        break;
      case 7:
        histogram.zeroCount = reader.unsigned();
        break;
      case 8:
        histogram.zeroCountFloat = reader.double();
        break;
      case 9:
        reader.message(readBucketSpan, negative);
        break;
      case 10:
        reader.zigzags(negative.deltas);
        break;
      case 11:
        reader.doubles(negative.counts);
        break;
      case 12:
        reader.message(readBucketSpan, positive);
        break;
      case 13:
        reader.zigzags(positive.deltas);
        break;
      case 14:
        reader.doubles(positive.counts);
        break;
      case 15:
        metric.startTimestampMs = readTimestamp(reader);
        break;
      case 16:
        histogram.exemplars.push(readExemplar(reader));
        break;
      default:
        reader.skip();
    }
  }
}

function readBucket(reader: ProtobufReader, { buckets }: HistogramMessage): void {
  const bucket: BucketMessage = { cumulativeCount: 0, cumulativeCountFloat: 0, upperBound: 0, exemplar: undefined };
  while (reader.next()) {
    if (reader.field === 1) bucket.cumulativeCount = reader.unsigned();
    else if (reader.field === 2) bucket.upperBound = reader.double();
    else if (reader.field === 3) bucket.exemplar = readExemplar(reader);
    else if (reader.field === 4) bucket.cumulativeCountFloat = reader.double();
    else reader.skip();
  }
  buckets.push(bucket);
}

function readBucketSpan(reader: ProtobufReader, { spans }: SideMessage): void {
  const span = { offset: 0, length: 0 };
  while (reader.next()) {
    if (reader.field === 1) span.offset = reader.zigzag() | 0;
    else if (reader.field === 2) span.length = reader.unsigned() >>> 0;
    else reader.skip();
  }
  spans.push(span);
}

interface ExemplarMessage {
  readonly places: Span[];
  value: number;
  timestampMs: number | undefined;
}

function readExemplar(reader: ProtobufReader): Exemplar {
  const message: ExemplarMessage = { places: [], value: 0, timestampMs: undefined };
  reader.message(readExemplarFields, message);
  const { places, value, timestampMs } = message;
  return { labels: labelsAt(reader.bytes, places), value, timestampMs };
}

function readExemplarFields(reader: ProtobufReader, exemplar: ExemplarMessage): void {
  while (reader.next()) {
    if (reader.field === 1) reader.message(readLabelPlaces, exemplar.places);
    else if (reader.field === 2) exemplar.value = reader.double();
    else if (reader.field === 3) exemplar.timestampMs = readTimestamp(reader);
    else reader.skip();
  }
}

/** Milliseconds of a `Timestamp` (E-182, E-183). */
function readTimestamp(reader: ProtobufReader): number {
  const time = { seconds: 0, nanos: 0 };
  reader.message(readTimestampFields, time);
  return time.seconds * 1000 + Math.trunc(time.nanos / 1e6);
}

function readTimestampFields(reader: ProtobufReader, time: { seconds: number; nanos: number }): void {
  while (reader.next()) {
    if (reader.field === 1) time.seconds = reader.signed();
    else if (reader.field === 2) time.nanos = reader.signed();
    else reader.skip();
  }
}

/** The labels whose names and values lie at these places. */
export function labelsAt(bytes: Uint8Array, places: readonly Span[]): Label[] {
  const labels: Label[] = [];
  for (let index = 0; index < places.length; index += 2) {
    const { [index]: name = NOWHERE, [index + 1]: value = NOWHERE } = places;
    labels.push([decodeUtf8(bytes, name.start, name.end), decodeUtf8(bytes, value.start, value.end)]);
  }
  return labels;
}

/** Refuses a text that is not UTF-8 (E-171). */
export function checkUtf8(reader: ProtobufReader, { start, end }: Span, what: string): void {
  if (!isValidUtf8(reader.bytes, start, end)) throw reader.error(`${what} is not valid UTF-8`);
}
