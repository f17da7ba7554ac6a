import { decodeHistogram, encodeHistogram } from '@limpet/model';
import type { Exemplar, FamilyMetadata, NativeHistogram, ScrapeBatch } from '@limpet/model';
import type { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import type { MetadataNames, MetadataTexts } from './metadata-table.ts';

/**
 * Sections behind the values of a record: a byte that names the kind, the length, the content; 0 ends them. A reader
 * steps over kinds that it does not know, so a later version can add some.
 */
const END = 0;
const TIMESTAMPS = 1;
const EXEMPLARS = 2;
const HISTOGRAMS = 3;
const START_TIMESTAMPS = 4;
const METADATA = 5;

/** What a batch keeps beside its columns; each is there only where it holds something. */
export interface SideTables {
  timestamps?: Map<number, number>;
  exemplars?: Map<number, readonly Exemplar[]>;
  histograms?: Map<number, NativeHistogram>;
  startTimestamps?: Map<number, number>;
  metadata?: Map<number, FamilyMetadata>;
}

const section = new ByteWriter();

/** Writes the side tables of a batch; `hasSections` says beforehand whether there is anything to write. */
export function writeSideTables(writer: ByteWriter, batch: ScrapeBatch, names: MetadataNames): void {
  const writeTime = (timestampMs: number): void => section.varint(timestampMs - batch.timestampMs);
  writeTable(writer, TIMESTAMPS, batch.timestamps, writeTime);
  writeTable(writer, EXEMPLARS, batch.exemplars, (exemplars) => writeExemplars(exemplars, batch.timestampMs));
  writeTable(writer, HISTOGRAMS, batch.histograms, (histogram) => section.block(encodeHistogram(histogram)));
  writeTable(writer, START_TIMESTAMPS, batch.startTimestamps, writeTime);
  writeTable(writer, METADATA, batch.metadata, (metadata) => names.write(section, metadata));
  writer.byte(END);
}

/** Whether a batch has side tables. */
export function hasSideTables({ timestamps, exemplars, histograms, startTimestamps, metadata }: ScrapeBatch): boolean {
  return [timestamps, exemplars, histograms, startTimestamps, metadata].some((table) => (table?.size ?? 0) > 0);
}

export function readSideTables(reader: ByteReader, batchMs: number, texts: MetadataTexts): SideTables {
  const tables: SideTables = {};
  for (let kind = reader.byte(); kind !== END; kind = reader.byte()) {
    const length = reader.count();
    const end = reader.left - length;
    if (kind === TIMESTAMPS) tables.timestamps = readTable(reader, () => batchMs + reader.varint());
    else if (kind === EXEMPLARS) tables.exemplars = readTable(reader, () => readExemplars(reader, batchMs));
    else if (kind === HISTOGRAMS) tables.histograms = readTable(reader, () => decodeHistogram(reader.block()));
    else if (kind === START_TIMESTAMPS) tables.startTimestamps = readTable(reader, () => batchMs + reader.varint());
    else if (kind === METADATA) tables.metadata = readTable(reader, () => texts.read(reader));
    if (reader.left < end) throw new RangeError('a section is longer than it says');
    reader.raw(reader.left - end);
  }
  return tables;
}

function writeTable<Value>(
  writer: ByteWriter,
  kind: number,
  table: ReadonlyMap<number, Value> | undefined,
  write: (value: Value) => void,
): void {
  if (table === undefined || table.size === 0) return;
  section.clear();
  section.uvarint(table.size);
  let before = 0;
  for (const [index, value] of table) {
    section.varint(index - before);
    before = index;
    write(value);
  }
  writer.byte(kind);
  writer.uvarint(section.at);
  writer.raw(section.written);
}

function readTable<Value>(reader: ByteReader, read: () => Value): Map<number, Value> {
  const table = new Map<number, Value>();
  let index = 0;
  for (let rest = reader.count(2); rest > 0; rest--) {
    index += reader.varint();
    table.set(index, read());
  }
  return table;
}

function writeExemplars(exemplars: readonly Exemplar[], batchMs: number): void {
  section.uvarint(exemplars.length);
  for (const { labels, value, timestampMs } of exemplars) {
    section.uvarint(labels.length);
    for (const [name, text] of labels) {
      section.text(name);
      section.text(text);
    }
    section.double(value);
    section.byte(timestampMs === undefined ? 0 : 1);
    if (timestampMs !== undefined) section.varint(timestampMs - batchMs);
  }
}

function readExemplars(reader: ByteReader, batchMs: number): readonly Exemplar[] {
  return Array.from({ length: reader.count(2) }, () => {
    const labels = Array.from({ length: reader.count(2) }, () => [reader.text(), reader.text()] as const);
    const value = reader.double();
    const hasTime = reader.byte() === 1;
    return { labels, value, timestampMs: hasTime ? batchMs + reader.varint() : undefined };
  });
}
