import { BinaryReader } from '@bufbuild/protobuf/wire';
import { uncompress } from 'snappyjs';
import { valueText } from './value-text.ts';

/** One series of a `prometheus.WriteRequest` with what came for it. Written without the sender's own code, to be held against it. */
export interface WrittenSeries {
  readonly labels: ReadonlyMap<string, string>;
  readonly samples: readonly WrittenSample[];
  readonly exemplars: readonly WrittenExemplar[];
  readonly histograms: readonly WrittenHistogram[];
}

export interface WrittenSample {
  /** The 64 bits of the value: a JavaScript number would not keep what makes a NaN a staleness marker. */
  readonly bits: bigint;
  readonly timestampMs: number;
}

export interface WrittenHistogram {
  /** Its content as text that differs for every two histograms that do, fields that are zero left out. */
  readonly text: string;
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
  const histograms: WrittenHistogram[] = [];
  eachField(bytes, (reader, field) => {
    const part = reader.bytes();
    if (field === 1) readLabel(part, labels);
    if (field === 2) samples.push(readSample(part));
    if (field === 3) exemplars.push(readExemplar(part));
    if (field === 4) histograms.push(readHistogram(part));
  });
  return { labels, samples, exemplars, histograms };
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

/** How each field of `prometheus.Histogram` is called and read; the timestamp is read apart. */
const HISTOGRAM_FIELDS: Readonly<Record<number, readonly [name: string, read: (reader: BinaryReader) => unknown]>> = {
  1: ['count', (reader) => Number(reader.uint64())],
  2: ['floatCount', bitsText],
  3: ['sum', bitsText],
  4: ['schema', (reader) => reader.sint32()],
  5: ['zeroThreshold', bitsText],
  6: ['zeroCount', (reader) => Number(reader.uint64())],
  7: ['floatZeroCount', bitsText],
  8: ['negativeSpans', (reader) => readSpan(reader.bytes())],
  9: ['negativeDeltas', (reader) => packed(reader.bytes(), (part) => Number(part.sint64()))],
  10: ['negativeCounts', (reader) => packed(reader.bytes(), bitsText)],
  11: ['positiveSpans', (reader) => readSpan(reader.bytes())],
  12: ['positiveDeltas', (reader) => packed(reader.bytes(), (part) => Number(part.sint64()))],
  13: ['positiveCounts', (reader) => packed(reader.bytes(), bitsText)],
  14: ['resetHint', (reader) => reader.int32()],
  16: ['customValues', (reader) => packed(reader.bytes(), bitsText)],
};

function readHistogram(bytes: Uint8Array): WrittenHistogram {
  const parts = new Map<string, unknown[]>();
  let timestampMs = 0;
  eachField(bytes, (reader, field) => {
    if (field === 15) timestampMs = Number(reader.int64());
    else {
      const [name, read] = HISTOGRAM_FIELDS[field] ?? [];
      if (name === undefined || read === undefined) throw new Error(`field ${field} in a histogram`);
      parts.set(name, [...(parts.get(name) ?? []), read(reader)]);
    }
  });
  const texts = [...parts].map(([name, values]) => `${name}=${values.join()}`).filter((text) => !text.endsWith('=0'));
  return { text: `{${texts.sort().join(' ')}}`, timestampMs };
}

function readSpan(bytes: Uint8Array): string {
  let offset = 0;
  let length = 0;
  eachField(bytes, (reader, field) => {
    if (field === 1) offset = reader.sint32();
    else length = reader.uint32();
  });
  return `${offset}:${length}`;
}

function packed(bytes: Uint8Array, read: (reader: BinaryReader) => unknown): string {
  const reader = new BinaryReader(bytes);
  const values: unknown[] = [];
  while (reader.pos < reader.len) values.push(read(reader));
  return values.join();
}

/** A double as text that differs for every two whose bits do. */
function bitsText(reader: BinaryReader): string {
  return valueText(BigInt.asUintN(64, BigInt(reader.fixed64())));
}

function eachField(bytes: Uint8Array, visit: (reader: BinaryReader, field: number) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    visit(reader, field);
  }
}
