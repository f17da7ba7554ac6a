import type { LoopChanges, PoolWork } from '@limpet/scrape';

/** What a reload does to a loop, both of its steps taken together. */
export const LOOP_CHANGES = ['added', 'kept', 'retargeted', 'restarted', 'removed'] as const;
export type LoopChange = (typeof LOOP_CHANGES)[number];

/** Loops by what happens to them. */
export type LoopCounts = Readonly<Record<LoopChange, number>>;

export const NO_LOOPS: LoopCounts = { added: 0, kept: 0, retargeted: 0, restarted: 0, removed: 0 };

/** The sum of two counts. */
export function countsSum(left: LoopCounts, right: LoopCounts): LoopCounts {
  return {
    added: left.added + right.added,
    kept: left.kept + right.kept,
    retargeted: left.retargeted + right.retargeted,
    restarted: left.restarted + right.restarted,
    removed: left.removed + right.removed,
  };
}

/** Whether any loop is not simply kept. */
export function isAnyTouched({ added, retargeted, restarted, removed }: LoopCounts): boolean {
  return added + retargeted + restarted + removed > 0;
}

/** What has become of one loop. */
export interface LoopFate {
  readonly change: Exclude<LoopChange, 'kept'>;
  /** The loop that it was before the reload; undefined where it is new. */
  readonly from: string | undefined;
  /** The steps that touched it, in order. */
  readonly steps: readonly PoolWork[];
}

/**
 * Folds what several reconcile cycles of a pool do into one change of each loop (S-026): a loop that is retargeted by
 * the reload and again by the sync is retargeted, one that is replaced and then gone is removed. Loops that no cycle
 * names are kept.
 */
export class LoopFates {
  /** By the id that the loop has now. */
  readonly #living = new Map<string, LoopFate>();
  /** By the id that the loop had before the reload. */
  readonly #removed = new Map<string, LoopFate>();

  apply(work: PoolWork, { start, retire, retarget, replace }: Pick<LoopChanges, 'start' | 'retire' | 'retarget' | 'replace'>): void {
    for (const { id } of retarget) {
      const { change, from, steps } = this.#before(id);
      this.#living.set(id, { change: change ?? 'retargeted', from, steps: [...steps, work] });
    }
    for (const { id, next } of replace) {
      const { change, from, steps } = this.#before(id);
      this.#living.delete(id);
      this.#living.set(next.id, { change: change === 'added' ? 'added' : 'restarted', from, steps: [...steps, work] });
    }
    for (const id of retire) {
      const { change, from, steps } = this.#before(id);
      this.#living.delete(id);
      // one that came and went within the reload was never there
      if (change !== 'added' && from !== undefined) this.#removed.set(from, { change: 'removed', from, steps: [...steps, work] });
    }
    for (const { id } of start) this.#living.set(id, { change: 'added', from: undefined, steps: [work] });
  }

  /** By the id that the loop has now; undefined where it is kept. */
  fateOf(id: string): LoopFate | undefined {
    return this.#living.get(id);
  }

  /** Loops that are gone, by the id that they had. */
  get removed(): ReadonlyMap<string, LoopFate> {
    return this.#removed;
  }

  /** `runningCount`: loops that run after the cycles. */
  counts(runningCount: number): LoopCounts {
    const counts = { ...NO_LOOPS, kept: runningCount - this.#living.size, removed: this.#removed.size };
    for (const { change } of this.#living.values()) counts[change]++;
    return counts;
  }

  #before(id: string): {
    readonly change: LoopFate['change'] | undefined;
    readonly from: string | undefined;
    readonly steps: readonly PoolWork[];
  } {
    return this.#living.get(id) ?? { change: undefined, from: id, steps: [] };
  }
}
