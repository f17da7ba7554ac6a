/** A request that has been decided on, for people who ask what became of a scrape. */
export interface FinishedRequest {
  readonly shard: number;
  /** Numbers of the first and the last batch of the log of which it had something. */
  readonly fromSequence: number;
  readonly toSequence: number;
  /** Samples, histograms and exemplars in it. */
  readonly itemCount: number;
  readonly attempts: number;
  readonly outcome: 'accepted' | 'rejected';
  /** Wall milliseconds. */
  readonly endedMs: number;
}

/** Requests that are remembered for each receiver. */
const REQUEST_COUNT_MAX = 2_048;

/** The last requests of one receiver, oldest first. */
export class RequestJournal {
  readonly #requests: FinishedRequest[] = [];
  #head = 0;

  note(request: FinishedRequest): void {
    if (this.#requests.length < REQUEST_COUNT_MAX) this.#requests.push(request);
    else {
      this.#requests[this.#head] = request;
      this.#head = (this.#head + 1) % REQUEST_COUNT_MAX;
    }
  }

  /** Those that may have had something of a batch: a batch is in as many requests as there are shards, or more. */
  of(sequence: number): readonly FinishedRequest[] {
    const inOrder = [...this.#requests.slice(this.#head), ...this.#requests.slice(0, this.#head)];
    return inOrder.filter(({ fromSequence, toSequence }) => fromSequence <= sequence && sequence <= toSequence);
  }
}
