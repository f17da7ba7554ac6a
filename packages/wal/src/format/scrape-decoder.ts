import type { LabelBytes, ScrapeBatch, SeriesRef } from '@limpet/model';
import { ByteReader } from './byte-reader.ts';
import { readByteRuns, readIdRuns } from './column-runs.ts';
import { MetadataTexts } from './metadata-table.ts';
import { grown, HEAD } from './scrape-encoder.ts';
import { readSideTables } from './side-tables.ts';
import { readValues } from './value-column.ts';

/** Longest label set in bytes; a record that says more is not one of ours. */
const LABEL_BYTES_MAX: number = 16 * 1024 * 1024;

interface TargetState {
  readonly job: string;
  readonly targetId: string;
  readonly refs: SeriesRef[];
  previous: Float64Array;
  series: Float64Array;
  ids: Uint32Array;
  flags: Uint8Array;
  tick: number;
  timestampMs: number;
}

/** What a record is written in beside its bytes. */
export interface RecordFacts {
  readonly sampleCount: number;
}

/**
 * Reads what `ScrapeEncoder` wrote, from a checkpoint on and without leaving out a record. A batch is borrowed: it is
 * valid until the next one is read.
 */
export class ScrapeDecoder {
  readonly #refOf: (labels: LabelBytes) => SeriesRef;
  readonly #reader = new ByteReader();
  #targets: TargetState[] = [];
  #labelsBefore: LabelBytes = new Uint8Array();
  #metadata = new MetadataTexts();
  #values = new Float64Array(1024);

  /** `refOf` names a series by its labels; it is asked once a series and checkpoint. The bytes given to it are its own. */
  constructor(refOf: (labels: LabelBytes) => SeriesRef) {
    this.#refOf = refOf;
  }

  reset(): void {
    this.#targets = [];
    this.#labelsBefore = new Uint8Array();
    this.#metadata = new MetadataTexts();
  }

  /** Throws a `RangeError` on bytes that the encoder cannot have written; the decoder is of no use then until `reset`. */
  decode(body: Uint8Array, { sampleCount: count }: RecordFacts): ScrapeBatch {
    // Each sample takes a bit at least.
    if (count > body.length * 8) throw new RangeError('the record says more than it holds');
    const reader = this.#reader;
    reader.open(body);
    const head = reader.byte();
    const target = (head & HEAD.newTarget) === 0 ? this.#targets[reader.uvarint()] : this.#addTarget(reader);
    if (target === undefined) throw new RangeError('a target is not known');
    target.tick += reader.varint();
    const epoch = reader.uvarint();
    target.timestampMs += reader.varint();
    if ((head & HEAD.newList) !== 0) this.#readList(reader, target, count);
    if ((head & HEAD.newFlags) !== 0) target.flags = readByteRuns(reader, count);
    if (target.ids.length !== count || target.flags.length !== count) throw new RangeError('the columns differ in length');
    if (this.#values.length < count) this.#values = new Float64Array(count * 2);
    const { flags, ids, previous, job, targetId, tick, timestampMs, series } = target;
    const values = this.#values;
    readValues(reader, { count, values, ids, previous, flags });
    const tables = (head & HEAD.sideTables) === 0 ? {} : readSideTables(reader, timestampMs, this.#metadata);
    if (reader.left !== 0) throw new RangeError('the record is longer than its content');
    return { job, targetId, tick, epoch, timestampMs, count, series, values, flags, ...tables };
  }

  #addTarget(reader: ByteReader): TargetState {
    const none = new Float64Array();
    const target: TargetState = {
      job: reader.text(),
      targetId: reader.text(),
      refs: [],
      previous: none,
      series: none,
      ids: new Uint32Array(),
      flags: new Uint8Array(),
      tick: 0,
      timestampMs: 0,
    };
    this.#targets.push(target);
    return target;
  }

  #readList(reader: ByteReader, target: TargetState, count: number): void {
    for (let rest = reader.count(3); rest > 0; rest--) target.refs.push(this.#refOf(this.#readLabels(reader)));
    target.previous = grown(target.previous, target.refs.length);
    target.ids = readIdRuns(reader, count, target.refs.length);
    target.series = Float64Array.from(target.ids, (id) => target.refs[id] ?? 0);
  }

  #readLabels(reader: ByteReader): LabelBytes {
    const before = this.#labelsBefore;
    const prefix = reader.uvarint();
    const suffix = reader.uvarint();
    const middle = reader.raw(reader.uvarint());
    if (prefix + suffix > before.length || before.length > LABEL_BYTES_MAX) throw new RangeError('labels share more than there is');
    const labels = new Uint8Array(prefix + middle.length + suffix);
    labels.set(before.subarray(0, prefix));
    labels.set(middle, prefix);
    labels.set(before.subarray(before.length - suffix), prefix + middle.length);
    this.#labelsBefore = labels;
    return labels;
  }
}
