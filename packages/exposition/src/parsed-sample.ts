import { compareBytewise } from '@limpet/model';
import type { Exemplar, Label } from '@limpet/model';
import { normalizeLabelValue } from './canonical-float.ts';
import type { MetricType, SampleEntry } from './entry.ts';
import { readLabels } from './series-key.ts';

/** What the last TYPE and UNIT lines say about the series that follow; upstream does not look for a new family (E-023). */
export interface MetadataInForce {
  readonly type: MetricType;
  readonly unit: string;
  /** Whether `__type__` and `__unit__` are added to the labels (E-024). */
  readonly areLabels: boolean;
}

/** The state before any TYPE or UNIT line. */
export function noMetadata(areLabels: boolean): MetadataInForce {
  return { type: 'unknown', unit: '', areLabels };
}

/** The parts of a sample that a parser has found; `body` is the whole body that the key's offsets refer to. */
interface SampleParts {
  readonly body: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly metadata: MetadataInForce;
  readonly value: number;
  readonly timestampMs: number | undefined;
  readonly exemplars: readonly Exemplar[];
}

/** A sample whose labels are read from the body when somebody asks: most scrapes know the key already (E-021). */
export class ParsedSample implements SampleEntry {
  readonly kind = 'sample';
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: number;
  readonly timestampMs: number | undefined;
  readonly startTimestampMs: number | undefined;
  readonly exemplars: readonly Exemplar[];
  readonly #body: Uint8Array;
  readonly #metadata: MetadataInForce;

  constructor(parts: SampleParts, startTimestampMs?: number) {
    this.keyStart = parts.keyStart;
    this.keyEnd = parts.keyEnd;
    this.value = parts.value;
    this.timestampMs = parts.timestampMs;
    this.startTimestampMs = startTimestampMs;
    this.exemplars = parts.exemplars;
    this.#body = parts.body;
    this.#metadata = parts.metadata;
  }

  labels(): readonly Label[] {
    const metadata = this.#metadata;
    const exposed = readLabels(this.#body, this.keyStart, this.keyEnd);
    const labels = exposed.map(([name, value]): Label => [name, normalizeLabelValue(metadata.type, name, value)]);
    const complete = metadata.areLabels ? withMetadataLabels(labels, metadata) : labels;
    return complete.sort(([left], [right]) => compareBytewise(left, right));
  }

  /** The same sample with a start timestamp. */
  startingAt(startTimestampMs: number | undefined): ParsedSample {
    const { keyStart, keyEnd, value, timestampMs, exemplars } = this;
    return new ParsedSample(
      { body: this.#body, metadata: this.#metadata, keyStart, keyEnd, value, timestampMs, exemplars },
      startTimestampMs,
    );
  }
}

/** Adds what the metadata knows; an exposed label of the same name makes way for it, otherwise it stays (E-024). */
export function withMetadataLabels(labels: readonly Label[], metadata: MetadataInForce): Label[] {
  const added: Label[] = [];
  if (metadata.type !== 'unknown') added.push(['__type__', metadata.type]);
  if (metadata.unit !== '') added.push(['__unit__', metadata.unit]);
  return [...labels.filter(([name]) => !added.some(([taken]) => taken === name)), ...added];
}
