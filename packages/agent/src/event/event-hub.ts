import { EventLog } from '@limpet/events';
import type { AgentEventMap, AgentEventOf, AgentEventType, AnyAgentEvent, EventsSince } from '@limpet/events';
import type { Log } from '@limpet/model';

type Listener = (event: never) => void;

/** Listeners that one hub takes at most: more is a leak in the embedding program. */
const LISTENER_COUNT_MAX = 1_000;

/**
 * Hands life-cycle events to listeners, at once and in order, and keeps the newest for readers that come back. A listener
 * that throws is logged, not obeyed. An event that is told from within a listener comes after the one being told.
 */
export class EventHub {
  readonly #log: Log;
  readonly #wall: () => number;
  readonly #kept: EventLog;
  readonly #listeners = new Map<AgentEventType | '*', Set<Listener>>();
  readonly #waiting: AnyAgentEvent[] = [];
  #isTelling = false;
  #listenerCount = 0;

  constructor({ log, wall }: { readonly log: Log; readonly wall: () => number }) {
    this.#log = log;
    this.#wall = wall;
    this.#kept = new EventLog({ run: Math.max(Math.trunc(wall()), 0).toString(36) });
  }

  on<Type extends AgentEventType>(type: Type, listener: (event: AgentEventOf<Type>) => void): () => void {
    return this.#add(type, listener);
  }

  onAny(listener: (event: AnyAgentEvent) => void): () => void {
    return this.#add('*', listener);
  }

  emit<Type extends AgentEventType>(type: Type, content: AgentEventMap[Type]): void {
    const event = { type, eventId: this.#kept.nextId(), atMs: this.#wall(), ...content } as unknown as AnyAgentEvent;
    this.#kept.add(event);
    if (this.#listenerCount === 0) return;
    this.#waiting.push(event);
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#tell(next);
    this.#isTelling = false;
  }

  /** Events after the one of this id, as far as they are kept. */
  since(id: string): EventsSince {
    return this.#kept.since(id);
  }

  lastId(): string {
    return this.#kept.lastId();
  }

  #tell(event: AnyAgentEvent): void {
    for (const key of [event.type, '*'] as const) {
      for (const listener of this.#listeners.get(key) ?? []) this.#call(listener, event as never);
    }
  }

  #add(key: AgentEventType | '*', listener: Listener): () => void {
    if (this.#listenerCount >= LISTENER_COUNT_MAX) throw new RangeError(`more than ${LISTENER_COUNT_MAX} listeners`);
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    this.#listenerCount++;
    return () => {
      if (listeners.delete(listener)) this.#listenerCount--;
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
