/** A host and its port as written in a URL; IPv6 without brackets. */
interface HostPort {
  readonly host: string;
  readonly port: string;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

/**
 * The URL under which a target is reached from where the reader sits: a loopback address means this host, so it is
 * replaced by that of the external URL. Source: Prometheus 3.14, web/api/v1, getGlobalURL.
 */
export function globalUrl(
  scrapeUrl: string,
  { externalUrl, ownAddress }: { readonly externalUrl: URL; readonly ownAddress: string },
): string {
  const authority = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/i.exec(scrapeUrl);
  if (authority === null) return scrapeUrl;
  const [, scheme = '', written = '', rest = ''] = authority;
  const target = splitHostPort(written);
  if (!LOOPBACK.has(target.host)) return scrapeUrl;
  const external = splitHostPort(externalUrl.host);
  if (target.port !== '' && target.port === splitHostPort(ownAddress).port) return `${externalUrl.protocol}//${externalUrl.host}${rest}`;
  return `${scheme}${joinHostPort({ host: external.host, port: target.port })}${rest}`;
}

function splitHostPort(text: string): HostPort {
  const bracketed = /^\[([^\]]*)\](?::(\d*))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: bracketed[2] ?? '' };
  const colon = text.lastIndexOf(':');
  return colon < 0 ? { host: text, port: '' } : { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

function joinHostPort({ host, port }: HostPort): string {
  const written = host.includes(':') ? `[${host}]` : host;
  return port === '' ? written : `${written}:${port}`;
}
