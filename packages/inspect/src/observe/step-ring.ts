import type { ActorEntry } from './actor-entry.ts';

/** A transition that was taken. */
export interface Step {
  readonly seq: number;
  readonly wallMs: number;
  readonly entry: ActorEntry;
  readonly edge: number;
  /** Dotted state after it; only of steps that are told as they happen. */
  readonly state?: string;
}

/** Steps that are kept. A power of two. */
export const RING_STEPS_MAX = 65_536;

/** The last steps of all actors, in columns: writing one allocates nothing. */
export class StepRing {
  readonly #mask: number;
  readonly #entries: (ActorEntry | undefined)[];
  readonly #edges: Int16Array;
  readonly #times: Float64Array;
  #count = 0;

  /** `size` must be a power of two. */
  constructor(size = RING_STEPS_MAX) {
    if (!Number.isInteger(Math.log2(size))) throw new RangeError(`a ring of ${size} steps: the size must be a power of two`);
    this.#mask = size - 1;
    this.#entries = Array.from({ length: size });
    this.#edges = new Int16Array(size);
    this.#times = new Float64Array(size);
  }

  /** Steps written so far: the number of the next one. */
  get count(): number {
    return this.#count;
  }

  /** Keeps a step and returns its number. */
  push(entry: ActorEntry, edge: number, wallMs: number): number {
    const place = this.#count & this.#mask;
    this.#entries[place] = entry;
    this.#edges[place] = edge;
    this.#times[place] = wallMs;
    return this.#count++;
  }

  /** The newest steps that are wanted, oldest first, `countMax` at most. */
  newest(isWanted: (entry: ActorEntry) => boolean, { countMax, afterSeq = -1 }: { countMax: number; afterSeq?: number }): Step[] {
    const found: Step[] = [];
    const oldest = Math.max(0, this.#count - this.#mask - 1, afterSeq + 1);
    for (let seq = this.#count - 1; seq >= oldest && found.length < countMax; seq--) {
      const place = seq & this.#mask;
      const entry = this.#entries[place];
      if (entry !== undefined && isWanted(entry))
        found.push({ seq, entry, edge: this.#edges[place] ?? 0, wallMs: this.#times[place] ?? 0 });
    }
    return found.reverse();
  }

  /** Lets go of every step; numbers go on. */
  clear(): void {
    this.#entries.fill(undefined);
  }
}
