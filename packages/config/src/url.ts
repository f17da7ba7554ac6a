/** The parts of a URL that the configuration asks about. */
interface UrlParts {
  /** In lower case, without the colon; empty for a relative URL. */
  readonly scheme: string;
  /** Host and port as written; empty where there are none. */
  readonly host: string;
}

export type UrlReading = { readonly ok: true; readonly parts: UrlParts } | { readonly ok: false; readonly reason: string };

const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*:/;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;

/**
 * Whether a text is a URL, absolute or relative, in the reading of Go's net/url, which takes more than the URL of the web.
 * A reason never quotes the text: it may hold a password.
 */
export function readUrl(text: string): UrlReading {
  if (hasControlCharacter(text)) return refused('invalid control character in URL');
  if (text.startsWith(':')) return refused('missing protocol scheme');
  const [withoutFragment, fragment] = splitOnce(text, '#');
  const scheme = SCHEME.exec(withoutFragment)?.[0] ?? '';
  const [rest] = splitOnce(withoutFragment.slice(scheme.length), '?');
  if (scheme !== '' && !rest.startsWith('/')) return { ok: true, parts: { scheme: lowered(scheme), host: '' } };
  if (scheme === '' && /^[^/]*:/.test(rest)) return refused('first path segment in URL cannot contain colon');
  if (BAD_ESCAPE.test(fragment)) return refused('invalid URL escape');
  const authority = rest.startsWith('//') ? (/^[^/]*/.exec(rest.slice(2))?.[0] ?? '') : undefined;
  const path = authority === undefined ? rest : rest.slice(2 + authority.length);
  if (BAD_ESCAPE.test(path)) return refused('invalid URL escape');
  const host = authority === undefined ? '' : authority.slice(authority.lastIndexOf('@') + 1);
  const reason = hostProblem(host) ?? userProblem((authority ?? '').slice(0, -host.length - 1));
  return reason === undefined ? { ok: true, parts: { scheme: lowered(scheme), host } } : refused(reason);
}

function lowered(scheme: string): string {
  return scheme.slice(0, -1).toLowerCase();
}

function refused(reason: string): UrlReading {
  return { ok: false, reason };
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function hostProblem(host: string): string | undefined {
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    if (end < 0) return "missing ']' in host";
    return /^(?::\d*)?$/.test(host.slice(end + 1)) ? undefined : 'invalid port after host';
  }
  if (/:[^:]*$/.test(host) && !/:\d*$/.test(host)) return 'invalid port after host';
  if (/[\s"<>\\^`{|}]/.test(host)) return 'invalid character in host name';
  return BAD_ESCAPE.test(host) ? 'invalid URL escape' : undefined;
}

function userProblem(user: string): string | undefined {
  if (BAD_ESCAPE.test(user)) return 'invalid URL escape';
  return /[^\w\-.:~!$&'()*+,;=%@]/.test(user) ? 'net/url: invalid userinfo' : undefined;
}

const USER_PASSWORD = /^((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?\/\/[^/?#:@[]*):[^/?#]*@/;
/** A password with a character that belongs escaped: not a URL to Go, but it may have been meant as one. */
const UNESCAPED_PASSWORD = /^((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?\/\/[^/?#:@[]*):(?!\d*(?:[/?#]|$)).*@/s;

/** A URL that may be shown: the password, if it has one, reads `xxxxx` (C-013). */
export function redactedUrl(url: string): string {
  return USER_PASSWORD.test(url) ? url.replace(USER_PASSWORD, '$1:xxxxx@') : url.replace(UNESCAPED_PASSWORD, '$1:xxxxx@');
}

/** A URL or a bare `host:port` that may be shown, masked in the same way. */
export function redactedAddress(address: string): string {
  return address.includes('://') ? redactedUrl(address) : redactedUrl(`//${address}`).slice(2);
}
