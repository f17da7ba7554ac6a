import type { Agent } from '@limpet/agent';
import { CLOUD_EVENT_MEDIA_TYPE, toCloudEvent } from '@limpet/events';
import type { AnyAgentEvent } from '@limpet/events';
import type { BusMessage, MessageBus } from './message-bus.ts';
import { whenAborted } from './pump.ts';
import type { Pump } from './pump.ts';

/** Events that are published before the first of them is acknowledged, at most. */
const WINDOW = 128;

export interface EventPumpOptions {
  readonly agent: Pick<Agent, 'onAny' | 'eventsSince' | 'lastEventId'>;
  readonly prefix: string;
  /** URI of the agent, as `source` of the CloudEvents. */
  readonly source: string;
  readonly onPublished?: (count: number) => void;
}

/**
 * Publishes the life-cycle events of an agent in order. Keeps no queue of its own: it goes on after the last event that
 * the stream has acknowledged, from those that the agent keeps. What the agent keeps no more is told by `events.missed`.
 */
export class EventPump implements Pump {
  readonly #options: EventPumpOptions;
  #cursor: string;
  #hasNews = false;
  #wake: () => void = () => {};
  readonly #stopListening: () => void;

  constructor(options: EventPumpOptions) {
    this.#options = options;
    this.#cursor = options.agent.lastEventId();
    this.#stopListening = options.agent.onAny(() => {
      this.#hasNews = true;
      this.#wake();
    });
  }

  /** Id of the last event that the stream has. */
  get cursor(): string {
    return this.#cursor;
  }

  async run(bus: MessageBus, signal: AbortSignal): Promise<void> {
    const aborted = whenAborted(signal);
    while (!signal.aborted) {
      this.#hasNews = false;
      await this.drain(bus);
      if (!this.#hasNews) await Promise.race([this.#news(), aborted]);
    }
  }

  /** Publishes what there is now. */
  async drain(bus: MessageBus): Promise<void> {
    const { agent, onPublished } = this.#options;
    const { events, hole } = agent.eventsSince(this.#cursor);
    if (hole !== undefined) await bus.publish(this.#holeMessage(hole, events[0]));
    for (let first = 0; first < events.length; first += WINDOW) {
      const window = events.slice(first, first + WINDOW);
      await Promise.all(window.map((event) => bus.publish(this.#message(event))));
      this.#cursor = window.at(-1)?.eventId ?? this.#cursor;
      onPublished?.(window.length);
    }
  }

  close(): void {
    this.#stopListening();
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #holeMessage(reason: 'tooOld' | 'otherRun', next: AnyAgentEvent | undefined): BusMessage {
    return this.#message({ type: 'events.missed', eventId: `${this.#cursor}-missed`, atMs: next?.atMs ?? 0, reason });
  }

  #message(event: AnyAgentEvent): BusMessage {
    const { prefix, source } = this.#options;
    return {
      subject: `${prefix}.events.${event.type}`,
      payload: new TextEncoder().encode(JSON.stringify(toCloudEvent(event, source))),
      id: event.eventId,
      headers: { 'Content-Type': CLOUD_EVENT_MEDIA_TYPE },
    };
  }
}
