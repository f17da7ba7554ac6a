import type { InspectionEvent } from 'xstate';
import { actorPaths } from './actor-path.ts';

/** The transitions of machines as lines `<monotonic ms> <actor path> <event> <state>`, in the order of microsteps. */
export class TransitionTrace {
  readonly #monoMs: () => number;
  readonly #pathOf = actorPaths();
  #lines: string[] = [];

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs;
  }

  /** Takes what inspection tells; everything but a microstep that took a transition is passed over. */
  observe(event: InspectionEvent): void {
    if (event.type !== '@xstate.microstep' || event._transitions.length === 0) return;
    const { value } = event.snapshot as { readonly value?: unknown };
    const state = typeof value === 'string' ? value : JSON.stringify(value);
    this.#lines.push(`${this.#monoMs()} ${this.#pathOf(event.actorRef)} ${event.event.type} ${state}`);
  }

  /** The lines since the last call. */
  take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }
}
