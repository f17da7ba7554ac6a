import type { Clock } from '@limpet/driver';

/** Something from outside that wants in: a timer that is due, an answer, a change, a command. */
export interface Arrival {
  /** Names it within its run: the same in every replay. */
  readonly key: string;
  /** Lets it in. What it causes runs now and in the microtasks behind. */
  release(): void;
  /** Whether it has become pointless while it waited, as a cleared timer has. */
  isCancelled?(): boolean;
}

/** When a turn was: `number` counts from 1. */
export interface TurnStamp {
  readonly number: number;
  readonly monoMs: number;
  readonly wallMs: number;
}

export interface TurnsOptions<Kind extends Arrival> {
  /** The clock underneath. */
  readonly clock: Pick<Clock, 'mono' | 'wall'>;
  /** Resolves when everything that an arrival has caused without outside help is done. */
  readonly settle: () => Promise<void>;
  /** Called before the arrival is let in. */
  readonly onBegin: (arrival: Kind, stamp: TurnStamp) => void;
  /** Called when the turn has come to rest. */
  readonly onEnd: (stamp: TurnStamp) => void;
  /** Told of what letting in threw. The next turn goes on. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Lets the world in one arrival at a time. A turn is one arrival with all that follows from it; while it lasts the
 * clock stands still and what arrives meanwhile waits. So a run is a function of the sequence of its turns, microtasks
 * included, and can be repeated from a list of them.
 */
export class Turns<Kind extends Arrival = Arrival> {
  readonly #options: TurnsOptions<Kind>;
  readonly #waiting: Kind[] = [];
  #rest: PromiseWithResolvers<void> | undefined;
  #stamp: TurnStamp | undefined;
  #count = 0;

  constructor(options: TurnsOptions<Kind>) {
    this.#options = options;
  }

  /** The turn that lasts; `undefined` between turns. */
  get current(): TurnStamp | undefined {
    return this.#stamp;
  }

  /** Number of turns begun. */
  get count(): number {
    return this.#count;
  }

  /** Lets an arrival in, now or when those before it have come to rest. */
  enter(arrival: Kind): void {
    this.#waiting.push(arrival);
    if (this.#rest === undefined) void this.#run();
  }

  /** Resolves when everything that has arrived so far has come to rest; at once between turns. */
  async atRest(): Promise<void> {
    await this.#rest?.promise;
  }

  async #run(): Promise<void> {
    const { clock, settle, onBegin, onEnd } = this.#options;
    const rest = Promise.withResolvers<void>();
    this.#rest = rest;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (next.isCancelled?.() === true) continue;
      const stamp: TurnStamp = { number: ++this.#count, monoMs: clock.mono(), wallMs: clock.wall() };
      this.#stamp = stamp;
      onBegin(next, stamp);
      this.#release(next);
      await settle();
      this.#stamp = undefined;
      onEnd(stamp);
    }
    this.#rest = undefined;
    rest.resolve();
  }

  #release(arrival: Kind): void {
    try {
      arrival.release();
    } catch (error) {
      this.#options.onFault(error);
    }
  }
}
