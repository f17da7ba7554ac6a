import { labelValue, METRIC_NAME, METRIC_TYPES } from '@limpet/model';
import type { FamilyMetadata, Labels } from '@limpet/model';
import { encodeWireLabels } from '../wire/write-request.ts';
import type { WireLabels } from '../wire/write-request.ts';

/** A series as message 2.0 names it: by texts, which each request numbers anew. */
export class SymbolLabels {
  /** Name, value, name, value … in the order of the names. */
  readonly texts: readonly string[];
  /** What the target says about its family. */
  metadata: FamilyMetadata | undefined;
  /** What the labels say about it, with the feature `type-and-unit-labels`. */
  readonly #declared: Pick<FamilyMetadata, 'family' | 'type' | 'unit'> | undefined;
  #wireLabels: WireLabels | undefined;

  constructor(labels: Labels) {
    this.texts = labels.flat();
    const type = METRIC_TYPES.find((each) => each === labelValue(labels, '__type__'));
    const unit = labelValue(labels, '__unit__');
    const isDeclared = type !== undefined || unit !== '';
    this.#declared = isDeclared ? { family: labelValue(labels, METRIC_NAME), type: type ?? 'unknown', unit } : undefined;
  }

  /** What goes with the series: type and unit as its labels say, the rest as its target does (W-023). */
  get described(): FamilyMetadata | undefined {
    const declared = this.#declared;
    return declared === undefined ? this.metadata : { help: '', ...this.metadata, ...declared };
  }

  /** The same for message 1.0, for a receiver that does not know 2.0. */
  get wireLabels(): WireLabels {
    this.#wireLabels ??= encodeWireLabels(
      Array.from({ length: this.texts.length / 2 }, (_, pair) => [this.texts[2 * pair] ?? '', this.texts[2 * pair + 1] ?? ''] as const),
    );
    return this.#wireLabels;
  }
}

/** The labels of a series, ready for requests of one message or both. */
export type SeriesOnWire = WireLabels | SymbolLabels;

/** As message 1.0 writes them. */
export function wireLabelsOf(labels: SeriesOnWire): WireLabels {
  return labels instanceof SymbolLabels ? labels.wireLabels : labels;
}
