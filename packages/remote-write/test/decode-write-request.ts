import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { STALE_NAN_BITS } from '@limpet/model';
import { uncompress } from 'snappyjs';

/** A decoder of its own for `prometheus.WriteRequest`, over another library's reader, to hold the encoder against. */
export interface DecodedSeries {
  readonly labels: Record<string, string>;
  /** Names in the order they came. */
  readonly names: string[];
  readonly samples: { value: number | 'stale'; bits: bigint; timestampMs: number }[];
  readonly exemplars: { labels: Record<string, string>; value: number; timestampMs: number }[];
  readonly histograms: DecodedHistogram[];
}

export interface DecodedHistogram {
  /** Field numbers in the order they came. */
  readonly fields: number[];
  readonly numbers: Record<number, number>;
  readonly spans: Record<number, { offset: number; length: number }[]>;
  readonly packed: Record<number, number[]>;
}

export function decodeBody(body: Uint8Array): DecodedSeries[] {
  return decodeWriteRequest(uncompress(new Uint8Array(body)));
}

export function decodeWriteRequest(bytes: Uint8Array): DecodedSeries[] {
  const series: DecodedSeries[] = [];
  eachField(bytes, (reader, field) => {
    if (field !== 1) throw new Error(`field ${field} in WriteRequest`);
    series.push(decodeSeries(reader.bytes()));
  });
  return series;
}

function decodeSeries(bytes: Uint8Array): DecodedSeries {
  const series: DecodedSeries = { labels: {}, names: [], samples: [], exemplars: [], histograms: [] };
  eachField(bytes, (reader, field) => {
    const part = reader.bytes();
    if (field === 1) series.names.push(decodeLabel(part, series.labels));
    else if (field === 2) series.samples.push(decodeSample(part));
    else if (field === 3) series.exemplars.push(decodeExemplar(part));
    else if (field === 4) series.histograms.push(decodeHistogram(part));
    else throw new Error(`field ${field} in TimeSeries`);
  });
  return series;
}

function decodeLabel(bytes: Uint8Array, into: Record<string, string>): string {
  let name = '';
  let value = '';
  eachField(bytes, (reader, field) => {
    if (field === 1) name = reader.string();
    else value = reader.string();
  });
  into[name] = value;
  return name;
}

function decodeSample(bytes: Uint8Array): DecodedSeries['samples'][number] {
  let bits = 0n;
  let timestampMs = 0;
  eachField(bytes, (reader, field) => {
    if (field === 1) bits = BigInt(reader.fixed64());
    else timestampMs = Number(reader.int64());
  });
  return { value: bits === STALE_NAN_BITS ? 'stale' : numberOf(bits), bits, timestampMs };
}

function decodeExemplar(bytes: Uint8Array): DecodedSeries['exemplars'][number] {
  const exemplar = { labels: {}, value: 0, timestampMs: 0 };
  eachField(bytes, (reader, field) => {
    if (field === 1) decodeLabel(reader.bytes(), exemplar.labels);
    else if (field === 2) exemplar.value = reader.double();
    else exemplar.timestampMs = Number(reader.int64());
  });
  return exemplar;
}

function decodeHistogram(bytes: Uint8Array): DecodedHistogram {
  const histogram: DecodedHistogram = { fields: [], numbers: {}, spans: {}, packed: {} };
  eachField(bytes, (reader, field, wireType) => {
    histogram.fields.push(field);
    if (field === 8 || field === 11) (histogram.spans[field] ??= []).push(decodeSpan(reader.bytes()));
    else if (field === 9 || field === 12) histogram.packed[field] = packed(reader.bytes(), (part) => Number(part.sint64()));
    else if (field === 10 || field === 13) histogram.packed[field] = packed(reader.bytes(), (part) => part.double());
    else if (wireType === WireType.Bit64) histogram.numbers[field] = reader.double();
    else histogram.numbers[field] = field === 4 ? reader.sint32() : Number(reader.int64());
  });
  return histogram;
}

function decodeSpan(bytes: Uint8Array): { offset: number; length: number } {
  const span = { offset: 0, length: 0 };
  eachField(bytes, (reader, field) => {
    if (field === 1) span.offset = reader.sint32();
    else span.length = reader.uint32();
  });
  return span;
}

function packed(bytes: Uint8Array, read: (reader: BinaryReader) => number): number[] {
  const reader = new BinaryReader(bytes);
  const values: number[] = [];
  while (reader.pos < reader.len) values.push(read(reader));
  return values;
}

function eachField(bytes: Uint8Array, visit: (reader: BinaryReader, field: number, wireType: WireType) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    visit(reader, field, wireType);
  }
}

function numberOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}
