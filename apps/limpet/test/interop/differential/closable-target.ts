import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { freePort } from '../program/free-port.ts';
import { TEXT_TYPE } from '../target/answer.ts';

/** A target whose port can be closed, so that connections are refused, and opened again. */
export interface ClosableTarget extends AsyncDisposable {
  readonly address: string;
  readonly setRefusing: (isRefusing: boolean) => Promise<void>;
}

export async function startClosableTarget(): Promise<ClosableTarget> {
  const port = await freePort();
  let server: Server | undefined;
  const setRefusing = async (isRefusing: boolean): Promise<void> => {
    if (isRefusing && server !== undefined) {
      const closing = server;
      server = undefined;
      closing.close();
      closing.closeAllConnections();
      await once(closing, 'close');
    } else if (!isRefusing && server === undefined) {
      server = createServer((_, response) => response.writeHead(200, { 'content-type': TEXT_TYPE }).end('there 1\n'));
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    }
  };
  await setRefusing(false);
  return { address: `127.0.0.1:${port}`, setRefusing, [Symbol.asyncDispose]: () => setRefusing(true) };
}
