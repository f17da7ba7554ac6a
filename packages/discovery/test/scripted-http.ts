import type { HttpClientConfig } from '@limpet/config';
import type { HttpClient, HttpConnection, HttpOutcome, HttpRequest } from '@limpet/http-client';
import type { Clock } from '@limpet/driver';
import { failed, succeeded } from '@limpet/model';
import type { HttpClientOpened } from '../src/ports.ts';

/** How the server behaves: at once or late, with a text, a status, or not at all. */
export interface ScriptedAnswer {
  readonly text?: string;
  readonly status?: number;
  readonly contentType?: string;
  /** Further headers, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly delayMs?: number;
  readonly hangs?: boolean;
  /** The connection fails with these words. */
  readonly error?: string;
}

/** A web server and the clients that speak to it, in memory. */
export class ScriptedHttp {
  readonly answers = new Map<string, ScriptedAnswer>();
  /** What was sent, in order. */
  readonly requests: HttpRequest[] = [];
  /** The last answer with status 200 that arrived, by URL, since the connection was opened: the world's own log. */
  readonly arrived = new Map<string, string>();
  /** Makes opening a client fail with these words. */
  openError: string | undefined;
  /** Opening a client waits for this. */
  openGate: Promise<void> | undefined;
  openCount = 0;
  /** The client blocks that were opened, in order. */
  readonly openedWith: HttpClientConfig[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly open = async (config: HttpClientConfig): Promise<HttpClientOpened> => {
    this.openedWith.push(config);
    await this.openGate;
    if (this.openError !== undefined) return failed({ message: this.openError });
    this.openCount++;
    let isOpen = true;
    const client: HttpClient = {
      connect: (url) => this.#connect(url),
      close: () => {
        if (isOpen) this.openCount--;
        isOpen = false;
      },
    };
    return succeeded(client);
  };

  #connect(url: string): HttpConnection {
    this.arrived.delete(url);
    return { send: (request) => this.#send(request), close: () => this.arrived.delete(url) };
  }

  #send(request: HttpRequest): Promise<HttpOutcome> {
    this.requests.push(request);
    const answer = this.answers.get(request.url) ?? { status: 404 };
    return new Promise((resolve) => {
      const arrive = (): void => {
        if (request.signal.aborted) return;
        if ((answer.status ?? 200) === 200 && answer.error === undefined) this.arrived.set(request.url, answer.text ?? '');
        resolve(outcomeOf(answer));
      };
      const timer = answer.delayMs === undefined ? undefined : this.#clock.setTimeout(arrive, answer.delayMs);
      request.signal.addEventListener('abort', () => {
        if (timer !== undefined) this.#clock.clearTimeout(timer);
        resolve({ ok: false, reason: 'aborted', error: 'aborted' });
      });
      if (timer === undefined && answer.hangs !== true) arrive();
    });
  }
}

function outcomeOf({ text = '', status = 200, contentType = 'application/json', headers, error }: ScriptedAnswer): HttpOutcome {
  if (error !== undefined) return { ok: false, reason: 'connectionRefused', error };
  const body = new TextEncoder().encode(text);
  return { ok: true, status, statusText: 'Scripted', headers: { 'content-type': contentType, ...headers }, body, wireBytes: body.length };
}
