import type { AgentCommand } from '@limpet/agent';
import { checkedDelay } from '@limpet/driver';
import type { Clock, TimerHandle } from '@limpet/driver';
import type { Kept } from '../log/log-line.ts';
import type { Arrival, Turns } from '../turn/turns.ts';
import type { Entrance, Feed, Gate, Question } from '../world/gate.ts';

/** An arrival with what a line of the log says of it. */
export interface LoggedArrival extends Arrival {
  readonly kind: 'timer' | 'fx' | 'push' | 'in';
  /** What the line holds beside its key; asked for when the turn begins. */
  details(): LineDetails;
}

export interface LineDetails {
  readonly ok?: unknown;
  readonly err?: string;
  readonly reason?: string;
  readonly took?: number;
  readonly kept?: Kept;
}

const NOTHING = (): LineDetails => ({});

/** Lets the world in by turns and has each of them written down. */
export class RecordingGate implements Gate {
  readonly clock: Clock;
  readonly #host: Clock;
  readonly #turns: Turns<LoggedArrival>;
  readonly #scrub: (text: string) => string;

  constructor({
    clock,
    turns,
    scrub,
  }: {
    readonly clock: Clock;
    readonly turns: Turns<LoggedArrival>;
    readonly scrub: (text: string) => string;
  }) {
    this.#host = clock;
    this.#turns = turns;
    this.#scrub = scrub;
    this.clock = new TurnClock(clock, turns);
  }

  answer<Answer>({ key, ask, encode, keptOf }: Question<Answer>): Promise<Answer> {
    const askedMono = this.clock.mono();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    ask().then(
      (answer) => {
        const took = this.#host.mono() - askedMono;
        const details = (): LineDetails => {
          const ok = encode(answer);
          return { took, ok, kept: keptOf?.(ok) ?? true };
        };
        this.#turns.enter({ kind: 'fx', key, details, release: () => resolve(answer) });
      },
      (error: unknown) => {
        const words = this.#scrub(error instanceof Error ? error.message : String(error));
        this.#turns.enter({ kind: 'fx', key, details: () => ({ err: words }), release: () => reject(error) });
      },
    );
    return promise;
  }

  entrance({ key, isOpen, deliver }: Entrance): () => void {
    return () => {
      if (isOpen()) this.#turns.enter({ kind: 'push', key, details: NOTHING, release: deliver, isCancelled: () => !isOpen() });
    };
  }

  feed<Told>({ key, isOpen, deliver, encode }: Feed<Told>): (told: Told) => void {
    return (told) => {
      if (!isOpen()) return;
      const details = (): LineDetails => ({ ok: encode(told) });
      this.#turns.enter({ kind: 'push', key, details, release: () => deliver(told), isCancelled: () => !isOpen() });
    };
  }

  command({ type, ...payload }: AgentCommand, deliver: () => void): void {
    const details = (): LineDetails => {
      if ('reason' in payload) return { reason: this.#scrub(payload.reason) };
      return Object.keys(payload).length === 0 ? {} : { ok: payload };
    };
    this.#turns.enter({ kind: 'in', key: type, details, release: deliver });
  }
}

interface TurnTimer {
  readonly number: number;
  isPending: boolean;
  handle: TimerHandle | undefined;
}

/** The clock underneath, standing still during a turn; each timer that fires has a turn of its own. */
class TurnClock implements Clock {
  readonly #host: Clock;
  readonly #turns: Turns<LoggedArrival>;
  #count = 0;

  constructor(host: Clock, turns: Turns<LoggedArrival>) {
    this.#host = host;
    this.#turns = turns;
  }

  mono(): number {
    return this.#turns.current?.monoMs ?? this.#host.mono();
  }

  wall(): number {
    return this.#turns.current?.wallMs ?? this.#host.wall();
  }

  /** A delay counts from the turn that lasts; the time that the turn has taken is taken off. */
  setTimeout(fire: () => void, delayMs: number): TimerHandle {
    const timer: TurnTimer = { number: ++this.#count, isPending: true, handle: undefined };
    const key = `timer#${timer.number}`;
    const release = (): void => {
      timer.isPending = false;
      fire();
    };
    const isCancelled = (): boolean => !timer.isPending;
    const spentMs = this.#host.mono() - this.mono();
    timer.handle = this.#host.setTimeout(
      () => this.#turns.enter({ kind: 'timer', key, details: NOTHING, release, isCancelled }),
      checkedDelay(delayMs) - spentMs,
    );
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    const timer = handle as TurnTimer;
    timer.isPending = false;
    if (timer.handle !== undefined) this.#host.clearTimeout(timer.handle);
  }
}
