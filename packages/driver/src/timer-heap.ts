/** A pending call. The heap keeps its place, so that taking it out is O(log n). */
export interface PendingTimer {
  readonly dueMs: number;
  /** Breaks ties: timers of equal time fire in the order they were set. */
  readonly order: number;
  readonly fire: () => void;
  place: number;
}

/** A binary heap of timers, earliest first. */
export class TimerHeap {
  readonly #timers: PendingTimer[] = [];

  get size(): number {
    return this.#timers.length;
  }

  earliest(): PendingTimer | undefined {
    return this.#timers[0];
  }

  add(timer: PendingTimer): void {
    timer.place = this.#timers.length;
    this.#timers.push(timer);
    this.#rise(timer);
  }

  /** Takes a timer out; returns whether it was there. */
  remove(timer: PendingTimer): boolean {
    const { place } = timer;
    if (this.#timers[place] !== timer) return false;
    const last = this.#timers.pop();
    timer.place = -1;
    if (last === undefined || last === timer) return true;
    last.place = place;
    this.#timers[place] = last;
    this.#rise(last);
    this.#sink(last);
    return true;
  }

  #rise(timer: PendingTimer): void {
    for (;;) {
      const parent = this.#timers[(timer.place - 1) >> 1];
      if (timer.place === 0 || parent === undefined || !isEarlier(timer, parent)) return;
      this.#swap(timer, parent);
    }
  }

  #sink(timer: PendingTimer): void {
    for (;;) {
      const left = this.#timers[2 * timer.place + 1];
      const right = this.#timers[2 * timer.place + 2];
      const child = right !== undefined && left !== undefined && isEarlier(right, left) ? right : left;
      if (child === undefined || !isEarlier(child, timer)) return;
      this.#swap(timer, child);
    }
  }

  #swap(a: PendingTimer, b: PendingTimer): void {
    [a.place, b.place] = [b.place, a.place];
    this.#timers[a.place] = a;
    this.#timers[b.place] = b;
  }
}

function isEarlier(a: PendingTimer, b: PendingTimer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
