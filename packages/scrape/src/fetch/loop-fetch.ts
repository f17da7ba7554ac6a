import type { HttpClient, HttpConnection } from '@limpet/http-client';
import type { Target } from '../target/target.ts';
import { scrapeHeaders } from './scrape-headers.ts';
import type { HeaderConfig } from './scrape-headers.ts';

/** What the fetch port needs of a loop's entry; it keeps the connection there for whoever wants to see it. */
export interface FetchTarget {
  readonly target: Pick<Target, 'url' | 'socketPath'>;
  connection: HttpConnection | undefined;
}

/**
 * One fetch of a loop, from the queue to its answer.
 *
 *   queued ──slot──▶ running ──request ended──▶ answered;   any ──cancelFetch──▶ cancelled
 */
export interface Fetch {
  readonly job: string;
  readonly seq: number;
  readonly timeoutMs: number;
  /** Monotonic. */
  readonly queuedAtMs: number;
  /** The loop knows of its slot: it is told of the answer only. */
  readonly hasSlot: boolean;
  phase: 'queued' | 'running' | 'answered' | 'cancelled';
  /** Takes it out of the queue; undefined where it did not have to wait. */
  readonly waiting: AbortController | undefined;
  /** Gives the slot back, while running. */
  free: (() => void) | undefined;
  /** The body that was stored for the append, 0 = none. */
  handle: number;
}

/** What the fetch port keeps of a loop between its scrapes: a connection, and headers that need not be made again. */
export class LoopFetch {
  readonly loopId: string;
  fetch: Fetch | undefined;
  #controller = new AbortController();
  #connection: HttpConnection | undefined;
  #client: HttpClient | undefined;
  #url = '';
  #socketPath = '';
  #headers: Readonly<Record<string, string>> = {};
  #headersFor: { readonly config: HeaderConfig; readonly timeoutMs: number } | undefined;

  constructor(loopId: string) {
    this.loopId = loopId;
  }

  /** For the request that runs; a loop has one at a time, so scrapes share it until one is aborted. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller.abort();
    this.#controller = new AbortController();
  }

  /** The connection to the target, a new one if the target or the client of its job is another than before. */
  connectionFor(entry: FetchTarget, client: HttpClient): HttpConnection {
    const { url, socketPath } = entry.target;
    if (this.#connection !== undefined && this.#client === client && this.#url === url && this.#socketPath === socketPath) {
      return this.#connection;
    }
    this.#connection?.close();
    const connection = client.connect(url, socketPath === '' ? {} : { socketPath });
    this.#connection = connection;
    this.#client = client;
    this.#url = url;
    this.#socketPath = socketPath;
    entry.connection = connection;
    return connection;
  }

  headersFor(config: HeaderConfig, timeoutMs: number, userAgent: string): Readonly<Record<string, string>> {
    const known = this.#headersFor;
    if (known?.config === config && known.timeoutMs === timeoutMs) return this.#headers;
    this.#headers = scrapeHeaders(config, { userAgent, timeoutMs });
    this.#headersFor = { config, timeoutMs };
    return this.#headers;
  }

  /** Closes the connection. */
  close(entry: FetchTarget | undefined): void {
    this.#connection?.close();
    if (entry !== undefined && entry.connection === this.#connection) entry.connection = undefined;
    this.#connection = undefined;
  }
}
