import type { LabelBytes, ScrapeBatch, SeriesRef } from '@limpet/model';
import type { ByteWriter } from './byte-writer.ts';
import { writeByteRuns, writeIdRuns } from './column-runs.ts';
import { MetadataNames } from './metadata-table.ts';
import { hasSideTables, writeSideTables } from './side-tables.ts';
import { writeValues } from './value-column.ts';

/** Bits of the first byte of a scrape record. */
export const HEAD = { newTarget: 1, newList: 2, newFlags: 4, sideTables: 8 } as const;

const NO_LABELS: LabelBytes = new Uint8Array();

/** What the encoder remembers of a target since the last checkpoint. */
interface TargetState {
  readonly number: number;
  /** Series of the target in the order of their ids, which count from 0. */
  readonly defined: SeriesRef[];
  /** Values before, by id. */
  previous: Float64Array;
  /** The list of series of the last record, as refs and as ids, and its flags. */
  list: Float64Array;
  ids: Uint32Array;
  flags: Uint8Array;
  tick: number;
  timestampMs: number;
}

/**
 * Writes batches as bytes that only mean something after the ones before, back to the last checkpoint: a target's name,
 * its list of series and the labels of a series are written once, values as what has changed.
 */
export class ScrapeEncoder {
  readonly #labelsOf: (ref: SeriesRef) => LabelBytes | undefined;
  #targets = new Map<string, TargetState>();
  #labelsBefore: LabelBytes = NO_LABELS;
  #metadata = new MetadataNames();
  #definitionBytes = 0;
  #seriesCount = 0;

  /** `labelsOf` gives `undefined` for a ref that nobody knows; such samples are written without labels. */
  constructor(labelsOf: (ref: SeriesRef) => LabelBytes | undefined) {
    this.#labelsOf = labelsOf;
  }

  /** Bytes that names and labels have taken since the last checkpoint. */
  get definitionBytes(): number {
    return this.#definitionBytes;
  }

  /** Series written since the last checkpoint, each target's own. */
  get seriesCount(): number {
    return this.#seriesCount;
  }

  /** Forgets everything: what follows can be read without what came before. */
  reset(): void {
    this.#targets = new Map();
    this.#labelsBefore = NO_LABELS;
    this.#metadata = new MetadataNames();
    this.#definitionBytes = 0;
    this.#seriesCount = 0;
  }

  /** Writes one batch behind what the writer holds. */
  encode(writer: ByteWriter, batch: ScrapeBatch): void {
    const { count } = batch;
    const headAt = writer.at;
    writer.byte(0);
    let head = 0;
    let target = this.#targets.get(keyOf(batch));
    if (target === undefined) {
      head |= HEAD.newTarget;
      target = this.#addTarget(batch);
      writer.text(batch.job);
      writer.text(batch.targetId);
      this.#definitionBytes += writer.at - headAt;
    } else writer.uvarint(target.number);
    writer.varint(batch.tick - target.tick);
    writer.uvarint(batch.epoch);
    writer.varint(batch.timestampMs - target.timestampMs);
    target.tick = batch.tick;
    target.timestampMs = batch.timestampMs;
    if (!isSame(target.list, batch.series, count)) {
      head |= HEAD.newList;
      this.#writeList(writer, target, batch);
    }
    if (!isSame(target.flags, batch.flags, count)) {
      head |= HEAD.newFlags;
      target.flags = batch.flags.slice(0, count);
      writeByteRuns(writer, target.flags, count);
    }
    const { flags } = target;
    writeValues(writer, { count, values: batch.values, ids: target.ids, previous: target.previous, flags });
    if (hasSideTables(batch)) {
      head |= HEAD.sideTables;
      writeSideTables(writer, batch, this.#metadata);
    }
    writer.bytes[headAt] = head;
  }

  #addTarget(batch: ScrapeBatch): TargetState {
    const none = new Float64Array();
    const target: TargetState = {
      number: this.#targets.size,
      defined: [],
      previous: none,
      list: none,
      ids: new Uint32Array(),
      flags: new Uint8Array(),
      tick: 0,
      timestampMs: 0,
    };
    this.#targets.set(keyOf(batch), target);
    return target;
  }

  /** New series with their labels, then the list as runs of ids. */
  #writeList(writer: ByteWriter, target: TargetState, { series, count }: ScrapeBatch): void {
    const startAt = writer.at;
    const idOf = new Map<SeriesRef, number>();
    target.defined.forEach((ref, id) => idOf.set(ref, id));
    const knownCount = target.defined.length;
    const ids = new Uint32Array(count);
    for (let index = 0; index < count; index++) {
      const ref = series[index] ?? 0;
      let id = idOf.get(ref);
      if (id === undefined) {
        id = target.defined.push(ref) - 1;
        idOf.set(ref, id);
      }
      ids[index] = id;
    }
    this.#writeLabels(writer, target.defined, knownCount);
    writeIdRuns(writer, ids, count);
    target.ids = ids;
    target.list = series.slice(0, count);
    target.previous = grown(target.previous, target.defined.length);
    this.#definitionBytes += writer.at - startAt;
    this.#seriesCount += target.defined.length - knownCount;
  }

  /** Labels of the series from `start` on: what they share with the ones before at both ends is left out. */
  #writeLabels(writer: ByteWriter, refs: readonly SeriesRef[], start: number): void {
    writer.uvarint(refs.length - start);
    for (let id = start; id < refs.length; id++) {
      const before = this.#labelsBefore;
      const labels = this.#labelsOf(refs[id] ?? 0) ?? NO_LABELS;
      const shorter = Math.min(before.length, labels.length);
      let prefix = 0;
      while (prefix < shorter && before[prefix] === labels[prefix]) prefix++;
      let suffix = 0;
      while (suffix < shorter - prefix && before[before.length - 1 - suffix] === labels[labels.length - 1 - suffix]) suffix++;
      writer.uvarint(prefix);
      writer.uvarint(suffix);
      writer.uvarint(labels.length - prefix - suffix);
      writer.raw(labels.subarray(prefix, labels.length - suffix));
      this.#labelsBefore = labels.slice(); // the registry moves what it gives out
    }
  }
}

/** Names a target within a log; a job or target id never holds a line break. */
function keyOf({ job, targetId }: ScrapeBatch): string {
  return `${job}\n${targetId}`;
}

function isSame(known: Float64Array | Uint8Array, column: Float64Array | Uint8Array, count: number): boolean {
  if (known.length !== count) return false;
  for (let index = 0; index < count; index++) if (known[index] !== column[index]) return false;
  return true;
}

/** The values with room for more ids; new ones are 0. */
export function grown(values: Float64Array, length: number): Float64Array {
  if (values.length >= length) return values;
  const more = new Float64Array(length);
  more.set(values);
  return more;
}
