import type { LoopInput } from '../loop/loop-events.ts';

/** A loop that is alive, and what waits for it. */
export interface RegisteredLoop<Ref> {
  readonly ref: Ref;
  /** The loop no longer scrapes its target: another generation may. */
  isReleased: boolean;
  /** Starts when this one has released its target. */
  next: LoopInput | undefined;
  /** Tokens that wait for the release. */
  readonly tokens: Set<number>;
}

/**
 * Book-keeping of the supervisor: which loops live and who waits for which of them. Knows nothing of actors, so that it
 * can be checked on its own. Mutable on purpose: XState's `children` is copied on every spawn, 10,000 times for 10,000
 * loops.
 */
export class LoopRegistry<Ref> {
  readonly #loops = new Map<string, RegisteredLoop<Ref>>();
  /** Releases that each token still waits for, and how many of them were forced. */
  readonly #waiting = new Map<number, { count: number; overdueCount: number }>();
  /** Tokens that wait until no loop is left. */
  readonly #exits = new Set<number>();

  get size(): number {
    return this.#loops.size;
  }

  loops(): IterableIterator<[string, RegisteredLoop<Ref>]> {
    return this.#loops.entries();
  }

  get(id: string): RegisteredLoop<Ref> | undefined {
    return this.#loops.get(id);
  }

  add(id: string, ref: Ref): void {
    this.#loops.set(id, { ref, isReleased: false, next: undefined, tokens: new Set() });
  }

  /** The token waits for the release of these loops; those that are unknown or released already do not count. */
  awaitRelease(token: number, ids: Iterable<string>): void {
    let count = 0;
    for (const id of ids) {
      const loop = this.#loops.get(id);
      if (loop === undefined || loop.isReleased || loop.tokens.has(token)) continue;
      loop.tokens.add(token);
      count++;
    }
    this.#waiting.set(token, { count, overdueCount: 0 });
  }

  awaitExit(token: number): void {
    this.#exits.add(token);
  }

  /** Marks a release, once; returns the loop that takes over, if one is queued. */
  release(id: string, { isForced = false }: { readonly isForced?: boolean } = {}): LoopInput | undefined {
    const loop = this.#loops.get(id);
    if (loop === undefined || loop.isReleased) return undefined;
    loop.isReleased = true;
    for (const token of loop.tokens) {
      const waiting = this.#waiting.get(token);
      if (waiting === undefined) continue;
      waiting.count--;
      if (isForced) waiting.overdueCount++;
    }
    const { next } = loop;
    loop.next = undefined;
    return next;
  }

  /** A loop has ended. Counts as its release where that is still owed; returns the loop that takes over. */
  remove(id: string): LoopInput | undefined {
    const next = this.release(id);
    this.#loops.delete(id);
    return next;
  }

  /** Loops whose release the token still waits for. */
  overdue(token: number): readonly string[] {
    return [...this.#loops].filter(([, loop]) => !loop.isReleased && loop.tokens.has(token)).map(([id]) => id);
  }

  forgetReplacements(): void {
    for (const loop of this.#loops.values()) loop.next = undefined;
  }

  /** Takes out the tokens that nothing holds up any more. */
  takeDrained(): readonly { readonly token: number; readonly overdueCount: number }[] {
    const drained: { token: number; overdueCount: number }[] = [];
    for (const [token, { count, overdueCount }] of this.#waiting) {
      if (count > 0) continue;
      this.#waiting.delete(token);
      drained.push({ token, overdueCount });
    }
    if (this.#loops.size > 0) return drained;
    for (const token of this.#exits) drained.push({ token, overdueCount: 0 });
    this.#exits.clear();
    return drained;
  }
}
