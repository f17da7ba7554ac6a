import type { Exemplar, Label, Labels, NativeHistogram } from '@limpet/model';
import { writeHistogram } from './histogram.ts';
import { WireWriter } from './wire-writer.ts';

/** Fields of `prometheus.WriteRequest` and the messages in it. Source: remote-write.md section 2. */
const TIMESERIES = 1;
const LABELS = 1;
const SAMPLES = 2;
const EXEMPLARS = 3;
const HISTOGRAMS = 4;
const NAME = 1;
const VALUE = 2;
const SAMPLE_VALUE = 1;
const SAMPLE_TIMESTAMP = 2;
const EXEMPLAR_VALUE = 2;
const EXEMPLAR_TIMESTAMP = 3;

/** The `labels` fields of one `TimeSeries`, encoded: everything of a series that is the same in every request. */
export type WireLabels = Uint8Array;

const text = new TextEncoder();
const scratch = new WireWriter();
const inner = new WireWriter();

/** Encodes the labels of a series, in the order given, which is by name (W-012). The result belongs to the caller. */
export function encodeWireLabels(labels: Labels): WireLabels {
  inner.clear();
  writeLabels(inner, LABELS, labels);
  return inner.written.slice();
}

/** Appends a `TimeSeries` with one float sample or stale marker (W-011). */
export function writeSample(
  writer: WireWriter,
  labels: WireLabels,
  sample: { readonly value: number; readonly timestampMs: number; readonly isStale: boolean },
): void {
  scratch.clear();
  scratch.doubleField(SAMPLE_VALUE, sample.value, sample.isStale);
  scratch.intField(SAMPLE_TIMESTAMP, sample.timestampMs);
  writeSeries(writer, labels, SAMPLES);
}

/** Appends a `TimeSeries` with one exemplar. */
export function writeExemplar(writer: WireWriter, labels: WireLabels, exemplar: Exemplar, timestampMs: number): void {
  scratch.clear();
  writeLabels(scratch, LABELS, exemplar.labels);
  scratch.doubleField(EXEMPLAR_VALUE, exemplar.value, false);
  scratch.intField(EXEMPLAR_TIMESTAMP, timestampMs);
  writeSeries(writer, labels, EXEMPLARS);
}

/** Appends a `TimeSeries` with one native histogram. */
export function writeNativeHistogram(writer: WireWriter, labels: WireLabels, histogram: NativeHistogram, timestampMs: number): void {
  scratch.clear();
  writeHistogram(scratch, histogram, timestampMs);
  writeSeries(writer, labels, HISTOGRAMS);
}

/** The series message around what `scratch` holds. */
function writeSeries(writer: WireWriter, labels: WireLabels, field: number): void {
  const itemBytes = 1 + lengthSize(scratch.length) + scratch.length;
  writer.head(TIMESERIES, labels.length + itemBytes);
  writer.raw(labels);
  writer.bytesField(field, scratch.written);
}

function writeLabels(writer: WireWriter, field: number, labels: readonly Label[]): void {
  for (const label of labels) {
    const name = text.encode(label[0]);
    const value = text.encode(label[1]);
    writer.head(field, 2 + lengthSize(name.length) + name.length + lengthSize(value.length) + value.length);
    writer.bytesField(NAME, name);
    writer.bytesField(VALUE, value);
  }
}

function lengthSize(length: number): number {
  let size = 1;
  for (let rest = length; rest > 0x7f; rest >>>= 7) size++;
  return size;
}
