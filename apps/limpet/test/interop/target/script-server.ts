import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Step } from './answer.ts';

/**
 * A server of scripted targets, one a path. Each client gets a path's answers in order from the first one on, and the
 * last one again and again: clients that scrape at different moments still see the same.
 */
export interface ScriptServer extends AsyncDisposable {
  /** Host and port. */
  readonly address: string;
  /** How many requests a client has sent to a path. */
  readonly requestCount: (client: string, path: string) => number;
}

export interface ScriptServerOptions {
  readonly scripts: ReadonlyMap<string, readonly Step[]>;
  /** Names the client by its User-Agent header. */
  readonly clientOf: (userAgent: string) => string;
  readonly baseMs: () => number;
}

export async function startScriptServer({ scripts, clientOf, baseMs }: ScriptServerOptions): Promise<ScriptServer> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://target');
    const script = scripts.get(url.pathname);
    const countKey = `${clientOf(request.headers['user-agent'] ?? '')} ${url.pathname}`;
    const ordinal = counts.get(countKey) ?? 0;
    counts.set(countKey, ordinal + 1);
    const step = script?.[Math.min(ordinal, script.length - 1)] ?? { status: 404 };
    const answer =
      typeof step === 'function' ? step({ url, headers: request.headers, ordinal, baseMs: baseMs(), nowMs: Date.now() }) : step;
    give(answer, request, response);
  });
  server.keepAliveTimeout = 60_000; // longer than any suite: the server never closes an idle connection by itself
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestCount: (client, path) => counts.get(`${client} ${path}`) ?? 0,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function give({ status = 200, headers = {}, body = '', fault }: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (fault === 'hang') return;
  if (fault === 'reset') return void request.socket.destroy();
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    response.writeHead(status, headers);
    for (const chunk of body) response.write(chunk);
    response.end();
    return;
  }
  const bodyBytes = Buffer.byteLength(body);
  if (fault === undefined) return void response.writeHead(status, { ...headers, 'content-length': bodyBytes }).end(body);
  response.writeHead(status, { ...headers, 'content-length': bodyBytes + 1000 });
  response.write(body, () => fault === 'resetInBody' && request.socket.destroy());
}
