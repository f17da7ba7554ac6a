/** A request URL taken apart once, for every request to it. */
export interface RequestUrl {
  /** As given. */
  readonly text: string;
  readonly protocol: string;
  /** Host without port; IPv6 in brackets. */
  readonly hostname: string;
  readonly host: string;
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  /** `Basic …` from user and password in the URL, `''` without them. */
  readonly authorization: string;
}

/** Takes a URL apart. Returns `undefined` where it is not an absolute URL. */
export function parseRequestUrl(text: string): RequestUrl | undefined {
  const url = URL.parse(text);
  if (url === null) return undefined;
  return {
    text,
    protocol: url.protocol,
    hostname: url.hostname,
    host: url.host,
    origin: `${url.protocol}//${url.host}`,
    path: `${url.pathname}${url.search}`,
    authorization: authorizationOf(url),
  };
}

/** The value of an `Authorization` or `Proxy-Authorization` header for the user and password in a URL, or `''`. */
export function authorizationOf(url: URL): string {
  if (url.username === '' && url.password === '') return '';
  return basicAuthorization(decoded(url.username), decoded(url.password));
}

/** The value of a header for basic authentication. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** A URL fit for errors and logs: a password in it is masked, as Go's client does. */
export function redactedUrl(text: string): string {
  if (!text.includes('@')) return text;
  const url = URL.parse(text);
  if (url === null) return '<invalid URL>';
  if (url.password !== '') url.password = '***';
  return url.href;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
