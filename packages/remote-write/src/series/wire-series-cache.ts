import { decodeLabels } from '@limpet/model';
import type { LabelBytes, Labels, SeriesRef, SeriesRegistry } from '@limpet/model';
import { encodeWireLabels } from '../wire/write-request.ts';
import { SymbolLabels } from './series-on-wire.ts';
import type { SeriesOnWire } from './series-on-wire.ts';
import { labelsToSend } from './series-labels.ts';
import type { SeriesRules } from './series-labels.ts';

/** Why a series has no wire labels: the rules drop it, or the registry does not know it. Reasons of W-113. */
export type UnsentReason = 'dropped_series' | 'unintentionally_dropped_series';

export interface WireSeriesCacheOptions {
  readonly registry: SeriesRegistry;
  readonly externalLabels: Labels;
  readonly rules: SeriesRules;
  /** Whether they are to go as message 2.0; 1.0 by default. */
  readonly isV2?: boolean;
}

/** Entries that the cache may hold beyond twice the registry's before it looks for forgotten ones. */
const SPARE_ENTRIES = 1024;

/**
 * The labels of each series as they go over the wire, worked out and encoded once a series. Refs are never given to
 * another series, so an entry stays true; entries of series that the registry forgot are swept out now and then, which
 * keeps the cache below twice the registry's size plus 1,024.
 */
export class WireSeriesCache {
  readonly #options: WireSeriesCacheOptions;
  readonly #byRef = new Map<SeriesRef, SeriesOnWire | UnsentReason>();

  constructor(options: WireSeriesCacheOptions) {
    this.#options = options;
  }

  /** Number of series known, dropped ones included. */
  get size(): number {
    return this.#byRef.size;
  }

  /** The encoded labels of a series, or why it is not sent. */
  labelsOf(ref: SeriesRef): SeriesOnWire | UnsentReason {
    return this.#byRef.get(ref) ?? this.#workOut(ref);
  }

  /** Forgets series that the registry has forgotten, once there are enough of them. Cheap otherwise. */
  sweep(): void {
    const { registry } = this.#options;
    if (this.#byRef.size <= 2 * registry.size + SPARE_ENTRIES) return;
    for (const ref of this.#byRef.keys()) if (knownBytes(registry, ref) === undefined) this.#byRef.delete(ref);
  }

  #workOut(ref: SeriesRef): SeriesOnWire | UnsentReason {
    const { registry, externalLabels, rules, isV2 = false } = this.#options;
    const bytes = knownBytes(registry, ref);
    if (bytes === undefined) return 'unintentionally_dropped_series'; // not kept: the ref may be rubbish
    const sent = labelsToSend(decodeLabels(bytes), externalLabels, rules);
    const entry = sent === undefined ? 'dropped_series' : isV2 ? new SymbolLabels(sent) : encodeWireLabels(sent);
    this.#byRef.set(ref, entry);
    return entry;
  }
}

/** The registry throws on refs that it does not know; here that is an expected outcome. */
function knownBytes(registry: SeriesRegistry, ref: SeriesRef): LabelBytes | undefined {
  try {
    return registry.labelBytes(ref);
  } catch {
    return undefined;
  }
}
