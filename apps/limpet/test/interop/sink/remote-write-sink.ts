import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Delivery } from './delivered-series.ts';
import { readWriteRequest } from './write-request.ts';

/** A remote-write receiver that keeps everything. */
export interface RemoteWriteSink extends AsyncDisposable {
  readonly url: string;
  readonly delivery: Delivery;
  readonly requestCount: () => number;
  /** The headers of the first request. */
  readonly firstHeaders: () => IncomingHttpHeaders;
  /** What went wrong while reading requests: a body that cannot be decoded, for example. */
  readonly errors: readonly string[];
}

export async function startSink(): Promise<RemoteWriteSink> {
  const delivery = new Delivery();
  const errors: string[] = [];
  let requestCount = 0;
  let firstHeaders: IncomingHttpHeaders = {};
  const server = createServer((request, response) => {
    if (requestCount === 0) firstHeaders = request.headers;
    requestCount += 1;
    void readBody(request)
      .then((body) => delivery.take(readWriteRequest(body)))
      .catch((error: unknown) => errors.push(String(error)))
      .finally(() => response.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/write`,
    delivery,
    errors,
    requestCount: () => requestCount,
    firstHeaders: () => firstHeaders,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
