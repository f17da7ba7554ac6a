import type { RequestUrl } from './request-url.ts';

/** Names that a request no longer carries once a redirect has left the domain of its first host (C-067), lower case. */
export const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'cookie2',
  'proxy-authorization',
  'proxy-authenticate',
  'www-authenticate',
  'x-consul-token',
]);

/** Where a redirect leads and how. */
export interface RedirectStep {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** False where the method became GET: the body stays behind. */
  readonly keepsBody: boolean;
}

/** Whether a status asks for another request; without a `Location` the answer itself is the result. */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/**
 * The request that follows an answer with `Location`. 301, 302 and 303 turn every method into GET, 307 and 308 repeat the
 * request. Returns `undefined` where the location is not a URL. Source: Go 1.25, net/http, redirectBehavior.
 */
export function redirectStep(
  from: { readonly url: string; readonly method: 'GET' | 'POST' },
  status: number,
  location: string,
): RedirectStep | undefined {
  const url = URL.parse(location, from.url);
  if (url === null) return undefined;
  const keepsBody = status === 307 || status === 308;
  return { url: url.href, method: keepsBody ? from.method : 'GET', keepsBody };
}

/** Whether credentials for `first` may be sent to `next`: the same host or one below it; ports do not count (C-067). */
export function isSameDomain(first: Pick<RequestUrl, 'hostname'>, next: Pick<RequestUrl, 'hostname'>): boolean {
  const parent = first.hostname.toLowerCase();
  const host = next.hostname.toLowerCase();
  if (host === parent) return true;
  if (IP_ADDRESS.test(parent) || IP_ADDRESS.test(host)) return false;
  return host.endsWith(`.${parent}`);
}

/** URLs normalise IPv4 to four decimal numbers and put IPv6 in brackets. */
const IP_ADDRESS = /^(?:\d+\.\d+\.\d+\.\d+|\[.*)$/;
