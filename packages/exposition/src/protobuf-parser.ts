import { compareBytewise, METRIC_NAME } from '@limpet/model';
import type { Exemplar, Label } from '@limpet/model';
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
/** One character a byte, each byte another one. */
const latin1 = new TextDecoder('latin1');

/**
 * Reads a body of length-delimited `io.prometheus.client.MetricFamily` messages. Throws `ProtobufError` at the first byte
 * that it refuses. Source: Prometheus 3.14, model/textparse, by the rules of docs/spec/exposition.md section 7.
 */
export function* parseProtobuf(body: Uint8Array, options: ParseOptions = {}): Generator<Entry, void, undefined> {
  const stream = new ProtobufReader(body);
  while (!stream.isAtEnd) {
    const length = stream.streamLength();
    const family = new FamilyMessage();
    readFamily(new ProtobufReader(body, stream.at, stream.at + length), family);
    stream.pass(length);
    if (family.metrics.length > 0) yield* familyEntries(body, family, options);
  }
}

function* familyEntries(body: Uint8Array, message: FamilyMessage, options: ParseOptions): Generator<Entry, void, undefined> {
  const family = new Family(body, message, options);
  const { name, type } = family;
  yield { kind: 'help', family: name, text: decodeUtf8(body, message.help.start, message.help.end) };
  if (family.unit !== '') yield { kind: 'unit', family: name, unit: family.unit };
  yield { kind: 'type', family: name, type };
  for (const place of message.metrics) yield* family.entries(place);
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
  readonly type: MetricType;
  readonly unit: string;
  readonly #body: Uint8Array;
  readonly #message: FamilyMessage;
  readonly #options: ParseOptions;
  readonly #metadata: MetadataInForce;
  /** What all keys of the family begin with. */
  readonly #keyHead: string;

  constructor(body: Uint8Array, message: FamilyMessage, options: ParseOptions) {
    const reader = new ProtobufReader(body, message.name.start, message.name.end);
    const type = TYPES.get(message.type);
    if (message.name.start === message.name.end) throw reader.error('empty metric name');
    checkUtf8(reader, message.name, 'metric name');
    checkUtf8(reader, message.help, 'help text');
    checkUtf8(reader, message.unit, 'unit');
    if (type === undefined) throw reader.error(`unknown metric type ${message.type}`);
    this.name = decodeUtf8(body, message.name.start, message.name.end);
    this.type = type;
    this.unit = decodeUtf8(body, message.unit.start, message.unit.end);
    this.#body = body;
    this.#message = message;
    this.#options = options;
    this.#metadata = { type, unit: this.unit, areLabels: options.typeAndUnitLabels ?? false };
    const metadata = this.#metadata.areLabels ? JSON.stringify([type, this.unit]) : '';
    this.#keyHead = `\0proto ${metadata}${JSON.stringify(this.name).slice(1, -1)}`;
  }

  *entries(place: Span): Generator<Entry, void, undefined> {
    const reader = new ProtobufReader(this.#body, place.start, place.end);
    const message = readMetric(reader, this.#message.type);
    const metric = new Metric(this.#body, message, place);
    if (this.type === 'summary') yield* this.#summary(metric);
    else if (this.type === 'histogram' || this.type === 'gaugehistogram') yield* this.#histogram(metric, reader);
    else yield this.#sample(metric, WHOLE, message.value, message.exemplar);
  }

  *#summary(metric: Metric): Generator<Entry, void, undefined> {
    const { count, sum, quantiles } = metric.message.summary ?? new SummaryMessage();
    yield this.#sample(metric, COUNT, count);
    yield this.#sample(metric, SUM, sum);
    for (const { quantile, value } of quantiles) {
      yield this.#sample(metric, { suffix: '', label: ['quantile', canonicalFloat(quantile)] }, value);
    }
  }

  /** The native histogram, or the classic one, or that converted; classic series beside it where they are wanted (E-181, E-191). */
  *#histogram(metric: Metric, reader: ProtobufReader): Generator<Entry, void, undefined> {
    const { ignoreNativeHistograms, convertClassicHistograms, keepClassicHistograms } = this.#options;
    const message = metric.message.histogram ?? new HistogramMessage();
    const isGauge = this.type === 'gaugehistogram';
    const hasNative = ignoreNativeHistograms !== true && isNative(message);
    const isConverted = !hasNative && convertClassicHistograms === true;
    if (hasNative || isConverted) {
      const made = hasNative ? nativeHistogram(message, isGauge) : convertedHistogram(message, isGauge);
      if ('fault' in made) throw reader.error(`histogram ${JSON.stringify(this.name)}: ${made.fault}`);
      yield {
        ...this.#series(metric, WHOLE),
        kind: 'histogram',
        histogram: made.histogram,
        exemplars: histogramExemplars(message),
      } satisfies HistogramEntry;
    }
    const hasClassic = hasNative ? message.buckets.length > 0 : true;
    if ((!hasNative && !isConverted) || (keepClassicHistograms === true && hasClassic)) yield* this.#classic(metric, message);
  }

  *#classic(metric: Metric, { count, countFloat, sum, buckets }: HistogramMessage): Generator<Entry, void, undefined> {
    const total = eitherCount(count, countFloat);
    yield this.#sample(metric, COUNT, total);
    yield this.#sample(metric, SUM, sum);
    for (const { upperBound, cumulativeCount, cumulativeCountFloat, exemplar } of buckets) {
      yield this.#sample(metric, bucketPart(upperBound), eitherCount(cumulativeCount, cumulativeCountFloat), exemplar);
    }
    if (buckets.at(-1)?.upperBound !== Infinity) yield this.#sample(metric, bucketPart(Infinity), total);
  }

  #sample(metric: Metric, part: SeriesPart, value: number, exemplar?: Exemplar): SampleEntry {
    return { ...this.#series(metric, part), kind: 'sample', value, exemplars: exemplar === undefined ? NO_EXEMPLARS : [exemplar] };
  }

  /** What samples and histograms have in common. A time of 0 is none (E-037, E-174, E-183). */
  #series(metric: Metric, part: SeriesPart): Omit<SampleEntry, 'kind' | 'value' | 'exemplars'> {
    const { timestampMs, startTimestampMs } = metric.message;
    const { suffix, label } = part;
    return {
      keyStart: metric.place.start,
      keyEnd: metric.place.end,
      // JSON has no bare quote, and so the name ends where the quote stands.
      key: `${this.#keyHead}${suffix}"${label === undefined ? '' : label.join('=')}"${metric.labelsKey}`,
      labels: () => this.#labels(metric, part),
      timestampMs: timestampMs || undefined,
      startTimestampMs: this.#options.startTimestamps === true ? startTimestampMs || undefined : undefined,
    };
  }

  #labels(metric: Metric, { suffix, label }: SeriesPart): readonly Label[] {
    const labels: Label[] = [[METRIC_NAME, this.name + suffix], ...labelsAt(this.#body, metric.message.labels)];
    if (label !== undefined) labels.push(label);
    const complete = this.#metadata.areLabels ? withMetadataLabels(labels, this.#metadata) : labels;
    return complete.sort(([left], [right]) => compareBytewise(left, right));
  }
}

function bucketPart(upperBound: number): SeriesPart {
  return { suffix: '_bucket', label: ['le', canonicalFloat(upperBound)] };
}

/** A metric with what its series share. */
class Metric {
  readonly message: MetricMessage;
  readonly place: Span;
  /** Equal for equal bytes of labels. */
  readonly labelsKey: string;

  constructor(body: Uint8Array, message: MetricMessage, place: Span) {
    this.message = message;
    this.place = place;
    this.labelsKey = message.labelBytes.map(({ start, end }) => latin1.decode(body.subarray(start, end))).join('');
  }
}
