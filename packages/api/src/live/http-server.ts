import { createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, Server as PlainServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Http2SecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Log } from '@limpet/model';
import { clientRefusal } from '../web/client-certificate.ts';
import type { ConnectionGate } from './connection-gate.ts';
import { IdleConnections } from './idle-connections.ts';
import { discardBody, isBodyRead } from './request-limits.ts';
import type { Incoming, Outgoing } from './request-limits.ts';
import type { LoadedWebConfig, WebConfigFile } from './web-config-file.ts';
import { wantsWebSocket } from './web-sockets.ts';
import type { WebSockets } from './web-sockets.ts';

/** Longest time for a TLS handshake, and for the headers of a request where `readTimeoutMs` is longer. */
export const HEADERS_TIMEOUT_MS = 60_000;
/** How often slow requests are looked for, at most and at least. */
const CHECK_INTERVAL_MS = { min: 50, max: 5_000 };

export type AnswerRequest = (incoming: Incoming, outgoing: Outgoing) => void;

/** How one server listens. */
export interface HttpServerOptions {
  readonly readTimeoutMs: number;
  readonly gate: ConnectionGate;
  /** Undefined: plain HTTP. `current` is asked before every handshake. */
  readonly tls: { readonly loaded: LoadedWebConfig; readonly current: WebConfigFile['current'] } | undefined;
  readonly sockets: WebSockets;
  readonly log: Log;
}

type HttpServer = PlainServer | TlsServer | Http2SecureServer;

/** A server with every limit set: connections, headers, bodies, slow and idle clients. Not yet bound. */
export function createHttpServer(answer: AnswerRequest, options: HttpServerOptions): HttpServer {
  const idle = new IdleConnections();
  const server = makeServer(options, (incoming, outgoing) => {
    if (!isBodyRead(incoming) && !discardBody(incoming, outgoing)) return;
    idle.begin(incoming, outgoing);
    answer(incoming, outgoing);
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => options.sockets.upgrade(incoming, socket, head));
  server.setTimeout(options.readTimeoutMs);
  server.on('timeout', (connection: Parameters<IdleConnections['onTimeout']>[0]) => idle.onTimeout(connection));
  gateConnections(server, options);
  return server;
}

function makeServer({ readTimeoutMs, tls }: HttpServerOptions, onRequest: AnswerRequest): HttpServer {
  const headersTimeout = readTimeoutMs === 0 ? HEADERS_TIMEOUT_MS : Math.min(readTimeoutMs, HEADERS_TIMEOUT_MS);
  const limits = {
    requestTimeout: readTimeoutMs,
    headersTimeout,
    keepAliveTimeout: readTimeoutMs,
    shouldUpgradeCallback: wantsWebSocket,
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS.max, Math.max(CHECK_INTERVAL_MS.min, headersTimeout / 4)),
  };
  if (tls?.loaded.tls === undefined) return createPlainServer(limits, onRequest);
  const secure = { ...limits, ...tls.loaded.tls.options, handshakeTimeout: headersTimeout };
  return tls.loaded.config.isHttp2Enabled
    ? createSecureServer({ ...secure, allowHTTP1: true }, onRequest)
    : createTlsServer(secure, onRequest);
}

/** Puts the gate, and before each handshake the newest certificates, in front of what serves a connection. */
function gateConnections(server: HttpServer, { gate, tls, log }: HttpServerOptions): void {
  const serveConnection = server.listeners('connection');
  server.removeAllListeners('connection');
  const certificates = tls === undefined || !('setSecureContext' in server) ? undefined : new Certificates(server, tls, log);
  server.on('connection', (socket: Socket) => {
    gate.admit(socket, () => {
      if (certificates?.refresh() === false) socket.destroy();
      else for (const serve of serveConnection) Reflect.apply(serve, server, [socket]);
    });
  });
}

/** The certificates of a server, and which clients it takes: as the web configuration says at each handshake. */
class Certificates {
  readonly #server: TlsServer | Http2SecureServer;
  readonly #current: WebConfigFile['current'];
  #applied: LoadedWebConfig;

  constructor(server: TlsServer | Http2SecureServer, { loaded, current }: NonNullable<HttpServerOptions['tls']>, log: Log) {
    this.#server = server;
    this.#current = current;
    this.#applied = loaded;
    this.#apply();
    const serveConnection = server.listeners('secureConnection');
    server.removeAllListeners('secureConnection');
    server.on('secureConnection', (socket: TLSSocket) => {
      const refusal = this.#refusal(socket);
      if (refusal === undefined) {
        for (const serve of serveConnection) Reflect.apply(serve, server, [socket]);
        return;
      }
      log.debug('a client was turned away', { code: 'LIMPET_WEB_CLIENT', reason: refusal });
      socket.destroy();
    });
  }

  /** False where there is no usable configuration now: the connection must not be served. */
  refresh(): boolean {
    const outcome = this.#current();
    if (!outcome.ok || outcome.value.tls === undefined) return false;
    if (outcome.value === this.#applied) return true;
    this.#applied = outcome.value;
    this.#server.setSecureContext(outcome.value.tls.options);
    this.#apply();
    return true;
  }

  /** Every client may finish its handshake: who may stay is decided after it. */
  #apply(): void {
    const requestCert = this.#applied.tls?.config.clientAuthType !== 'NoClientCert';
    Object.assign(this.#server, { requestCert, rejectUnauthorized: false });
  }

  #refusal(socket: TLSSocket): string | undefined {
    const { tls } = this.#applied;
    if (tls === undefined) return 'TLS has been switched off';
    const certificate = socket.getPeerX509Certificate();
    return clientRefusal(tls.config, { isVerified: socket.authorized, certificate });
  }
}
