import type { LabelBytes, SeriesRef, SeriesRegistry } from '@limpet/model';

interface Generation {
  /** Number of the last batch that names these series. */
  readonly lastSequence: number;
  readonly refs: readonly SeriesRef[];
}

/** A ref that no registry gives out: that of a series without labels. */
const NOBODY: SeriesRef = 0;

/**
 * Holds the series that a reader names in the agent's registry, so that a series keeps its ref, and with it its shard,
 * until every batch that names it is finished. A generation goes from one checkpoint to the next.
 */
export class SeriesHolds {
  readonly #registry: SeriesRegistry;
  #ended: Generation[] = [];
  #current: SeriesRef[] = [];

  constructor(registry: SeriesRegistry) {
    this.#registry = registry;
  }

  refOf(labels: LabelBytes): SeriesRef {
    if (labels.length === 0) return NOBODY;
    const ref = this.#registry.acquire(labels);
    this.#current.push(ref);
    return ref;
  }

  /** What was named so far is named by batches up to this one. */
  nextGeneration(lastSequence: number): void {
    if (this.#current.length > 0) this.#ended.push({ lastSequence, refs: this.#current });
    this.#current = [];
  }

  releaseUpTo(sequence: number): void {
    while ((this.#ended[0]?.lastSequence ?? Infinity) <= sequence) {
      for (const ref of this.#ended.shift()?.refs ?? []) this.#registry.release(ref);
    }
  }

  releaseAll(): void {
    this.nextGeneration(0);
    for (const { refs } of this.#ended) for (const ref of refs) this.#registry.release(ref);
    this.#ended = [];
  }
}
