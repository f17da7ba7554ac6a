import type { FamilyMetadata, MetricType } from '@limpet/model';
import { WireWriter } from './wire-writer.ts';

/** Fields of `prometheus.WriteRequest` and `MetricMetadata`. Source: remote-write.md section 2. */
const METADATA = 3;
const TYPE = 1;
const FAMILY = 2;
const HELP = 4;
const UNIT = 5;

/** The numbers of the types, in messages 1.0 and 2.0. */
export const METRIC_TYPE_NUMBERS: Readonly<Record<MetricType, number>> = {
  unknown: 0,
  counter: 1,
  gauge: 2,
  histogram: 3,
  gaugehistogram: 4,
  summary: 5,
  info: 6,
  stateset: 7,
};

const text = new TextEncoder();
const writer = new WireWriter();
const one = new WireWriter();

/** A `WriteRequest` with metadata only: a view, valid until the next call. */
export function encodeMetadata(families: readonly FamilyMetadata[]): Uint8Array {
  writer.clear();
  for (const { type, family, help, unit } of families) {
    one.clear();
    one.uintField(TYPE, METRIC_TYPE_NUMBERS[type]);
    writeText(FAMILY, family);
    writeText(HELP, help);
    writeText(UNIT, unit);
    writer.bytesField(METADATA, one.written);
  }
  return writer.written;
}

function writeText(field: number, value: string): void {
  if (value !== '') one.bytesField(field, text.encode(value));
}
