import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Delivery } from '../interop/sink/delivered-series.ts';
import { readWriteRequest } from '../interop/sink/write-request.ts';

/**
 * What a receiver does with a request. Only `ok` and `storeThenFail` keep what is in it. `refuse` resets connections as they
 * come: a port that nobody listens on would soon be another program's.
 */
export type Behaviour = 'ok' | 'fail' | 'throttle' | 'hang' | 'refuse' | 'dropMidResponse' | 'storeThenFail';

/** A receiver that can be told to fail, and keeps what it took. */
export interface FaultyReceiver extends AsyncDisposable {
  readonly url: string;
  readonly delivery: Delivery;
  /** Requests that were not kept, so far. */
  readonly refusedCount: () => number;
  readonly errors: readonly string[];
  behave(behaviour: Behaviour): void;
}

export async function startFaultyReceiver(): Promise<FaultyReceiver> {
  const delivery = new Delivery();
  const errors: string[] = [];
  let behaviour: Behaviour = 'ok';
  let refusedCount = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    if (behaviour === 'ok' || behaviour === 'storeThenFail') delivery.take(readWriteRequest(body));
    else refusedCount++;
    fail(behaviour, response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      errors.push(String(error));
      response.destroy();
    });
  });
  server.on('connection', (socket) => {
    if (behaviour === 'refuse') socket.resetAndDestroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api/v1/write`,
    delivery,
    errors,
    refusedCount: () => refusedCount,
    behave: (next) => {
      behaviour = next;
      if (next === 'ok' || next === 'refuse') server.closeAllConnections(); // those that hang would wait for their timeout
    },
    [Symbol.asyncDispose]: () => closed(server),
  };
}

function fail(behaviour: Behaviour, response: ServerResponse): void {
  if (behaviour === 'ok') response.writeHead(204).end();
  else if (behaviour === 'fail' || behaviour === 'storeThenFail') response.writeHead(500).end('not now');
  else if (behaviour === 'throttle') response.writeHead(429, { 'retry-after': '1' }).end();
  else if (behaviour === 'dropMidResponse') response.socket?.end('HTTP/1.1 204 No Con');
}

async function closed(server: Server): Promise<void> {
  const isClosed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await isClosed;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
