import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type { HttpClientConfig } from '@limpet/config';
import { BodyBudget, liveHttpEffects, openHttpClient } from '../src/index.ts';
import type { HttpClient, HttpConnection, HttpEffects, HttpOutcome, HttpRequest } from '../src/index.ts';

/** A server on a port of its own, with what it saw. */
export interface LocalServer {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Sockets accepted so far, and those still open. */
  readonly sockets: { accepted: number; open: number };
  readonly close: () => void;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** Starts an HTTP server; `answer` is called when the request has been read to its end. */
export async function serve(answer: (request: SeenRequest, response: ServerResponse) => void, host = '127.0.0.1'): Promise<LocalServer> {
  const requests: SeenRequest[] = [];
  const server = createServer(recordingListener(requests, answer));
  server.keepAliveTimeout = 60_000;
  return await listen(server, requests, { host, scheme: 'http' });
}

/** A listener that reads requests to their end, notes them and then answers. */
export function recordingListener(
  requests: SeenRequest[],
  answer: (request: SeenRequest, response: ServerResponse) => void,
): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request;
      const seen = { method, url, headers, rawHeaders, body: Buffer.concat(chunks).toString() };
      requests.push(seen);
      answer(seen, response);
    });
  };
}

/** Starts any server on a free port or a socket path. */
export async function listen(
  server: Server,
  requests: readonly SeenRequest[],
  { host = '127.0.0.1', scheme, path }: { readonly host?: string; readonly scheme: string; readonly path?: string },
): Promise<LocalServer> {
  const open = new Set<Socket>();
  const sockets = { accepted: 0, open: 0 };
  server.on('connection', (socket) => {
    open.add(socket);
    sockets.accepted++;
    sockets.open++;
    socket.on('error', () => {});
    socket.on('close', () => {
      open.delete(socket);
      sockets.open--;
    });
  });
  if (path === undefined) server.listen(0, host);
  else server.listen(path);
  await once(server, 'listening');
  const port = path === undefined ? (server.address() as AddressInfo).port : 0;
  return {
    port,
    url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    requests,
    sockets,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** Opens a client that must open. */
export async function opened(
  config: Partial<HttpClientConfig> = {},
  effects: Partial<HttpEffects> = {},
  bodyBudget: BodyBudget = new BodyBudget(),
): Promise<HttpClient> {
  const client = await openHttpClient(
    { ...HTTP_CLIENT_DEFAULTS, ...config },
    { effects: { ...liveHttpEffects, environment: {}, ...effects }, userAgent: 'Limpet/test', bodyBudget },
  );
  if (!client.ok) throw client.error;
  return client.value;
}

/** Sends a GET unless told otherwise. */
export function send(connection: HttpConnection, request: Partial<HttpRequest> & { readonly url: string }): Promise<HttpOutcome> {
  return connection.send({
    method: 'GET',
    headers: {},
    signal: new AbortController().signal,
    inflate: true,
    bodyLimitBytes: 0,
    ...request,
  });
}

/** Opens a client for one request. */
export async function sendOnce(
  config: Partial<HttpClientConfig>,
  request: Partial<HttpRequest> & { readonly url: string },
  effects: Partial<HttpEffects> = {},
): Promise<HttpOutcome> {
  const client = await opened(config, effects);
  try {
    return await send(client.connect(request.url), request);
  } finally {
    client.close();
  }
}

/** The body as text, or what went wrong. */
export function textOf(outcome: HttpOutcome): string {
  return outcome.ok ? Buffer.from(outcome.body).toString() : `${outcome.reason}: ${outcome.error}`;
}

/** Waits until a claim about the servers holds: sockets end in their own time. */
export async function eventually(claim: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !claim(); turn++) await new Promise((resolve) => setImmediate(resolve));
  if (!claim()) throw new Error('a claim did not come true');
}
