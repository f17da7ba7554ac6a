import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A server with every hostile behaviour, one a path. */
export interface HostileServer extends AsyncDisposable {
  readonly address: string;
}

export async function startHostileServer(): Promise<HostileServer> {
  const worker = new Worker(new URL('hostile-server.ts', import.meta.url));
  const [port] = (await once(worker, 'message')) as [number];
  return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => void (await worker.terminate()) };
}
