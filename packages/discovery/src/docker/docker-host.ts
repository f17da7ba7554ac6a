import { redactedUrl } from '@limpet/config';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';

/** How a Docker daemon is reached. */
export interface DockerHost {
  /** What the paths of requests are put behind; no slash at its end. */
  readonly baseUrl: string;
  /** Path of a unix socket; empty = the host of the URL. */
  readonly socketPath: string;
  /** Whether the HTTP client block of the section counts; other transports do not use it (C-160). */
  readonly usesClientBlock: boolean;
}

/** Requests through a socket go to no host; the header `Host` needs one all the same. */
const SOCKET_URL = 'http://localhost';

/** What the `host` of a section means, or that nobody speaks its scheme. */
export function dockerHost(host: string): Result<DockerHost, { readonly message: string }> {
  const [, scheme = '', rest = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/(.*)$/s.exec(host) ?? [];
  const behind = rest.replace(/\/+$/, '');
  switch (rest === '' ? '' : scheme.toLowerCase()) {
    case 'unix':
      return succeeded({ baseUrl: SOCKET_URL, socketPath: rest, usesClientBlock: false });
    case 'tcp':
      return succeeded({ baseUrl: `http://${behind}`, socketPath: '', usesClientBlock: false });
    case 'http':
    case 'https':
      return succeeded({ baseUrl: `${scheme.toLowerCase()}://${behind}`, socketPath: '', usesClientBlock: true });
    default:
      return failed({
        message: `unable to parse docker host ${JSON.stringify(redactedUrl(host))}: it starts with unix, tcp, http or https`,
      });
  }
}
