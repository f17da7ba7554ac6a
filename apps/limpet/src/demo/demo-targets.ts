import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isFlappingUp, shopExposition, slowAnswerMs } from './demo-exposition.ts';

/** The bundled targets, running. */
export interface DemoTargets {
  readonly address: string;
  close(): Promise<void>;
}

/** Starts the demo's targets on a free port of the loopback interface: two steady ones, one that flaps, one that is slow. */
export function startDemoTargets(): Promise<DemoTargets> {
  const startedAt = Date.now();
  const secondsNow = () => (Date.now() - startedAt) / 1000;
  const server = createServer((request, response) => answer(request, response, secondsNow()));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ address: `127.0.0.1:${port}`, close: () => closed(server) });
    });
  });
}

function answer({ url }: IncomingMessage, response: ServerResponse, seconds: number): void {
  const send = (text: string) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
  switch (url ?? '') {
    case '/steady-a':
      send(shopExposition(seconds, 0));
      return;
    case '/steady-b':
      send(shopExposition(seconds, 0.5));
      return;
    case '/flapping':
      if (isFlappingUp(seconds)) send(shopExposition(seconds, 0.25));
      else response.writeHead(503).end('away for a moment\n');
      return;
    case '/slow':
      setTimeout(() => send(shopExposition(seconds, 0.75)), slowAnswerMs(seconds)).unref();
      return;
    default:
      response.writeHead(404).end();
  }
}

function closed(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
