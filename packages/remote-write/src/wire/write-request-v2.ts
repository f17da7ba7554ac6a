import type { Exemplar, FamilyMetadata, NativeHistogram } from '@limpet/model';
import type { SymbolLabels } from '../series/series-on-wire.ts';
import { writeHistogram } from './histogram.ts';
import { METRIC_TYPE_NUMBERS } from './metadata-request.ts';
import { SymbolTable } from './symbol-table.ts';
import { WireWriter } from './wire-writer.ts';

/** Fields of `io.prometheus.write.v2.Request` and the messages in it. Source: remote-write.md section 3. */
const SYMBOLS = 4;
const TIMESERIES = 5;
const LABELS_REFS = 1;
const SAMPLES = 2;
const HISTOGRAMS = 3;
const EXEMPLARS = 4;
const METADATA = 5;
const VALUE = 1;
const TIMESTAMP = 2;
const START_TIMESTAMP = 3;
const EXEMPLAR_VALUE = 2;
const EXEMPLAR_TIMESTAMP = 3;
const METADATA_TYPE = 1;
const METADATA_HELP = 3;
const METADATA_UNIT = 4;
const CUSTOM_VALUES = 16;
const HISTOGRAM_START = 17;

const text = new TextEncoder();

/** When a sample was taken, and since when it counts: milliseconds, 0 where that is not known. */
export interface SampleTimes {
  readonly timestampMs: number;
  readonly startMs: number;
}

/** Builds one message 2.0 after the other. One item a series (W-011, W-025). */
export class RequestV2Writer {
  readonly #symbols = new SymbolTable();
  readonly #series = new WireWriter();
  readonly #one = new WireWriter();
  readonly #item = new WireWriter();
  readonly #part = new WireWriter();
  readonly #message = new WireWriter();

  get isEmpty(): boolean {
    return this.#series.length === 0;
  }

  clear(): void {
    this.#symbols.clear();
    this.#series.clear();
  }

  sample(
    labels: SymbolLabels,
    { timestampMs, startMs }: SampleTimes,
    { value, isStale }: { readonly value: number; readonly isStale: boolean },
  ): void {
    this.#begin(labels);
    this.#item.doubleField(VALUE, value, isStale);
    this.#item.intField(TIMESTAMP, timestampMs);
    this.#item.intField(START_TIMESTAMP, startMs);
    this.#end(SAMPLES, labels);
  }

  histogram(labels: SymbolLabels, { timestampMs, startMs }: SampleTimes, histogram: NativeHistogram): void {
    this.#begin(labels);
    writeHistogram(this.#item, histogram, timestampMs);
    if (histogram.customValues.length > 0) {
      this.#part.clear();
      for (const bound of histogram.customValues) this.#part.double(bound);
      this.#item.bytesField(CUSTOM_VALUES, this.#part.written);
    }
    this.#item.intField(HISTOGRAM_START, startMs);
    this.#end(HISTOGRAMS, labels);
  }

  exemplar(labels: SymbolLabels, timestampMs: number, { labels: own, value }: Exemplar): void {
    this.#begin(labels);
    this.#refs(this.#item, own.flat());
    this.#item.doubleField(EXEMPLAR_VALUE, value, false);
    this.#item.intField(EXEMPLAR_TIMESTAMP, timestampMs);
    this.#end(EXEMPLARS, labels);
  }

  /** The message: a view, valid until the next call. */
  finish(): Uint8Array {
    this.#message.clear();
    for (const symbol of this.#symbols.texts) this.#message.bytesField(SYMBOLS, text.encode(symbol));
    this.#message.raw(this.#series.written);
    return this.#message.written;
  }

  /** Metadata is numbered before labels, and labels before those of exemplars (W-021). */
  #begin({ described: metadata, texts }: SymbolLabels): void {
    if (metadata !== undefined) for (const about of [metadata.help, metadata.unit]) this.#symbols.place(about);
    this.#one.clear();
    this.#refs(this.#one, texts);
    this.#item.clear();
  }

  #end(field: number, { described: metadata }: SymbolLabels): void {
    this.#one.bytesField(field, this.#item.written);
    this.#part.clear();
    if (metadata !== undefined) this.#describe(metadata);
    this.#one.bytesField(METADATA, this.#part.written); // also empty (W-022)
    this.#series.bytesField(TIMESERIES, this.#one.written);
  }

  #describe({ type, help, unit }: FamilyMetadata): void {
    this.#part.uintField(METADATA_TYPE, METRIC_TYPE_NUMBERS[type]);
    this.#part.uintField(METADATA_HELP, this.#symbols.place(help));
    this.#part.uintField(METADATA_UNIT, this.#symbols.place(unit));
  }

  #refs(writer: WireWriter, texts: readonly string[]): void {
    if (texts.length === 0) return;
    this.#part.clear();
    for (const each of texts) this.#part.uint(this.#symbols.place(each));
    writer.bytesField(LABELS_REFS, this.#part.written);
  }
}
