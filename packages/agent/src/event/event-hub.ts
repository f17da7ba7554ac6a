import type { Log } from '@limpet/model';
import type { AgentEventMap, AgentEventOf, AgentEventType, AnyAgentEvent } from './event-map.ts';

type Listener = (event: never) => void;

/** Listeners that one hub takes at most: more is a leak in the embedding program. */
const LISTENER_COUNT_MAX = 1_000;

/** Hands life-cycle events to listeners, at once and in order. A listener that throws is logged, not obeyed. */
export class EventHub {
  readonly #log: Log;
  readonly #wall: () => number;
  readonly #listeners = new Map<AgentEventType | '*', Set<Listener>>();
  #count = 0;

  constructor({ log, wall }: { readonly log: Log; readonly wall: () => number }) {
    this.#log = log;
    this.#wall = wall;
  }

  on<Type extends AgentEventType>(type: Type, listener: (event: AgentEventOf<Type>) => void): () => void {
    return this.#add(type, listener);
  }

  onAny(listener: (event: AnyAgentEvent) => void): () => void {
    return this.#add('*', listener);
  }

  emit<Type extends AgentEventType>(type: Type, content: AgentEventMap[Type]): void {
    if (this.#count === 0) return;
    const event = { type, atMs: this.#wall(), ...content };
    for (const key of [type, '*'] as const) for (const listener of this.#listeners.get(key) ?? []) this.#call(listener, event as never);
  }

  #add(key: AgentEventType | '*', listener: Listener): () => void {
    if (this.#count >= LISTENER_COUNT_MAX) throw new RangeError(`more than ${LISTENER_COUNT_MAX} listeners`);
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    this.#count++;
    return () => {
      if (listeners.delete(listener)) this.#count--;
    };
  }

  #call(listener: Listener, event: never): void {
    try {
      listener(event);
    } catch (error) {
      this.#log.error('a listener threw', { code: 'LIMPET_LISTENER', cause: String(error) });
    }
  }
}
