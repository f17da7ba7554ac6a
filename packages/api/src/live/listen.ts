import { randomBytes } from 'node:crypto';
import { createServer as createSocketServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Log } from '@limpet/model';
import { PasswordCheck } from '../web/basic-auth.ts';
import { guarded } from '../web/web-guard.ts';
import type { Fetch } from '../web/web-guard.ts';
import { BcryptThread } from './bcrypt-thread.ts';
import { ConnectionGate } from './connection-gate.ts';
import { createHttpServer } from './http-server.ts';
import type { AnswerRequest } from './http-server.ts';
import { meter } from './request-limits.ts';
import { reportedOnce } from './reported-once.ts';
import { WebConfigFile } from './web-config-file.ts';
import { WebSockets } from './web-sockets.ts';

/** What answers requests: a hono application. */
export interface ServedApi {
  readonly fetch: Fetch;
}

/** Where and how to listen. */
export interface ListenOptions {
  /** `host:port`, `:port`, `[::1]:port`; port 0 takes a free one. */
  readonly addresses: readonly string[];
  /** Longest time to read one request and to keep an idle connection, milliseconds; 0 = for ever. */
  readonly readTimeoutMs: number;
  /** Connections over all listeners; further ones wait. */
  readonly maxConnections: number;
  /** Web configuration file: TLS, users, headers. Without it everybody is served in plain HTTP. */
  readonly webConfigFile?: string | undefined;
  readonly log: Log;
}

/** The listeners, bound. */
export interface Listener {
  /** `host:port` as bound, in the order of the addresses. */
  readonly addresses: readonly string[];
  /** Whether they speak TLS. */
  readonly isTls: boolean;
  /** Refuses new connections and ends those that are open. */
  close(): Promise<void>;
}

/**
 * Binds every address or none; rejects with the system's error where one cannot be had. Then the web configuration must
 * be good: rejects with its `ConfigErrors` or `WebConfigError`, and nothing has been served.
 */
export async function listen(api: ServedApi, options: ListenOptions): Promise<Listener> {
  const { addresses, readTimeoutMs, maxConnections, webConfigFile, log } = options;
  const file = webConfigFile === undefined ? undefined : new WebConfigFile(webConfigFile);
  const current = file === undefined ? undefined : reportedOnce(() => file.current(), log);
  const loaded = file?.current();
  const gate = new ConnectionGate(maxConnections);
  const bcrypt = new BcryptThread();
  const fetch: Fetch = current === undefined ? (request, env) => api.fetch(request, env) : guardedFetch(api, { current, bcrypt, log });
  const answer = answerWith(fetch);
  const sockets = new WebSockets(fetch);
  const servers: Server[] = [];
  const close = async () => {
    gate.close();
    await Promise.all([...servers.map(closed), bcrypt.close()]);
  };
  try {
    for (const address of addresses) {
      const isBad = loaded?.ok === false;
      const tls =
        loaded?.ok === true && current !== undefined && loaded.value.tls !== undefined ? { loaded: loaded.value, current } : undefined;
      const server = isBad
        ? createSocketServer((socket) => socket.destroy())
        : createHttpServer(answer, { readTimeoutMs, gate, tls, sockets, log });
      servers.push(server);
      await bound(server, address);
    }
    if (loaded?.ok === false) throw loaded.error;
  } catch (error) {
    await close();
    throw error;
  }
  return { addresses: servers.map(addressOf), isTls: loaded?.ok === true && loaded.value.tls !== undefined, close };
}

interface Guarding {
  readonly current: WebConfigFile['current'];
  readonly bcrypt: BcryptThread;
  readonly log: Log;
}

function guardedFetch(api: ServedApi, { current, bcrypt, log }: Guarding): Fetch {
  const passwords = new PasswordCheck({ compare: (password, hash) => bcrypt.compare(password, hash), digestKey: randomBytes(32) });
  return guarded((request, env) => api.fetch(request, env), {
    current: () => {
      const outcome = current();
      return outcome.ok ? { ok: true, value: outcome.value.config } : outcome;
    },
    passwords,
    mono: () => performance.now(),
    log,
  });
}

function answerWith(fetch: Fetch): AnswerRequest {
  const listener = getRequestListener((request, env) => {
    const { remoteAddress = '' } = env.incoming.socket;
    return fetch(request, { ...env, whenSent: meter(env.outgoing), peerAddress: remoteAddress });
  });
  return (incoming, outgoing) => void listener(incoming, outgoing);
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
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
