const TYPES = { counter: 0, gauge: 1, summary: 2, untyped: 3, histogram: 4, gaugehistogram: 5 } as const;

/** A metric family as a test writes it down. What is left out is not in the bytes, apart from `name`. */
export interface FamilySpec {
  readonly name: string;
  readonly help?: string;
  readonly type?: keyof typeof TYPES;
  readonly unit?: string;
  readonly metrics: readonly MetricSpec[];
}

export interface MetricSpec {
  readonly labels?: Readonly<Record<string, string>>;
  readonly timestampMs?: number;
  /** Of a counter, gauge or untyped metric; a bigint is its 64 bits. */
  readonly value?: number | bigint;
  /** Of a counter. */
  readonly exemplar?: ExemplarSpec;
  readonly startMs?: number;
  readonly summary?: SummarySpec;
  readonly histogram?: HistogramSpec;
}

export interface SummarySpec {
  readonly count?: number;
  readonly sum?: number;
  readonly quantiles?: readonly (readonly [quantile: number, value: number])[];
}

export interface ExemplarSpec {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value?: number;
  readonly timestampMs?: number;
}

export interface HistogramSpec {
  readonly count?: number;
  readonly countFloat?: number;
  readonly sum?: number | bigint;
  readonly buckets?: readonly BucketSpec[];
  readonly schema?: number;
  readonly zeroThreshold?: number;
  readonly zeroCount?: number;
  readonly zeroCountFloat?: number;
  readonly positive?: SideSpec;
  readonly negative?: SideSpec;
  readonly exemplars?: readonly ExemplarSpec[];
}

export interface BucketSpec {
  readonly upperBound: number;
  readonly count?: number;
  readonly countFloat?: number;
  readonly exemplar?: ExemplarSpec;
}

export interface SideSpec {
  readonly spans: readonly (readonly [offset: number, length: number])[];
  readonly deltas?: readonly number[];
  readonly counts?: readonly number[];
  /** Numbers as proto2 writes them: each with a tag of its own. */
  readonly isUnpacked?: boolean;
}

/** The body that a target sends for these families: each with its length in front. */
export function protobufBody(families: readonly FamilySpec[]): Uint8Array {
  return new Message().stream(families.map((family) => familyMessage(family))).bytes;
}

/** One `MetricFamily` without its length. */
function familyMessage({ name, help, type, unit, metrics }: FamilySpec): Message {
  const message = new Message().text(1, name).text(2, help);
  if (type !== undefined) message.varint(3, TYPES[type]);
  for (const metric of metrics) message.message(4, metricMessage(metric, type ?? 'counter'));
  return message.text(5, unit);
}

function metricMessage(metric: MetricSpec, type: keyof typeof TYPES): Message {
  const { labels, timestampMs, value, exemplar, startMs, summary, histogram } = metric;
  const message = labelMessages(new Message(), labels);
  const start = startMs === undefined ? undefined : timestampMessage(startMs);
  const single = new Message().double(1, value);
  if (type === 'counter') {
    if (exemplar !== undefined) single.message(2, exemplarMessage(exemplar));
    if (value !== undefined || exemplar !== undefined || start !== undefined) message.message(3, single.message(3, start));
  } else if (value !== undefined) message.message(type === 'gauge' ? 2 : 5, single);
  if (summary !== undefined) message.message(4, summaryMessage(summary).message(4, start));
  if (histogram !== undefined) message.message(7, histogramMessage(histogram).message(15, start));
  return message.varint(6, timestampMs);
}

function summaryMessage({ count, sum, quantiles = [] }: SummarySpec): Message {
  const message = new Message().varint(1, count).double(2, sum);
  for (const [quantile, value] of quantiles) message.message(3, new Message().double(1, quantile).double(2, value));
  return message;
}

function histogramMessage(histogram: HistogramSpec): Message {
  const { count, countFloat, sum, buckets = [], schema, zeroThreshold, zeroCount, zeroCountFloat, exemplars = [] } = histogram;
  const message = new Message().varint(1, count).double(2, sum);
  for (const bucket of buckets) message.message(3, bucketMessage(bucket));
  message.double(4, countFloat).zigzag(5, schema).double(6, zeroThreshold).varint(7, zeroCount).double(8, zeroCountFloat);
  if (histogram.negative !== undefined) sideFields(message, histogram.negative, 9);
  if (histogram.positive !== undefined) sideFields(message, histogram.positive, 12);
  for (const exemplar of exemplars) message.message(16, exemplarMessage(exemplar));
  return message;
}

function bucketMessage({ upperBound, count, countFloat, exemplar }: BucketSpec): Message {
  const message = new Message().varint(1, count).double(2, upperBound).double(4, countFloat);
  return exemplar === undefined ? message : message.message(3, exemplarMessage(exemplar));
}

/** Spans, deltas and counts: three fields one after the other. */
function sideFields(message: Message, { spans, deltas = [], counts = [], isUnpacked = false }: SideSpec, field: number): void {
  for (const [offset, length] of spans) message.message(field, new Message().zigzag(1, offset).varint(2, length));
  if (isUnpacked) {
    for (const delta of deltas) message.zigzag(field + 1, delta);
    for (const count of counts) message.double(field + 2, count);
    return;
  }
  if (deltas.length > 0)
    message.message(
      field + 1,
      deltas.reduce((packed, delta) => packed.bareZigzag(delta), new Message()),
    );
  if (counts.length > 0)
    message.message(
      field + 2,
      counts.reduce((packed, count) => packed.bareDouble(count), new Message()),
    );
}

function exemplarMessage({ labels, value, timestampMs }: ExemplarSpec): Message {
  const message = labelMessages(new Message(), labels).double(2, value);
  return timestampMs === undefined ? message : message.message(3, timestampMessage(timestampMs));
}

function labelMessages(message: Message, labels: Readonly<Record<string, string>> = {}): Message {
  for (const [name, value] of Object.entries(labels)) message.message(1, new Message().text(1, name).text(2, value));
  return message;
}

function timestampMessage(timestampMs: number): Message {
  const seconds = Math.floor(timestampMs / 1000);
  return new Message().varint(1, seconds).varint(2, (timestampMs - seconds * 1000) * 1_000_000);
}

const encoder = new TextEncoder();

/** A message under way. What is undefined is not written; zero is. */
class Message {
  readonly #bytes: number[] = [];

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  text(field: number, text: string | undefined): this {
    return text === undefined ? this : this.#delimited(field, encoder.encode(text));
  }

  message(field: number, message: Message | undefined): this {
    return message === undefined ? this : this.#delimited(field, message.#bytes);
  }

  varint(field: number, value: number | undefined): this {
    if (value !== undefined) this.#tag(field, 0).#bare(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  zigzag(field: number, value: number | undefined): this {
    return value === undefined ? this : this.#tag(field, 0).bareZigzag(value);
  }

  double(field: number, value: number | bigint | undefined): this {
    return value === undefined ? this : this.#tag(field, 1).bareDouble(value);
  }

  bareZigzag(value: number): this {
    const exact = BigInt(value);
    return this.#bare(exact < 0n ? -2n * exact - 1n : 2n * exact);
  }

  bareDouble(value: number | bigint): this {
    const view = new DataView(new ArrayBuffer(8));
    if (typeof value === 'bigint') view.setBigUint64(0, value, true);
    else view.setFloat64(0, value, true);
    return this.#append(new Uint8Array(view.buffer));
  }

  stream(messages: readonly Message[]): this {
    for (const { bytes } of messages) this.#bare(BigInt(bytes.length)).#append(bytes);
    return this;
  }

  #delimited(field: number, bytes: ArrayLike<number>): this {
    return this.#tag(field, 2).#bare(BigInt(bytes.length)).#append(bytes);
  }

  #tag(field: number, wire: number): this {
    return this.#bare(BigInt(field * 8 + wire));
  }

  #bare(value: bigint): this {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes.push(Number(rest & 0x7fn) | 0x80);
    this.#bytes.push(Number(rest));
    return this;
  }

  #append(bytes: ArrayLike<number>): this {
    for (let index = 0; index < bytes.length; index++) this.#bytes.push(bytes[index] ?? 0);
    return this;
  }
}
