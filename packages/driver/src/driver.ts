import { checkedDelay } from './clock.ts';
import type { Clock } from './clock.ts';

/**
 * Something that reaches the machines from outside. `derived` inputs follow from earlier ones without time passing (a
 * slot that a queue grants, a synchronous append): they are delivered in order but neither stamped nor recorded.
 */
export interface Input {
  readonly kind: 'command' | 'timer' | 'effect' | 'push' | 'derived';
  /** Actor path or effect name with an ordinal; never a session id. */
  readonly key: string;
}

/** An input with its number and the time that it moved the machines to. */
export interface StampedInput extends Input {
  readonly number: number;
  readonly monoMs: number;
  readonly wallMs: number;
}

export interface DriverOptions {
  /** The clock underneath: a timer wheel on the live clock, or a virtual one. */
  readonly clock: Clock;
  /** Told of each input before it is delivered, for a recorder. Derived inputs are left out. */
  readonly onInput?: (input: StampedInput) => void;
  /** Told of what a delivery threw: a fault of ours. The driver goes on with the next input. */
  readonly onFault: (error: unknown, input: Input) => void;
}

/**
 * Feeds the machines one input at a time. While an input is processed `clock` stands still, and inputs that arrive
 * meanwhile wait their turn, so a run is a function of the sequence of its inputs.
 */
export class Driver {
  /**
   * The clock for machines and ports: it stands still while an input is delivered, and timers fire as inputs. Read
   * between inputs, by the API for example, it shows the time of the clock underneath.
   */
  readonly clock: Clock;
  readonly #host: Clock;
  readonly #options: DriverOptions;
  readonly #waiting: { readonly input: Input; readonly deliver: () => void }[] = [];
  #isDelivering = false;
  #number = 0;
  #monoMs: number;
  #wallMs: number;

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#host = options.clock;
    this.#monoMs = this.#host.mono();
    this.#wallMs = this.#host.wall();
    this.clock = {
      mono: () => (this.#isDelivering ? this.#monoMs : this.#host.mono()),
      wall: () => (this.#isDelivering ? this.#wallMs : this.#host.wall()),
      setTimeout: (fire, delayMs) => this.#setTimeout(fire, delayMs),
      clearTimeout: (timer) => this.#host.clearTimeout(timer),
    };
  }

  /** Number of inputs delivered so far, derived ones left out. */
  get inputCount(): number {
    return this.#number;
  }

  /** Delivers an input now, or after the one being delivered. Whatever `deliver` throws goes to `onFault`. */
  accept(input: Input, deliver: () => void): void {
    if (this.#isDelivering) {
      this.#waiting.push({ input, deliver });
      return;
    }
    this.#isDelivering = true;
    try {
      this.#process(input, deliver);
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#process(next.input, next.deliver);
    } finally {
      this.#isDelivering = false;
    }
  }

  #process(input: Input, deliver: () => void): void {
    if (input.kind !== 'derived') this.#stamp(input);
    try {
      deliver();
    } catch (error) {
      this.#options.onFault(error, input);
    }
  }

  #stamp(input: Input): void {
    this.#monoMs = this.#host.mono();
    this.#wallMs = this.#host.wall();
    this.#number++;
    this.#options.onInput?.({ ...input, number: this.#number, monoMs: this.#monoMs, wallMs: this.#wallMs });
  }

  /** A delay counts from the logical now; the time that processing has taken since then is taken off. */
  #setTimeout(fire: () => void, delayMs: number): object {
    const spentMs = this.#isDelivering ? this.#host.mono() - this.#monoMs : 0;
    return this.#host.setTimeout(() => this.accept(TIMER, fire), checkedDelay(delayMs) - spentMs);
  }
}

const TIMER: Input = { kind: 'timer', key: 'timer' };
