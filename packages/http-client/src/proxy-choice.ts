import { BlockList, isIP } from 'node:net';
import type { ProxyConfig } from '@limpet/config';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { HttpClientError } from './http-client-error.ts';
import type { RequestUrl } from './request-url.ts';

/** The proxy for a request, or undefined for a direct connection. */
export type ProxyChoice = (url: Pick<RequestUrl, 'protocol' | 'hostname' | 'host'>) => URL | undefined;

type Environment = Readonly<Record<string, string | undefined>>;
interface Destination {
  readonly host: string;
  readonly port: string;
  readonly family: 'ipv4' | 'ipv6' | undefined;
}
type Matcher = (destination: Destination) => boolean;

const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks5h:']);

/**
 * Which proxy a request goes through. As in Go, a plain `proxy_url` is used for everything, while the environment and
 * `no_proxy` leave out `localhost` and loopback addresses. Source: golang.org/x/net/http/httpproxy.
 */
export function proxyChoice(config: ProxyConfig, environment: Environment): Result<ProxyChoice, HttpClientError> {
  if (config.fromEnvironment) return environmentChoice(environment);
  if (config.url === undefined) return succeeded(() => undefined);
  const proxy = parseProxy(config.url);
  if (!proxy.ok) return proxy;
  if (config.noProxy === '') return succeeded(() => proxy.value);
  const isExcluded = exclusion(config.noProxy);
  return succeeded((url) => (isExcluded(url) ? undefined : proxy.value));
}

function environmentChoice(environment: Environment): Result<ProxyChoice, HttpClientError> {
  const variable = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  const http = parseProxy(variable('HTTP_PROXY'));
  if (!http.ok) return http;
  const https = parseProxy(variable('HTTPS_PROXY'));
  if (!https.ok) return https;
  const isExcluded = exclusion(variable('NO_PROXY'));
  return succeeded((url) => {
    const proxy = url.protocol === 'https:' ? https.value : http.value;
    return proxy === undefined || isExcluded(url) ? undefined : proxy;
  });
}

function parseProxy(text: string): Result<URL | undefined, HttpClientError> {
  if (text === '') return succeeded(undefined);
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url !== null && PROTOCOLS.has(url.protocol) && url.hostname !== '') return succeeded(url);
  const what = url === null ? 'is not a URL' : `has the unsupported scheme "${url.protocol.slice(0, -1)}"`;
  return failed(new HttpClientError('LIMPET_HTTP_CLIENT_PROXY', `the proxy URL ${what}`));
}

/** A predicate for `no_proxy`: IP addresses, CIDR ranges, domains with everything below, `*`, each with an optional port. */
export function exclusion(noProxy: string): (url: Pick<RequestUrl, 'protocol' | 'hostname' | 'host'>) => boolean {
  const matchers = noProxy
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '')
    .map((part) => matcher(part));
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return (url) => {
    const destination = destinationOf(url);
    const { host, family } = destination;
    if (host === 'localhost' || (family !== undefined && loopback.check(host, family))) return true;
    return matchers.some((matches) => matches(destination));
  };
}

function destinationOf({ protocol, hostname, host }: Pick<RequestUrl, 'protocol' | 'hostname' | 'host'>): Destination {
  const bare = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = host.slice(hostname.length + 1) || (protocol === 'https:' ? '443' : '80');
  return { host: bare, port, family: familyOf(bare) };
}

function matcher(part: string): Matcher {
  if (part === '*') return () => true;
  const range = rangeMatcher(part);
  if (range !== undefined) return range;
  const { name, port } = splitPort(part);
  const matchesPort: Matcher = (destination) => port === '' || port === destination.port;
  const family = familyOf(name);
  if (family !== undefined) {
    const address = new BlockList();
    address.addAddress(name, family);
    return (destination) => destination.family === family && address.check(destination.host, family) && matchesPort(destination);
  }
  return domainMatcher(name, matchesPort);
}

function rangeMatcher(part: string): Matcher | undefined {
  const [address = '', prefix = ''] = part.split('/');
  const family = familyOf(address);
  if (!part.includes('/') || family === undefined || !/^\d{1,3}$/.test(prefix)) return undefined;
  if (Number(prefix) > (family === 'ipv4' ? 32 : 128)) return () => false;
  const range = new BlockList();
  range.addSubnet(address, Number(prefix), family);
  return (destination) => destination.family === family && range.check(destination.host, family);
}

/** `example.com` matches itself and everything below; `.example.com` and `*.example.com` only what is below. */
function domainMatcher(name: string, matchesPort: Matcher): Matcher {
  const pattern = name.startsWith('*.') ? name.slice(1) : name;
  const suffix = pattern.startsWith('.') ? pattern : `.${pattern}`;
  const matchesSelf = !pattern.startsWith('.');
  return (destination) => {
    const { host } = destination;
    return (host.endsWith(suffix) || (matchesSelf && host === pattern)) && matchesPort(destination);
  };
}

function splitPort(part: string): { readonly name: string; readonly port: string } {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(part);
  if (bracketed !== null) return { name: bracketed[1] ?? '', port: bracketed[2] ?? '' };
  const named = /^([^:]+):(\d+)$/.exec(part);
  return named === null ? { name: part, port: '' } : { name: named[1] ?? '', port: named[2] ?? '' };
}

function familyOf(host: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(host);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
