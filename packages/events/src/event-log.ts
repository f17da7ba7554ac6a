import type { AnyAgentEvent } from './agent-event.ts';

/** Events kept for readers that come back. */
export const EVENT_COUNT_MAX = 10_000;

/** What a reader gets that comes back. */
export interface EventsSince {
  /** Events after the one named, oldest first. */
  readonly events: readonly AnyAgentEvent[];
  /** Why some of those that the reader has not seen are missing; undefined where none is. */
  readonly hole: 'tooOld' | 'otherRun' | undefined;
}

/** Gives events their ids and keeps the newest of them. Ids are `<run>-<number>`, numbers from 1 without a gap. */
export class EventLog {
  readonly #run: string;
  readonly #room: number;
  readonly #ring: AnyAgentEvent[] = [];
  #count = 0;

  /** `run`: names this life of the agent among all others; letters and digits. */
  constructor({ run, room = EVENT_COUNT_MAX }: { readonly run: string; readonly room?: number }) {
    if (!Number.isSafeInteger(room) || room < 1) throw new RangeError(`not a number of events: ${room}`);
    this.#run = run;
    this.#room = room;
  }

  /** Id that the next event gets. */
  nextId(): string {
    return `${this.#run}-${this.#count + 1}`;
  }

  /** Id of the newest event; `<run>-0` before the first. */
  lastId(): string {
    return `${this.#run}-${this.#count}`;
  }

  /** Keeps an event under `nextId`. */
  add(event: AnyAgentEvent): void {
    this.#ring[this.#count % this.#room] = event;
    this.#count++;
  }

  /** Events after the one of this id. An id of another run, or one that is none, gives everything that is kept. */
  since(id: string): EventsSince {
    const oldest = Math.max(this.#count - this.#room, 0) + 1;
    const number = this.#numberOf(id);
    if (number === undefined) return { events: this.#from(oldest), hole: 'otherRun' };
    return { events: this.#from(Math.max(number + 1, oldest)), hole: number + 1 < oldest ? 'tooOld' : undefined };
  }

  #numberOf(id: string): number | undefined {
    const dash = id.lastIndexOf('-');
    const digits = id.slice(dash + 1);
    if (id.slice(0, dash) !== this.#run || !/^\d{1,15}$/.test(digits)) return undefined;
    const number = Number(digits);
    return number <= this.#count ? number : undefined;
  }

  #from(first: number): readonly AnyAgentEvent[] {
    const events: AnyAgentEvent[] = [];
    for (let number = first; number <= this.#count; number++) {
      const event = this.#ring[(number - 1) % this.#room];
      if (event !== undefined) events.push(event);
    }
    return events;
  }
}
