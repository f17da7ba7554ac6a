import type { ReloadOutcome } from './agent.ts';

/** Reloads that somebody waits for, by request id. */
export class ReloadRequests {
  readonly #waiting = new Map<string, (outcome: ReloadOutcome) => void>();
  #count = 0;

  /** A new request: its id, and a promise of how the round that serves it ends. */
  open(): { readonly id: string; readonly outcome: Promise<ReloadOutcome> } {
    const id = `reload#${++this.#count}`;
    const { promise, resolve } = Promise.withResolvers<ReloadOutcome>();
    this.#waiting.set(id, resolve);
    return { id, outcome: promise };
  }

  settle(ids: readonly string[], outcome: ReloadOutcome): void {
    for (const id of ids) {
      this.#waiting.get(id)?.(outcome);
      this.#waiting.delete(id);
    }
  }

  /** The agent has ended: nobody will serve what waits. */
  settleAll(outcome: ReloadOutcome): void {
    this.settle([...this.#waiting.keys()], outcome);
  }
}
