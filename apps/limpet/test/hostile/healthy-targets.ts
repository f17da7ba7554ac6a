import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Targets that answer at once, one a path, and note when they were asked. */
export interface HealthyTargets extends AsyncDisposable {
  readonly address: string;
  /** Wall milliseconds of every request to a path. */
  readonly requestsOf: (path: string) => readonly number[];
}

export async function startHealthyTargets(): Promise<HealthyTargets> {
  const requests = new Map<string, number[]>();
  const body = Array.from({ length: 5 }, (_, index) => `healthy{series="${index}"} ${index}\n`).join('');
  const server = createServer(({ url = '' }, response) => {
    const seen = requests.get(url);
    if (seen === undefined) requests.set(url, [Date.now()]);
    else seen.push(Date.now());
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(body);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestsOf: (path) => requests.get(path) ?? [],
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
