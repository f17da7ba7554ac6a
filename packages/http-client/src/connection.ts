import type { BodyBudget } from './body-budget.ts';
import type { Credentials } from './credentials.ts';
import { ABORTED, CLOSED, FaultError, requestFailure, wireFault } from './failure.ts';
import type { Fault } from './failure.ts';
import { Exchange } from './exchange.ts';
import type { HttpConnection, HttpOutcome, HttpRequest } from './http-client.ts';
import { REDIRECT_ORIGINS_MAX, REDIRECTS_MAX } from './limits.ts';
import type { DialOptions } from './live-socket.ts';
import type { ProxyChoice } from './proxy-choice.ts';
import { isRedirect, isSameDomain, redirectStep } from './redirect.ts';
import { requestLines, withoutContent, withoutCredentials } from './request-headers.ts';
import type { AddedHeaders, HeaderLines } from './request-headers.ts';
import { parseRequestUrl } from './request-url.ts';
import type { RequestUrl } from './request-url.ts';
import type { TlsStore } from './tls-material.ts';
import { openTransport } from './transport.ts';
import type { Transport, TransportRequest } from './transport.ts';

/** What all connections of one client share. */
export interface ConnectionSettings {
  readonly tls: TlsStore;
  readonly credentials: Credentials;
  readonly proxyFor: ProxyChoice;
  readonly connectHeaders: Readonly<Record<string, string[]>>;
  readonly dial: Omit<DialOptions, 'tls' | 'socketPath'>;
  readonly followRedirects: boolean;
  readonly userAgent: string;
  readonly bodyBudget: BodyBudget;
}

/** One request of a chain of redirects. */
interface Hop extends TransportRequest {
  readonly isStripped: boolean;
}

/** A connection to one peer, and to where its redirects lead. */
export class Connection implements HttpConnection {
  readonly #settings: ConnectionSettings;
  readonly #socketPath: string;
  readonly #onClose: (connection: Connection) => void;
  readonly #transports = new Map<string, Transport>();
  readonly #running = new Set<Exchange>();
  #isClosed = false;
  #url: RequestUrl | undefined;
  #lines:
    | { readonly headers: HttpRequest['headers']; readonly added: AddedHeaders; readonly url: RequestUrl; readonly lines: HeaderLines }
    | undefined;
  #lastBytes = 0;

  constructor(settings: ConnectionSettings, socketPath: string, onClose: (connection: Connection) => void) {
    this.#settings = settings;
    this.#socketPath = socketPath;
    this.#onClose = onClose;
  }

  /** See `HttpConnection.send`. Without files and tokens to ask for it reaches the socket within this call. */
  async send(request: HttpRequest): Promise<HttpOutcome> {
    const url = this.#url?.text === request.url ? this.#url : parseRequestUrl(request.url);
    if (url === undefined) return failure(request, { reason: 'protocol', text: 'invalid URL' });
    this.#url = url;
    const { tls, credentials } = this.#settings;
    let added = credentials.fixed;
    if (added === undefined || tls.isWatched) {
      const prepared = await this.#prepare(request.signal);
      if (!('lines' in prepared)) return failure(request, prepared);
      added = prepared;
    }
    const hop: Hop = { method: request.method, url, lines: this.#linesFor(request, url, added), body: request.body, isStripped: false };
    const outcome = await this.#exchange(hop, request);
    if (!outcome.ok || !isRedirect(outcome.status) || !this.#settings.followRedirects) return outcome;
    return await this.#follow(hop, outcome, request);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const exchange of this.#running) exchange.abort(CLOSED);
    for (const transport of this.#transports.values()) transport.destroy(new FaultError(CLOSED));
    this.#transports.clear();
    this.#onClose(this);
  }

  /** Reads what has to be read for one request: TLS files, secret files, a token. */
  async #prepare(signal: AbortSignal): Promise<AddedHeaders | Fault> {
    try {
      return await unlessAborted(this.#readSettings(signal), signal);
    } catch (error) {
      return wireFault(error);
    }
  }

  async #readSettings(signal: AbortSignal): Promise<AddedHeaders> {
    const { tls, credentials } = this.#settings;
    if (tls.isWatched) {
      const material = await tls.refresh();
      if (!material.ok) throw new FaultError({ reason: 'tls', text: material.error.message });
    }
    return credentials.fixed ?? (await credentials.current(signal));
  }

  #linesFor({ headers }: HttpRequest, url: RequestUrl, added: AddedHeaders): HeaderLines {
    const known = this.#lines;
    if (known?.headers === headers && known.added === added && known.url === url) return known.lines;
    const lines = requestLines(headers, added, { userAgent: this.#settings.userAgent, authorization: url.authorization });
    this.#lines = { headers, added, url, lines };
    return lines;
  }

  async #follow(first: Hop, answer: HttpOutcome, request: HttpRequest): Promise<HttpOutcome> {
    let hop = first;
    let outcome = answer;
    for (let count = 1; outcome.ok && isRedirect(outcome.status); count++) {
      const location = outcome.headers['location'];
      if (typeof location !== 'string' || location === '') return outcome;
      if (count > REDIRECTS_MAX)
        return requestFailure(hop.method, hop.url.text, { reason: 'redirect', text: `stopped after ${REDIRECTS_MAX} redirects` });
      const next = nextHop(first, hop, { status: outcome.status, location });
      if (next === undefined)
        return requestFailure(hop.method, hop.url.text, { reason: 'redirect', text: `failed to parse Location header "${location}"` });
      hop = next;
      outcome = await this.#exchange(hop, request);
    }
    return outcome;
  }

  /** One request and its answer. A kept connection may have been closed by the peer just now: then once more on a new one. */
  async #exchange(hop: Hop, request: HttpRequest): Promise<HttpOutcome> {
    const first = await this.#attempt(hop, request);
    return first.mayRepeat ? (await this.#attempt(hop, request)).outcome : first.outcome;
  }

  #attempt(
    hop: Hop,
    { signal, inflate, bodyLimitBytes, keepsBody = false, stream }: HttpRequest,
  ): Promise<{ readonly outcome: HttpOutcome; readonly mayRepeat: boolean }> {
    const { method, url } = hop;
    const refused = this.#refusal(url, signal);
    if (refused !== undefined) return Promise.resolve({ outcome: requestFailure(method, url.text, refused), mayRepeat: false });
    return new Promise((resolve) => {
      const transport = this.#transportTo(url);
      const budget = this.#settings.bodyBudget;
      const input = { method, url: url.text, inflate, bodyLimitBytes, keepsBody, budget, expectedBytes: this.#lastBytes, stream };
      const exchange = new Exchange(input, transport, (outcome) => {
        signal.removeEventListener('abort', onAbort);
        this.#running.delete(exchange);
        if (outcome.ok && stream === undefined) this.#lastBytes = outcome.wireBytes;
        const isReset = !outcome.ok && outcome.reason === 'connectionReset';
        resolve({ outcome, mayRepeat: isReset && method === 'GET' && exchange.isOnUsedSocket && !exchange.hasAnswer });
      });
      const onAbort = (): void => exchange.abort();
      signal.addEventListener('abort', onAbort);
      this.#running.add(exchange);
      transport.dispatch(hop, exchange);
    });
  }

  #refusal(url: RequestUrl, signal: AbortSignal): Fault | undefined {
    if (this.#isClosed) return CLOSED;
    if (signal.aborted) return ABORTED;
    if (url.protocol === 'http:' || url.protocol === 'https:') return undefined;
    return { reason: 'unsupportedScheme', text: `unsupported protocol scheme "${url.protocol.slice(0, -1)}"` };
  }

  #transportTo(url: RequestUrl): Transport {
    const { tls, dial, connectHeaders, proxyFor } = this.#settings;
    const known = this.#transports.get(url.origin);
    if (known !== undefined) {
      const isCurrent = url.protocol !== 'https:' || known.tlsRevision === tls.current.revision;
      if (!known.isBroken && isCurrent) return known;
      this.#drop(url.origin, known);
    }
    this.#makeRoom();
    const proxy = this.#socketPath === '' ? proxyFor(url) : undefined;
    const opened = openTransport(url, { dial: { ...dial, tls: tls.current, socketPath: this.#socketPath }, proxy, connectHeaders });
    this.#transports.set(url.origin, opened);
    return opened;
  }

  /** Redirects may lead anywhere; only the latest few of their origins stay connected. */
  #makeRoom(): void {
    if (this.#transports.size <= REDIRECT_ORIGINS_MAX) return;
    for (const [origin, transport] of this.#transports) {
      if (origin === this.#url?.origin) continue;
      this.#drop(origin, transport);
      return;
    }
  }

  #drop(origin: string, transport: Transport): void {
    this.#transports.delete(origin);
    transport.destroy(new FaultError(CLOSED));
  }
}

/** The request that a redirect asks for. Once credentials are stripped they stay stripped. */
function nextHop(first: Hop, from: Hop, { status, location }: { readonly status: number; readonly location: string }): Hop | undefined {
  const step = redirectStep({ url: from.url.text, method: from.method }, status, location);
  const url = step === undefined ? undefined : parseRequestUrl(step.url);
  if (step === undefined || url === undefined) return undefined;
  const isStripped = from.isStripped || !isSameDomain(first.url, url);
  let lines = isStripped && !from.isStripped ? withoutCredentials(from.lines) : from.lines;
  if (!step.keepsBody && from.body !== undefined) lines = withoutContent(lines);
  return { method: step.method, url, lines, body: step.keepsBody ? from.body : undefined, isStripped };
}

function failure({ method, url }: HttpRequest, fault: Fault): HttpOutcome {
  return requestFailure(method, url, fault);
}

async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  if (signal.aborted) throw new FaultError(ABORTED);
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(new FaultError(ABORTED));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
