/** Counts the members of a supervisor by state. */
export class Crowd {
  readonly path: string;
  readonly states = new Map<string, number>();
  /** Grows with every change over all crowds, so that a viewer can be told of what changed since. */
  changedAt = 0;
  total = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Moves a member; `undefined` and `''` stand for outside. */
  move(from: string, to: string): void {
    if (from !== '') this.#add(from, -1);
    if (to !== '') this.#add(to, 1);
  }

  #add(state: string, difference: 1 | -1): void {
    const count = (this.states.get(state) ?? 0) + difference;
    if (count === 0) this.states.delete(state);
    else this.states.set(state, count);
    this.total += difference;
  }
}
