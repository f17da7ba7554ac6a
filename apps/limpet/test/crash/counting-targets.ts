import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Series of each target besides the one that counts. */
const OTHER_SERIES = ['b', 'c', 'd', 'e', 'f'] as const;

/** One body that was served whole. */
export interface ServedScrape {
  readonly target: number;
  /** 1 for the first body of the target: the value of its series `scrapes`. */
  readonly number: number;
  readonly atMs: number;
}

/** Targets that say in every body which one it is, and note when each was served. */
export interface CountingTargets extends AsyncDisposable {
  readonly address: string;
  readonly served: readonly ServedScrape[];
}

/** `/t/<n>` is target n, six series each. */
export async function startCountingTargets(): Promise<CountingTargets> {
  const counts = new Map<number, number>();
  const served: ServedScrape[] = [];
  const server = createServer((request, response) => {
    const target = Number(/^\/t\/(\d+)$/.exec(request.url ?? '')?.[1]);
    const number = (counts.get(target) ?? 0) + 1;
    counts.set(target, number);
    const lines = [`scrapes ${number}`, ...OTHER_SERIES.map((name) => `${name} ${number + 0.5}`)];
    response.on('finish', () => served.push({ target, number, atMs: Date.now() }));
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(`${lines.join('\n')}\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
