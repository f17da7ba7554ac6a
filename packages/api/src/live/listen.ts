import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { AddressInfo, Server } from 'node:net';

/** Where and how to listen. */
export interface ListenOptions {
  /** `host:port`, `:port`, `[::1]:port`; port 0 takes a free one. */
  readonly addresses: readonly string[];
  /** Longest time to read one request, milliseconds. */
  readonly readTimeoutMs: number;
  /** Connections over all listeners. */
  readonly maxConnections: number;
}

/** The listeners, bound. */
export interface Listener {
  /** `host:port` as bound, in the order of the addresses. */
  readonly addresses: readonly string[];
  /** Refuses new connections and ends those that are open. */
  close(): Promise<void>;
}

/** Binds every address or none; rejects with the system's error where one cannot be had. */
export async function listen(api: Hono, { addresses, readTimeoutMs, maxConnections }: ListenOptions): Promise<Listener> {
  const servers: Server[] = [];
  const close = async () => void (await Promise.all(servers.map(closed)));
  try {
    for (const address of addresses) {
      const server = createAdaptorServer({
        fetch: api.fetch,
        serverOptions: { requestTimeout: readTimeoutMs, keepAliveTimeout: readTimeoutMs },
      }) as Server;
      server.maxConnections = Math.max(1, Math.floor(maxConnections / addresses.length));
      servers.push(server);
      await bound(server, address);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { addresses: servers.map(addressOf), close };
}

/** Splits `host:port`; an empty host means every interface. */
export function splitAddress(address: string): { readonly host: string | undefined; readonly port: number } {
  const parts = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(address);
  if (parts === null) throw new Error(`not an address: ${address}`);
  const host = parts[1] ?? parts[2] ?? '';
  return { host: host === '' ? undefined : host, port: Number(parts[3]) };
}

function bound(server: Server, address: string): Promise<void> {
  const { host, port } = splitAddress(address);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function addressOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

function closed(server: Server): Promise<void> {
  if ('closeAllConnections' in server) (server as Server & { closeAllConnections(): void }).closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
