/** What the page knows of the actors, after the messages so far. The agent's words: packages/inspect, inspect-message.ts. */
export interface InspectState {
  readonly connection: 'connecting' | 'live' | 'lost';
  readonly actors: ReadonlyMap<string, Actor>;
  readonly crowds: ReadonlyMap<string, Crowd>;
  /** Newest last, of actors of the tree and of those in the spotlight. */
  readonly steps: ReadonlyMap<string, readonly Step[]>;
  readonly details: ReadonlyMap<string, Detail>;
  /** How actors that have gone went. */
  readonly gone: ReadonlyMap<string, string>;
  /** Fingerprints of the machines that the agent runs, by id. */
  readonly machines: Readonly<Record<string, string>>;
  /** Steps that this page was too slow for. */
  readonly droppedCount: number;
  /** Wall milliseconds of the agent when it was heard last, and our own of that moment. */
  readonly agentMs: number;
  readonly heardMs: number;
}

export interface Actor {
  readonly path: string;
  readonly id: string;
  readonly machine: string | null;
  readonly parent: string | null;
  readonly state: string;
  readonly isCrowd: boolean;
}

export interface Crowd {
  readonly path: string;
  readonly total: number;
  readonly states: Readonly<Record<string, number>>;
}

export interface Step {
  readonly seq: number;
  readonly t: number;
  readonly path: string;
  readonly edge: number;
  readonly event: string;
  readonly from: string;
  readonly to?: string;
  readonly guard?: string;
  readonly state?: string;
}

export interface Detail {
  readonly path: string;
  readonly t: number;
  readonly status: string;
  readonly state: string;
  readonly tags: readonly string[];
  readonly context: unknown;
  readonly timers: readonly { readonly event: string; readonly state: string; readonly dueAt: number | null }[];
}

export type InspectMessage =
  | { readonly type: 'hello'; readonly t: number; readonly machines: Readonly<Record<string, string>> }
  | { readonly type: 'tree'; readonly actors: readonly Actor[] }
  | ({ readonly type: 'actor' } & Actor)
  | { readonly type: 'gone'; readonly path: string; readonly how: string }
  | ({ readonly type: 'step' } & Step)
  | ({ readonly type: 'detail' } & Detail)
  | { readonly type: 'counts'; readonly t: number; readonly crowds: readonly Crowd[] }
  | { readonly type: 'gap'; readonly dropped: number };

/** Steps kept of each actor. */
const STEPS_MAX = 300;

export const NOTHING: InspectState = {
  connection: 'connecting',
  actors: new Map(),
  crowds: new Map(),
  steps: new Map(),
  details: new Map(),
  gone: new Map(),
  machines: {},
  droppedCount: 0,
  agentMs: 0,
  heardMs: 0,
};

/** The state after some messages that came together. Maps that nothing changed in are the same objects. */
export function heard(before: InspectState, messages: readonly InspectMessage[], nowMs: number): InspectState {
  const draft = new Draft(before);
  for (const message of messages) draft.take(message, nowMs);
  return draft.state;
}

class Draft {
  state: InspectState;
  readonly #before: InspectState;

  constructor(before: InspectState) {
    this.#before = before;
    this.state = before;
  }

  take(message: InspectMessage, nowMs: number): void {
    switch (message.type) {
      case 'hello':
        // What was counted is told anew; steps go on after the last one that was heard.
        this.state = {
          ...this.state,
          connection: 'live',
          machines: message.machines,
          crowds: new Map(),
          agentMs: message.t,
          heardMs: nowMs,
        };
        return;
      case 'tree':
        this.state = { ...this.state, actors: new Map(message.actors.map((actor) => [actor.path, actor])) };
        return;
      case 'actor':
        this.#map('actors').set(message.path, message);
        if (this.state.gone.has(message.path)) this.#map('gone').delete(message.path);
        return;
      case 'gone':
        this.#gone(message.path, message.how);
        return;
      case 'step':
        this.#step(message);
        return;
      case 'detail':
        this.#map('details').set(message.path, message);
        return;
      case 'counts':
        for (const crowd of message.crowds) this.#map('crowds').set(crowd.path, crowd);
        this.state = { ...this.state, agentMs: message.t, heardMs: nowMs };
        return;
      case 'gap':
        this.state = { ...this.state, droppedCount: this.state.droppedCount + message.dropped };
    }
  }

  #gone(path: string, how: string): void {
    this.#map('actors').delete(path);
    this.#map('crowds').delete(path);
    this.#map('gone').set(path, how);
  }

  #step(step: Step): void {
    const known = this.state.steps.get(step.path) ?? [];
    if ((known.at(-1)?.seq ?? -1) >= step.seq) return;
    this.#map('steps').set(step.path, [...known.slice(1 - STEPS_MAX), step]);
    const actor = this.state.actors.get(step.path);
    if (actor !== undefined && step.state !== undefined && actor.state !== step.state) {
      this.#map('actors').set(step.path, { ...actor, state: step.state });
    }
  }

  /** The map itself, copied before the first change to it. */
  #map<Name extends 'actors' | 'crowds' | 'steps' | 'details' | 'gone'>(name: Name): MapOf<InspectState[Name]> {
    if (this.state[name] === this.#before[name]) this.state = { ...this.state, [name]: new Map<string, unknown>(this.state[name]) };
    return this.state[name] as unknown as MapOf<InspectState[Name]>;
  }
}

type MapOf<Kept> = Kept extends ReadonlyMap<string, infer Value> ? Map<string, Value> : never;
