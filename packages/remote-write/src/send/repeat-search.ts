/** Items of a ring: from a place on, so many. */
export interface ItemSpan {
  readonly from: number;
  readonly count: number;
}

/** How many of the oldest items are decided on, and how many of those, from the oldest on, were refused. */
export interface Decision {
  readonly decided: number;
  readonly refused: number;
}

const UNDECIDED: Decision = { decided: 0, refused: 0 };

type Step =
  /** All items of the oldest scrape. */
  | { readonly name: 'scrape' }
  /** Its last item: if that was taken before, all were. */
  | { readonly name: 'last' }
  /** What was taken before is a start of the scrape: its end is between `low` and `high`. */
  | { readonly name: 'search'; readonly low: number; readonly high: number }
  | { readonly name: 'rest'; readonly low: number };

/**
 * Sends a refused batch again in parts, so that what the receiver lacks reaches it. After a crash a batch may begin with
 * samples that the receiver has, and some receivers refuse a whole request for one of these. A shard sends items in
 * their order, so what a receiver has is a start of them: scrapes as a whole, and of one scrape its first items.
 */
export class RepeatSearch {
  readonly #sequenceAt: (index: number) => number | undefined;
  #left: number;
  #step: Step = { name: 'scrape' };

  /** `sequenceAt` says which scrape an item of the ring belongs to, counted from the oldest one; undefined behind the last. */
  constructor(itemCount: number, sequenceAt: (index: number) => number | undefined) {
    this.#left = itemCount;
    this.#sequenceAt = sequenceAt;
  }

  get isDone(): boolean {
    return this.#left <= 0;
  }

  /** What to send now. */
  get span(): ItemSpan {
    const size = this.#scrapeSize();
    const step = this.#step;
    switch (step.name) {
      case 'scrape':
        return { from: 0, count: size };
      case 'last':
        return { from: size - 1, count: 1 };
      case 'search':
        return { from: Math.floor((step.low + step.high) / 2), count: 1 };
      case 'rest':
        return { from: step.low, count: size - step.low };
    }
  }

  /** The receiver has answered for `span`. What is decided leaves the ring before the next step. */
  answered(isAccepted: boolean): Decision {
    const size = this.#scrapeSize();
    const step = this.#step;
    switch (step.name) {
      case 'scrape':
        if (isAccepted || size === 1) return this.#decide(size, isAccepted ? 0 : size);
        this.#step = { name: 'last' };
        return UNDECIDED;
      case 'last':
        if (!isAccepted) return this.#decide(size, size);
        this.#step = searching(0, size - 1);
        return UNDECIDED;
      case 'search': {
        const middle = Math.floor((step.low + step.high) / 2);
        this.#step = isAccepted ? searching(step.low, middle) : searching(middle + 1, step.high);
        return UNDECIDED;
      }
      case 'rest':
        return this.#decide(size, isAccepted ? step.low : size);
    }
  }

  #decide(decided: number, refused: number): Decision {
    this.#left -= decided;
    this.#step = { name: 'scrape' };
    return { decided, refused };
  }

  /** Number of items of the oldest scrape, as far as they are in the batch. */
  #scrapeSize(): number {
    const sequence = this.#sequenceAt(0);
    let size = 1;
    while (size < this.#left && this.#sequenceAt(size) === sequence) size++;
    return size;
  }
}

function searching(low: number, high: number): Step {
  return low < high ? { name: 'search', low, high } : { name: 'rest', low };
}
