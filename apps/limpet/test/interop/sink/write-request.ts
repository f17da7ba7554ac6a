import { BinaryReader } from '@bufbuild/protobuf/wire';
import { uncompress } from 'snappyjs';

/** One series of a `prometheus.WriteRequest` with what came for it. Written without the sender's own code, to be held against it. */
export interface WrittenSeries {
  readonly labels: ReadonlyMap<string, string>;
  readonly samples: readonly WrittenSample[];
  readonly exemplars: readonly WrittenExemplar[];
  readonly histogramCount: number;
}

export interface WrittenSample {
  /** The 64 bits of the value: a JavaScript number would not keep what makes a NaN a staleness marker. */
  readonly bits: bigint;
  readonly timestampMs: number;
}

export interface WrittenExemplar extends WrittenSample {
  readonly labels: ReadonlyMap<string, string>;
}

/** Reads the body of a remote-write 1.0 request: a snappy block around one protobuf message. */
export function readWriteRequest(body: Uint8Array): WrittenSeries[] {
  const series: WrittenSeries[] = [];
  eachField(uncompress(new Uint8Array(body)), (reader, field) => {
    const part = reader.bytes();
    if (field === 1) series.push(readSeries(part));
  });
  return series;
}

function readSeries(bytes: Uint8Array): WrittenSeries {
  const labels = new Map<string, string>();
  const samples: WrittenSample[] = [];
  const exemplars: WrittenExemplar[] = [];
  let histogramCount = 0;
  eachField(bytes, (reader, field) => {
    const part = reader.bytes();
    if (field === 1) readLabel(part, labels);
    if (field === 2) samples.push(readSample(part));
    if (field === 3) exemplars.push(readExemplar(part));
    if (field === 4) histogramCount += 1;
  });
  return { labels, samples, exemplars, histogramCount };
}

function readLabel(bytes: Uint8Array, into: Map<string, string>): void {
  let name = '';
  let value = '';
  eachField(bytes, (reader, field) => {
    if (field === 1) name = reader.string();
    else value = reader.string();
  });
  if (into.has(name)) throw new Error(`label ${name} twice in one series`);
  into.set(name, value);
}

function readSample(bytes: Uint8Array): WrittenSample {
  let bits = 0n;
  let timestampMs = 0;
  eachField(bytes, (reader, field) => {
    if (field === 1) bits = BigInt(reader.fixed64());
    else timestampMs = Number(reader.int64());
  });
  return { bits: BigInt.asUintN(64, bits), timestampMs };
}

function readExemplar(bytes: Uint8Array): WrittenExemplar {
  const labels = new Map<string, string>();
  let bits = 0n;
  let timestampMs = 0;
  eachField(bytes, (reader, field) => {
    if (field === 1) readLabel(reader.bytes(), labels);
    else if (field === 2) bits = BigInt.asUintN(64, BigInt(reader.fixed64()));
    else timestampMs = Number(reader.int64());
  });
  return { labels, bits, timestampMs };
}

function eachField(bytes: Uint8Array, visit: (reader: BinaryReader, field: number) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    visit(reader, field);
  }
}
