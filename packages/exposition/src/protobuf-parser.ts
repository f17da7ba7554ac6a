import { compareBytewise, METRIC_NAME } from '@limpet/model';
import type { Exemplar, Label, NativeHistogram } from '@limpet/model';
import { canonicalFloat } from './canonical-float.ts';
import type { Entry, HistogramEntry, MetricType, ParseOptions, SampleEntry } from './entry.ts';
import { withMetadataLabels } from './parsed-sample.ts';
import type { MetadataInForce } from './parsed-sample.ts';
import { convertedHistogram, eitherCount, histogramExemplars, isNative, nativeHistogram } from './protobuf-histogram.ts';
import {
  checkUtf8,
  FamilyMessage,
  HistogramMessage,
  labelsAt,
  METRIC_FIELD,
  METRIC_TYPE,
  readFamily,
  readMetric,
  SummaryMessage,
} from './protobuf-messages.ts';
import type { MetricMessage } from './protobuf-messages.ts';
import { ProtobufReader } from './protobuf-reader.ts';
import type { Span } from './protobuf-reader.ts';
import { decodeUtf8 } from './utf8.ts';

const TYPES: ReadonlyMap<number, MetricType> = new Map([
  [METRIC_TYPE.counter, 'counter'],
  [METRIC_TYPE.gauge, 'gauge'],
  [METRIC_TYPE.summary, 'summary'],
  [METRIC_TYPE.untyped, 'unknown'],
  [METRIC_TYPE.histogram, 'histogram'],
  [METRIC_TYPE.gaugeHistogram, 'gaugehistogram'],
]);
const NO_EXEMPLARS: readonly Exemplar[] = [];
/**
 * Bytes that a series takes at least, as in the text formats: `a 1` and a newline. Empty messages take two and would keep a
 * scrape busy for a minute; no exporter comes near. A short body may hold `SERIES_SLACK` series whatever its length.
 */
const SERIES_BYTES_MIN = 4;
const SERIES_SLACK = 1000;
/** One character a byte, each byte another one. */
const latin1 = new TextDecoder('latin1');

/**
 * Reads a body of length-delimited `io.prometheus.client.MetricFamily` messages. Throws `ProtobufError` at the first byte
 * that it refuses. Source: Prometheus 3.14, model/textparse, by the rules of docs/spec/exposition.md section 7.
 */
export function* parseProtobuf(body: Uint8Array, options: ParseOptions = {}): Generator<Entry, void, undefined> {
  const stream = new ProtobufReader(body);
  const familyReader = new ProtobufReader(body);
  const metricReader = new ProtobufReader(body);
  let seriesLeft = SERIES_SLACK + body.length / SERIES_BYTES_MIN;
  while (!stream.isAtEnd) {
    const length = stream.streamLength();
    const place = { start: stream.at, end: stream.at + length };
    stream.pass(length);
    const message = new FamilyMessage();
    readFamily(familyReader.enter(place), message);
    if (!message.hasMetrics) continue;
    const family = new Family(metricReader, message, options);
    yield* family.metadata();
    // A second pass, so that the places of many metrics need not be kept.
    for (familyReader.enter(place); familyReader.next();) {
      if (familyReader.field !== METRIC_FIELD) {
        familyReader.skip();
        continue;
      }
      for (const entry of family.entries(familyReader.span())) {
        if (--seriesLeft < 0) throw familyReader.error('more series than the body has room for');
        yield entry;
      }
    }
  }
}

/** What the name and the labels of a series are beside those of its metric. */
interface SeriesPart {
  /** Behind the name of the family. */
  readonly suffix: string;
  readonly label?: Label;
}

const WHOLE: SeriesPart = { suffix: '' };
const COUNT: SeriesPart = { suffix: '_count' };
const SUM: SeriesPart = { suffix: '_sum' };

/** One family, whose metrics become entries one after the other. */
class Family {
  readonly name: string;
  readonly options: ParseOptions;
  readonly inForce: MetadataInForce;
  /** What all keys of the family begin with. */
  readonly keyHead: string;
  readonly #reader: ProtobufReader;
  readonly #message: FamilyMessage;

  /** The reader is lent: it is where the metric under way is read. */
  constructor(reader: ProtobufReader, message: FamilyMessage, options: ParseOptions) {
    reader.enter(message.name);
    if (reader.isAtEnd) throw reader.error('empty metric name');
    checkUtf8(reader, message.name, 'metric name');
    checkUtf8(reader, message.help, 'help text');
    checkUtf8(reader, message.unit, 'unit');
    const type = TYPES.get(message.type);
    if (type === undefined) throw reader.error(`unknown metric type ${message.type}`);
    const { bytes } = reader;
    const unit = decodeUtf8(bytes, message.unit.start, message.unit.end);
    this.name = decodeUtf8(bytes, message.name.start, message.name.end);
    this.options = options;
    this.inForce = { type, unit, areLabels: options.typeAndUnitLabels ?? false };
    this.#reader = reader;
    this.#message = message;
    const metadata = this.inForce.areLabels ? JSON.stringify([type, unit]) : '';
    this.keyHead = `\0proto ${metadata}${JSON.stringify(this.name).slice(1, -1)}`;
  }

  *metadata(): Generator<Entry, void, undefined> {
    const { start, end } = this.#message.help;
    const { type, unit } = this.inForce;
    yield { kind: 'help', family: this.name, text: decodeUtf8(this.#reader.bytes, start, end) };
    if (unit !== '') yield { kind: 'unit', family: this.name, unit };
    yield { kind: 'type', family: this.name, type };
  }

  entries(place: Span): Iterable<Entry> {
    const message = readMetric(this.#reader.enter(place), this.#message.type);
    const metric = new Metric(this, this.#reader.bytes, message, place);
    const { type } = this.inForce;
    if (type === 'summary') return summaryEntries(metric);
    if (type === 'histogram' || type === 'gaugehistogram') return this.#histogramEntries(metric);
    return [metric.sample(WHOLE, message.value, message.exemplar)];
  }

  /** The native histogram, or the classic one, or that converted; classic series beside it where they are wanted (E-181, E-191). */
  *#histogramEntries(metric: Metric): Generator<Entry, void, undefined> {
    const { ignoreNativeHistograms, convertClassicHistograms, keepClassicHistograms } = this.options;
    const message = metric.message.histogram ?? new HistogramMessage();
    const isGauge = this.inForce.type === 'gaugehistogram';
    const hasNative = ignoreNativeHistograms !== true && isNative(message);
    const isConverted = !hasNative && convertClassicHistograms === true;
    if (hasNative || isConverted) {
      const made = hasNative ? nativeHistogram(message, isGauge) : convertedHistogram(message, isGauge);
      if ('fault' in made) throw this.#reader.error(`histogram ${JSON.stringify(this.name)}: ${made.fault}`);
      yield metric.histogram(made.histogram, histogramExemplars(message));
    }
    const hasClassic = hasNative ? message.buckets.length > 0 : true;
    if ((!hasNative && !isConverted) || (keepClassicHistograms === true && hasClassic)) yield* classicEntries(metric, message);
  }
}

function* summaryEntries(metric: Metric): Generator<Entry, void, undefined> {
  const { count, sum, quantiles } = metric.message.summary ?? new SummaryMessage();
  yield metric.sample(COUNT, count);
  yield metric.sample(SUM, sum);
  for (const { quantile, value } of quantiles) yield metric.sample({ suffix: '', label: ['quantile', canonicalFloat(quantile)] }, value);
}

function* classicEntries(metric: Metric, { count, countFloat, sum, buckets }: HistogramMessage): Generator<Entry, void, undefined> {
  const total = eitherCount(count, countFloat);
  yield metric.sample(COUNT, total);
  yield metric.sample(SUM, sum);
  for (const { upperBound, cumulativeCount, cumulativeCountFloat, exemplar } of buckets) {
    yield metric.sample(bucketPart(upperBound), eitherCount(cumulativeCount, cumulativeCountFloat), exemplar);
  }
  if (buckets.at(-1)?.upperBound !== Infinity) yield metric.sample(bucketPart(Infinity), total);
}

function bucketPart(upperBound: number): SeriesPart {
  return { suffix: '_bucket', label: ['le', canonicalFloat(upperBound)] };
}

/** A metric with what its series share. */
class Metric {
  readonly message: MetricMessage;
  readonly place: Span;
  readonly timestampMs: number | undefined;
  readonly startTimestampMs: number | undefined;
  readonly #family: Family;
  readonly #body: Uint8Array;
  /** Equal for equal bytes of labels. */
  readonly #labelsKey: string;

  constructor(family: Family, body: Uint8Array, message: MetricMessage, place: Span) {
    this.message = message;
    this.place = place;
    // A time of 0 is none (E-037, E-174, E-183).
    this.timestampMs = message.timestampMs || undefined;
    this.startTimestampMs = family.options.startTimestamps === true ? message.startTimestampMs || undefined : undefined;
    this.#family = family;
    this.#body = body;
    let key = '';
    for (const { start, end } of message.labelBytes) key += latin1.decode(body.subarray(start, end));
    this.#labelsKey = key;
  }

  sample(part: SeriesPart, value: number, exemplar?: Exemplar): SampleEntry {
    return new ProtobufSample(this, part, value, exemplar === undefined ? NO_EXEMPLARS : [exemplar]);
  }

  histogram(histogram: NativeHistogram, exemplars: readonly Exemplar[]): HistogramEntry {
    const { timestampMs, startTimestampMs, place } = this;
    const labels = (): readonly Label[] => this.labels(WHOLE);
    const identity = { keyStart: place.start, keyEnd: place.end, key: this.key(WHOLE), labels };
    return { kind: 'histogram', ...identity, timestampMs, startTimestampMs, exemplars, histogram };
  }

  /** JSON has no bare quote, and so the name ends where the quote stands. */
  key({ suffix, label }: SeriesPart): string {
    return `${this.#family.keyHead}${suffix}"${label === undefined ? '' : `${label[0]}=${label[1]}`}"${this.#labelsKey}`;
  }

  labels({ suffix, label }: SeriesPart): readonly Label[] {
    const { name, inForce } = this.#family;
    const labels: Label[] = [[METRIC_NAME, name + suffix], ...labelsAt(this.#body, this.message.labels)];
    if (label !== undefined) labels.push(label);
    const complete = inForce.areLabels ? withMetadataLabels(labels, inForce) : labels;
    return complete.sort(([left], [right]) => compareBytewise(left, right));
  }
}

/** One series of a metric; its labels are read from the body when somebody asks. */
class ProtobufSample implements SampleEntry {
  readonly kind = 'sample';
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly key: string;
  readonly value: number;
  readonly timestampMs: number | undefined;
  readonly startTimestampMs: number | undefined;
  readonly exemplars: readonly Exemplar[];
  readonly #metric: Metric;
  readonly #part: SeriesPart;

  constructor(metric: Metric, part: SeriesPart, value: number, exemplars: readonly Exemplar[]) {
    this.keyStart = metric.place.start;
    this.keyEnd = metric.place.end;
    this.key = metric.key(part);
    this.value = value;
    this.timestampMs = metric.timestampMs;
    this.startTimestampMs = metric.startTimestampMs;
    this.exemplars = exemplars;
    this.#metric = metric;
    this.#part = part;
  }

  labels(): readonly Label[] {
    return this.#metric.labels(this.#part);
  }
}
