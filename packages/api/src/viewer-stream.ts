import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { SSEStreamingApi } from 'hono/streaming';
import type { ActiveTarget, AnyAgentEvent } from '@limpet/agent';
import { formatTimestamp } from '@limpet/model';
import type { ApiOptions } from './api-options.ts';
import { targetChanges } from './target-feed.ts';
import { activeTarget } from './targets.ts';

/** Viewers at once; more get 503. */
export const VIEWER_COUNT_MAX = 64;
/** Milliseconds between two looks at the targets, while somebody watches. */
const LOOK_INTERVAL_MS = 1_000;
/** Messages that may wait for one slow viewer; beyond that looks are skipped for it until it has caught up. */
const WAITING_COUNT_MAX = 32;

/**
 * `/api/v1/limpet/live`: a stream for the page. `targets` first carries every target, then what changed, once a
 * second; `event` carries life-cycle events as they happen.
 */
export function liveRoutes(options: ApiOptions): Hono {
  const routes = new Hono();
  let viewerCount = 0;
  routes.get('/limpet/live', (context) => {
    if (context.req.method === 'HEAD') return context.body(null, 200); // a stream that nobody reads would never end
    if (viewerCount >= VIEWER_COUNT_MAX) return context.text('too many viewers\n', 503);
    viewerCount++;
    return streamSSE(context, async (stream) => {
      try {
        await new Viewer(options, stream).run();
      } finally {
        viewerCount--;
      }
    });
  });
  return routes;
}

class Viewer {
  readonly #options: ApiOptions;
  readonly #stream: SSEStreamingApi;
  #seen = new Map<string, ActiveTarget>();
  #waitingCount = 0;
  #sequence = 0;

  constructor(options: ApiOptions, stream: SSEStreamingApi) {
    this.#options = options;
    this.#stream = stream;
  }

  /** Ends when the viewer goes away. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      this.#look();
      const stopLooking = this.#options.every(LOOK_INTERVAL_MS, () => this.#look());
      const stopListening = this.#options.agent.onAny((event) => this.#tell(event));
      this.#stream.onAbort(() => {
        stopLooking();
        stopListening();
        resolve();
      });
    });
  }

  #look(): void {
    if (this.#waitingCount >= WAITING_COUNT_MAX) return; // the next look carries what this one would have
    const { active } = this.#options.agent.targets();
    const { upserted, updated, removed } = targetChanges(this.#seen, active);
    if (this.#sequence > 0 && upserted.length + updated.length + removed.length === 0) return;
    this.#seen = new Map(active.map((target) => [target.id, target]));
    this.#send('targets', {
      upserted: upserted.map((target) => activeTarget(this.#options, target)),
      updated: updated.map(outcomeOf),
      removed,
    });
  }

  #tell(event: AnyAgentEvent): void {
    if (this.#waitingCount < WAITING_COUNT_MAX) this.#send('event', event);
  }

  #send(event: string, data: object): void {
    this.#waitingCount++;
    const sent = this.#stream.writeSSE({ event, data: JSON.stringify(data), id: String(++this.#sequence) });
    sent.catch(() => {}).finally(() => this.#waitingCount--);
  }
}

/** The part of a target that changes with every scrape. */
function outcomeOf(target: ActiveTarget): object {
  return {
    id: target.id,
    health: target.health,
    state: target.state,
    lastError: target.lastError,
    lastScrape: formatTimestamp(target.lastScrapeAt),
    lastScrapeDuration: target.lastScrapeDurationMs / 1000,
    lastSamplesScraped: target.lastSamplesScraped,
    lastResponseBytes: target.lastResponseBytes,
    scrapesTotal: target.scrapesTotal,
    scrapesFailed: target.scrapesFailed,
  };
}
