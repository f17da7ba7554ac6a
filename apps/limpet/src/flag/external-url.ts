import { FlagError } from './run-options.ts';

/** Where Limpet is reached from outside, and the prefix of its routes. */
export interface PublicAddress {
  readonly externalUrl: URL;
  /** `''`, or one leading slash and none at the end. */
  readonly routePrefix: string;
}

export interface PublicAddressInput {
  /** `--web.external-url`, `''` where not given. */
  readonly externalUrl: string;
  /** `--web.route-prefix`, `''` where not given. */
  readonly routePrefix: string;
  readonly hostName: string;
  /** Of the first listener. */
  readonly port: number;
}

/** Computes both from the flags. Throws `FlagError`. */
export function publicAddress({ externalUrl, routePrefix, hostName, port }: PublicAddressInput): PublicAddress {
  if (/^["']|["']$/.test(externalUrl)) throw new FlagError(`--web.external-url must not begin or end with quotes`, 2);
  const text = externalUrl === '' ? `http://${hostName}:${port}${normalised(routePrefix)}/` : externalUrl;
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    if (externalUrl === '') throw new FlagError(`--web.listen-address: no URL has this port: ${port}`, 1);
    throw new FlagError(`--web.external-url: not a URL with a scheme: ${text} (${String(cause)})`, 2);
  }
  if (url.host === '') throw new FlagError(`--web.external-url: not a URL with a scheme and a host: ${text}`, 2);
  url.pathname = url.pathname.replace(/\/+$/, '');
  return { externalUrl: url, routePrefix: normalised(routePrefix === '' ? url.pathname : routePrefix) };
}

function normalised(prefix: string): string {
  const bare = prefix.replace(/^\/+|\/+$/g, '');
  return bare === '' ? '' : `/${bare}`;
}
