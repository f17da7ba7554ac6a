import type { HttpClientConfig } from '@limpet/config';
import type { Clock } from '@limpet/driver';
import type { HttpClient, HttpFailureReason, HttpOutcome, HttpRequest } from '@limpet/http-client';
import { succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import type { ScenarioAnswer } from './scenario.ts';

/** What answers take where nothing is said, milliseconds. */
const TAKES_MS = 5;
const encoder = new TextEncoder();

/** One request that reached a server, or would have. */
export interface ScenarioRequest {
  readonly url: string;
  /** Monotonic, as the whole scenario. */
  readonly atMs: number;
}

export interface ScriptedServersOptions {
  readonly clock: Clock;
  readonly answers: Readonly<Record<string, ScenarioAnswer>>;
  /** Reads a file of credentials; `undefined` where there is none. */
  readonly readFile: (path: string) => string | undefined;
}

interface Server {
  /** The one that holds is last; those before hold again when its times are over. */
  readonly answers: { readonly answer: ScenarioAnswer; left: number }[];
  requestCount: number;
}

/** Every server of a scenario, and the clients that speak to them, in virtual time. */
export class ScriptedServers {
  readonly requests: ScenarioRequest[] = [];
  readonly #options: ScriptedServersOptions;
  readonly #servers = new Map<string, Server>();

  constructor(options: ScriptedServersOptions) {
    this.#options = options;
    for (const [address, answer] of Object.entries(options.answers)) this.answer(address, answer);
  }

  /** From now on a server answers so. What it is to add to what holds, it says itself by `times`. */
  answer(address: string, answer: ScenarioAnswer): void {
    let server = this.#servers.get(address);
    if (server === undefined) this.#servers.set(address, (server = { answers: [], requestCount: 0 }));
    if (answer.times === undefined) server.answers.length = 0;
    server.answers.push({ answer, left: answer.times ?? Infinity });
  }

  open(config: HttpClientConfig): Promise<Result<HttpClient, Error>> {
    const cuts = new Set<() => void>();
    const client: HttpClient = {
      connect: () => ({ send: (request) => this.#send(request, config, cuts), close: () => {} }),
      close: () => {
        for (const cut of cuts) cut();
      },
    };
    return Promise.resolve(succeeded(client));
  }

  #send(request: HttpRequest, config: HttpClientConfig, cuts: Set<() => void>): Promise<HttpOutcome> {
    const { clock } = this.#options;
    this.requests.push({ url: request.url, atMs: clock.mono() });
    const { answer, outcome } = this.#outcomeOf(request, config);
    const takesMs = answer?.takesMs ?? TAKES_MS;
    return new Promise((resolve) => {
      const end = (ended: HttpOutcome): void => {
        if (timer !== undefined) clock.clearTimeout(timer);
        request.signal.removeEventListener('abort', abort);
        cuts.delete(cut);
        resolve(ended);
      };
      const abort = (): void => end({ ok: false, reason: 'aborted', error: 'context canceled' });
      const cut = (): void => end({ ok: false, reason: 'closed', error: 'the client was closed' });
      const timer = takesMs === 'never' ? undefined : clock.setTimeout(() => end(outcome), takesMs);
      request.signal.addEventListener('abort', abort);
      cuts.add(cut);
    });
  }

  #outcomeOf(request: HttpRequest, config: HttpClientConfig): { readonly answer?: ScenarioAnswer; readonly outcome: HttpOutcome } {
    const url = new URL(request.url);
    const server = this.#serverOf(url);
    if (server === undefined) {
      const error = `Get "${request.url}": dial tcp: lookup ${url.hostname}: no such host`;
      return { outcome: { ok: false, reason: 'hostNotFound', error } };
    }
    server.requestCount++;
    const current = server.answers.at(-1);
    const answer = current?.answer ?? {};
    if (current !== undefined && --current.left === 0) server.answers.pop();
    if (answer.fails !== undefined) {
      const error = `Get "${request.url}": ${answer.fails}`;
      return { answer, outcome: { ok: false, reason: answer.fails as HttpFailureReason, error } };
    }
    if (answer.needs !== undefined && this.#credentials(config) !== answer.needs)
      return { answer, outcome: answered(401, 'Unauthorized', '') };
    const { status = request.method === 'POST' ? 204 : 200, contentType = 'text/plain; version=0.0.4' } = answer;
    const seconds = String(this.#options.clock.mono() / 1000);
    const body = (answer.body ?? '').replaceAll('{{n}}', String(server.requestCount)).replaceAll('{{t}}', seconds);
    if (request.bodyLimitBytes > 0 && body.length >= request.bodyLimitBytes && status === 200) {
      return { answer, outcome: { ok: false, reason: 'bodyLimit', error: 'body size limit exceeded' } };
    }
    return { answer, outcome: answered(status, contentType, body) };
  }

  /** By whole URL, by URL without parameters, by host and port. */
  #serverOf(url: URL): Server | undefined {
    const plain = `${url.protocol}//${url.host}${url.pathname}`;
    return this.#servers.get(url.href) ?? this.#servers.get(plain) ?? this.#servers.get(hostAndPort(url)) ?? this.#servers.get(url.host);
  }

  /** What a client sends to prove itself: a token, or user and password. */
  #credentials({ authentication }: HttpClientConfig): string | undefined {
    const text = (source: { readonly from: string; readonly value?: unknown; readonly path?: string } | undefined): string => {
      if (source === undefined) return '';
      if (source.from === 'file') return (this.#options.readFile(source.path ?? '') ?? '').trim();
      return typeof source.value === 'string' ? source.value : (source.value as { reveal(): string }).reveal();
    };
    if (authentication?.kind === 'basic') return `${text(authentication.username)}:${text(authentication.password)}`;
    return authentication?.kind === 'authorization' ? text(authentication.credentials) : undefined;
  }
}

/** `host:port`, also where the port is the one that the scheme stands for. */
export function hostAndPort(url: URL): string {
  return url.port === '' ? `${url.host}:${url.protocol === 'https:' ? 443 : 80}` : url.host;
}

function answered(status: number, contentType: string, text: string): HttpOutcome {
  const body = encoder.encode(text);
  const statusText = STATUS_TEXTS[status] ?? '';
  return { ok: true, status, statusText, headers: { 'content-type': contentType }, body, wireBytes: body.length };
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
