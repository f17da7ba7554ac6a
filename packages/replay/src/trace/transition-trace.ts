import type { AnyActorRef, InspectionEvent } from 'xstate';

/** The transitions of machines as lines `<monotonic ms> <actor path> <event> <state>`, in the order of microsteps. */
export class TransitionTrace {
  readonly #monoMs: () => number;
  readonly #paths = new WeakMap<object, string>();
  #lines: string[] = [];

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs;
  }

  /** Takes what inspection tells; everything but a microstep that took a transition is passed over. */
  observe(event: InspectionEvent): void {
    if (event.type !== '@xstate.microstep' || event._transitions.length === 0) return;
    const { value } = event.snapshot as { readonly value?: unknown };
    const state = typeof value === 'string' ? value : JSON.stringify(value);
    this.#lines.push(`${this.#monoMs()} ${this.#pathOf(event.actorRef as AnyActorRef)} ${event.event.type} ${state}`);
  }

  /** The lines since the last call. */
  take(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** Ids from the root on. Session ids would differ from run to run. */
  #pathOf(actor: AnyActorRef): string {
    const known = this.#paths.get(actor);
    if (known !== undefined) return known;
    const parent = actor._parent;
    const path = parent === undefined ? actor.id : `${this.#pathOf(parent)}/${actor.id}`;
    this.#paths.set(actor, path);
    return path;
  }
}
