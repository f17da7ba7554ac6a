import { Client, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import { Dialler } from './live-socket.ts';
import type { DialOptions } from './live-socket.ts';
import { HEADERS_BYTES_MAX, KEEP_ALIVE_MS, KEEP_ALIVE_MS_MAX } from './limits.ts';
import { authorizationOf } from './request-url.ts';
import type { RequestUrl } from './request-url.ts';
import type { HeaderLines } from './request-headers.ts';

/** The way to one origin: direct, through a forwarding proxy, or through a tunnel. */
export interface Transport {
  /** The revision of the TLS material that it was made with. */
  readonly tlsRevision: number;
  /** True once it can carry no further request. */
  readonly isBroken: boolean;
  /** Sends a request; undici tells `handler` of everything. Never throws. */
  dispatch(request: TransportRequest, handler: Dispatcher.DispatchHandler): void;
  /** A request goes on the wire. Returns whether its socket has carried one before. */
  requestStarted(): boolean;
  /** The head of an answer is complete: bodies may be views of the shared read buffer. */
  headCompleted(): void;
  /** A request of `dispatch` has ended, well or not. */
  requestEnded(): void;
  /** A request that has not reached a socket is given up; the socket being opened only for it is closed. */
  abandon(error: Error): void;
  /** Ends all sockets; requests fail with `error`. */
  destroy(error: Error): void;
}

export interface TransportRequest {
  readonly method: 'GET' | 'POST';
  readonly url: RequestUrl;
  readonly lines: HeaderLines;
  readonly body: Uint8Array | undefined;
}

export interface TransportOptions {
  readonly dial: DialOptions;
  readonly proxy: URL | undefined;
  /** Headers of CONNECT requests. */
  readonly connectHeaders: Readonly<Record<string, string[]>>;
}

/** Opens the way to the origin of `url`. No socket is opened before the first request. */
export function openTransport(url: RequestUrl, options: TransportOptions): Transport {
  const { proxy, dial } = options;
  if (proxy === undefined) return new DirectTransport(url.origin, dial);
  if (url.protocol === 'http:' && !proxy.protocol.startsWith('socks'))
    return new DirectTransport(proxyOrigin(proxy), { ...dial, offersHttp2: false }, authorizationOf(proxy));
  return new TunnelTransport(options, proxy);
}

/** One undici `Client`: `Pool` costs four times the memory, and a target needs one connection. */
class DirectTransport implements Transport {
  readonly tlsRevision: number;
  readonly isBroken = false;
  readonly #client: Client;
  readonly #dialler: Dialler;
  /** `Proxy-Authorization` where requests are handed to a proxy, `''` for a proxy without, undefined for none. */
  readonly #proxyAuthorization: string | undefined;
  #pendingCount = 0;
  #isSocketUsed = false;

  constructor(origin: string, dial: DialOptions, proxyAuthorization?: string) {
    this.tlsRevision = dial.tls.revision;
    this.#proxyAuthorization = proxyAuthorization;
    this.#dialler = new Dialler(dial);
    this.#client = new Client(origin, {
      ...CLIENT_OPTIONS,
      allowH2: dial.offersHttp2,
      connect: (target, callback) => {
        this.#isSocketUsed = false;
        this.#dialler.connect(target, callback);
      },
    });
  }

  dispatch({ method, url, lines, body }: TransportRequest, handler: Dispatcher.DispatchHandler): void {
    this.#pendingCount++;
    const isForwarded = this.#proxyAuthorization !== undefined;
    const forwarded = isForwarded ? ['Host', url.host] : [];
    if (this.#proxyAuthorization) forwarded.push('Proxy-Authorization', this.#proxyAuthorization);
    this.#client.dispatch(
      {
        method,
        path: isForwarded ? `${url.origin}${url.path}` : url.path,
        headers: (isForwarded ? [...lines, ...forwarded] : lines) as string[],
        ...(body === undefined ? {} : { body }),
      },
      handler,
    );
  }

  requestStarted(): boolean {
    const isUsed = this.#isSocketUsed;
    this.#isSocketUsed = true;
    this.#dialler.copiesReads = true;
    return isUsed;
  }

  headCompleted(): void {
    this.#dialler.copiesReads = false;
  }

  requestEnded(): void {
    this.#pendingCount--;
    this.#dialler.copiesReads = true;
  }

  abandon(error: Error): void {
    if (this.#pendingCount <= 1) this.#dialler.cancelOpening(error);
  }

  destroy(error: Error): void {
    void this.#client.destroy(error);
    this.#dialler.destroy(error);
  }
}

/** A CONNECT tunnel or a SOCKS proxy, by undici's `ProxyAgent`. */
class TunnelTransport implements Transport {
  readonly tlsRevision: number;
  isBroken = false;
  readonly #agent: ProxyAgent;
  readonly #dialler: Dialler;

  constructor({ dial, connectHeaders }: TransportOptions, proxy: URL) {
    this.tlsRevision = dial.tls.revision;
    this.#dialler = new Dialler({ ...dial, offersHttp2: false });
    this.#agent = new ProxyAgent({
      ...CLIENT_OPTIONS,
      uri: proxy.protocol === 'socks5h:' ? proxy.href.replace('socks5h:', 'socks5:') : proxy.href,
      headers: { ...connectHeaders },
      requestTls: {
        secureContext: dial.tls.secureContext(),
        rejectUnauthorized: !dial.insecureSkipVerify,
        ...(dial.serverName === '' ? {} : { servername: dial.serverName }),
      },
      clientFactory: (origin) => new Client(origin, { ...CLIENT_OPTIONS, allowH2: false, connect: this.#dialler.connect }),
      factory: (origin, options) => new Client(origin, { ...(options as Client.Options), ...CLIENT_OPTIONS, allowH2: dial.offersHttp2 }),
    });
  }

  dispatch({ method, url, lines, body }: TransportRequest, handler: Dispatcher.DispatchHandler): void {
    try {
      this.#agent.dispatch(
        { origin: url.origin, method, path: url.path, headers: headerObject(lines), ...(body === undefined ? {} : { body }) },
        handler,
      );
    } catch (error) {
      handler.onResponseError?.(undefined as never, error as Error);
    }
  }

  requestStarted(): boolean {
    return false;
  }

  headCompleted(): void {}

  requestEnded(): void {}

  abandon(error: Error): void {
    this.destroy(error);
  }

  destroy(error: Error): void {
    this.isBroken = true;
    void this.#agent.destroy(error);
    this.#dialler.destroy(error);
  }
}

/** Timeouts of undici are off: they are coarse, and every request carries its own signal. */
const CLIENT_OPTIONS = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  keepAliveMaxTimeout: KEEP_ALIVE_MS_MAX,
  headersTimeout: 0,
  bodyTimeout: 0,
  connectTimeout: 0,
  pipelining: 1,
  maxHeaderSize: HEADERS_BYTES_MAX,
} as const;

function proxyOrigin(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

/** Lines as the object that a proxy agent takes; repeated names become lists. */
function headerObject(lines: HeaderLines): Record<string, string | string[]> {
  const headers = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (let index = 0; index < lines.length; index += 2) {
    const name = lines[index] ?? '';
    const value = lines[index + 1] ?? '';
    const known = headers.get(name.toLowerCase());
    if (known === undefined) headers.set(name.toLowerCase(), { name, values: [value] });
    else known.values.push(value);
  }
  return Object.fromEntries([...headers.values()].map(({ name, values }) => [name, values.length === 1 ? (values[0] ?? '') : values]));
}
