import { Hono } from 'hono';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { SSEStreamingApi } from 'hono/streaming';
import { asyncApiDocument, EVENT_CATALOGUE, toCloudEvent } from '@limpet/events';
import type { AgentEventType, AnyAgentEvent } from '@limpet/events';
import type { ApiOptions } from './api-options.ts';
import { failure } from './envelope.ts';

/** Readers at once; more get 503. */
export const EVENT_READER_COUNT_MAX = 64;
/** Events that may wait for one slow reader; of more it misses those that come, and is told how many. */
export const WAITING_EVENT_COUNT_MAX = 1_000;
/** Milliseconds between two comments on a quiet stream, so that proxies keep it open and a dead reader is noticed. */
const HEARTBEAT_MS = 15_000;

/** Under our own prefix, and under the short name that the events have outside. */
const PATHS = ['/limpet/events', '/events'] as const;

/** Which events a reader wants. */
interface EventFilter {
  readonly types: ReadonlySet<AgentEventType> | undefined;
  readonly pool: string | undefined;
}

/**
 * `/api/v1/limpet/events`, also `/api/v1/events`: life-cycle events as CloudEvents over server-sent events, from now on or, with `Last-Event-ID`, from
 * after that event. `type=` (may be repeated) and `pool=` narrow it down. `/api/v1/limpet/events/asyncapi.json` describes them.
 */
export function eventRoutes(options: ApiOptions): Hono {
  const routes = new Hono();
  let readerCount = 0;
  for (const path of PATHS)
    routes.get(`${path}/asyncapi.json`, (context) => context.json(asyncApiDocument({ version: options.build.version })));
  const stream = (context: Context): Response => {
    const types = context.req.queries('type') ?? [];
    const unknown = types.find((type) => !Object.hasOwn(EVENT_CATALOGUE, type));
    if (unknown !== undefined) return failure(context, 'bad_data', `there is no event type ${JSON.stringify(unknown)}`);
    if (context.req.method === 'HEAD') return context.body(null, 200); // a stream that nobody reads would never end
    if (readerCount >= EVENT_READER_COUNT_MAX) return context.text('too many readers\n', 503);
    readerCount++;
    const filter = { types: types.length === 0 ? undefined : new Set(types as AgentEventType[]), pool: context.req.query('pool') };
    const after = context.req.header('last-event-id') ?? context.req.query('last_event_id');
    return streamSSE(context, async (stream) => {
      try {
        await new EventReader(options, stream, filter).run(after);
      } finally {
        readerCount--;
      }
    });
  };
  for (const path of PATHS) routes.get(path, stream);
  return routes;
}

class EventReader {
  readonly #options: ApiOptions;
  readonly #stream: SSEStreamingApi;
  readonly #filter: EventFilter;
  #waitingCount = 0;
  #missedCount = 0;

  constructor(options: ApiOptions, stream: SSEStreamingApi, filter: EventFilter) {
    this.#options = options;
    this.#stream = stream;
    this.#filter = filter;
  }

  /** Ends when the reader goes away. */
  run(after: string | undefined): Promise<void> {
    const { agent } = this.#options;
    return new Promise((resolve) => {
      if (after !== undefined) this.#catchUp(after);
      const stopListening = agent.onAny((event) => this.#tell(event));
      const stopBeating = this.#options.every(HEARTBEAT_MS, () => this.#write(': \n\n'));
      this.#write(': connected\n\n');
      this.#stream.onAbort(() => {
        stopListening();
        stopBeating();
        resolve();
      });
    });
  }

  #catchUp(after: string): void {
    const { events, hole } = this.#options.agent.eventsSince(after);
    if (hole !== undefined) this.#send(this.#missed(hole));
    for (const event of events) this.#tell(event);
  }

  #tell(event: AnyAgentEvent): void {
    if (!isWanted(event, this.#filter)) return;
    if (this.#waitingCount >= WAITING_EVENT_COUNT_MAX) {
      this.#missedCount++;
      return;
    }
    if (this.#missedCount > 0) {
      this.#send(this.#missed('slowReader', this.#missedCount));
      this.#missedCount = 0;
    }
    this.#send(event);
  }

  /** An event for this reader alone: it has no number of its own, so coming back does not ask for what follows it. */
  #missed(reason: 'slowReader' | 'tooOld' | 'otherRun', count?: number): AnyAgentEvent {
    const { agent, wall } = this.#options;
    return { type: 'events.missed', eventId: `${agent.lastEventId()}-missed`, atMs: wall(), reason, ...(count !== undefined && { count }) };
  }

  #send(event: AnyAgentEvent): void {
    const cloudEvent = toCloudEvent(event, this.#options.externalUrl.href);
    const id = event.type === 'events.missed' ? '' : `id: ${cloudEvent.id}\n`;
    this.#write(`${id}event: ${event.type}\ndata: ${JSON.stringify(cloudEvent)}\n\n`);
  }

  #write(text: string): void {
    this.#waitingCount++;
    const sent = this.#stream.write(text);
    sent.catch(() => {}).finally(() => this.#waitingCount--);
  }
}

function isWanted(event: AnyAgentEvent, { types, pool }: EventFilter): boolean {
  if (types !== undefined && !types.has(event.type)) return false;
  return pool === undefined || ('pool' in event && event.pool === pool) || ('job' in event && event.job === pool);
}
