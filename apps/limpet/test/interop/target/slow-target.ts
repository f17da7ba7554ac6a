import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TEXT_TYPE } from './answer.ts';

export interface SlowTarget extends AsyncDisposable {
  readonly address: string;
  /** How many requests have come. */
  readonly requestCount: () => number;
}

/** A target that answers well, but only after a while. */
export async function startSlowTarget(answerAfterMs: number): Promise<SlowTarget> {
  let requestCount = 0;
  const server = createServer((_, response) => {
    requestCount += 1;
    setTimeout(() => response.writeHead(200, { 'content-type': TEXT_TYPE }).end('slow 1\n'), answerAfterMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestCount: () => requestCount,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
