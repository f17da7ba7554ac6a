import type { ConsulDiscoveryConfig } from '@limpet/config';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';

/** How a Consul agent is reached. */
export interface ConsulServer {
  /** What the paths of requests are put behind; no slash at its end. */
  readonly baseUrl: string;
  /** Path of a unix socket; empty = the host of the URL. */
  readonly socketPath: string;
}

/** Requests through a socket go to no host; the header `Host` needs one all the same. */
const SOCKET_HOST = 'localhost';

/**
 * What `server`, `scheme` and `path_prefix` mean together: a scheme in front of the server may ask for TLS and never takes
 * it back, and a path behind it takes the place of the prefix. Source: Consul 1.22, api, NewClient.
 */
export function consulServer({
  server,
  scheme,
  pathPrefix,
}: Pick<ConsulDiscoveryConfig, 'server' | 'scheme' | 'pathPrefix'>): Result<ConsulServer, { readonly message: string }> {
  const [, named, rest = server] = /^(.*?):\/\/(.*)$/s.exec(server.trim()) ?? [undefined, undefined, server.trim()];
  if (named === 'unix') return succeeded({ baseUrl: `http://${SOCKET_HOST}${prefixOf(pathPrefix)}`, socketPath: rest });
  if (named !== undefined && named !== 'http' && named !== 'https') {
    return failed({ message: `Unknown protocol scheme: ${JSON.stringify(named)}` });
  }
  const slash = named === undefined ? -1 : rest.indexOf('/');
  const host = slash < 0 ? rest : rest.slice(0, slash);
  const prefix = slash < 0 ? pathPrefix : rest.slice(slash);
  return succeeded({ baseUrl: `${named === 'https' ? 'https' : scheme}://${host}${prefixOf(prefix)}`, socketPath: '' });
}

function prefixOf(path: string): string {
  const bare = path.replace(/^\/+|\/+$/g, '');
  return bare === '' ? '' : `/${bare}`;
}
