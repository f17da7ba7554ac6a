import type { DnsDiscoveryConfig, FileDiscoveryConfig, HttpClientConfig, HttpDiscoveryConfig, StaticDiscoveryConfig } from '@limpet/config';
import { labelsFrom } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';

/** An HTTP client block with nothing set. */
export const PLAIN_HTTP_CLIENT: HttpClientConfig = {
  authentication: undefined,
  tls: {
    ca: undefined,
    cert: undefined,
    key: undefined,
    serverName: '',
    insecureSkipVerify: false,
    minVersion: undefined,
    maxVersion: undefined,
  },
  followRedirects: true,
  enableHttp2: true,
  proxy: { url: undefined, noProxy: '', fromEnvironment: false, connectHeaders: {} },
  httpHeaders: {},
};

/** A static section, one list of addresses a group. */
export function staticSection(...groups: readonly (readonly string[])[]): StaticDiscoveryConfig {
  return { mechanism: 'static', groups: groups.map((addresses, index) => group(String(index), ...addresses)) };
}

export function fileSection(...files: readonly string[]): FileDiscoveryConfig {
  return { mechanism: 'file', files, refreshIntervalMs: 300_000 };
}

export function dnsSection(...names: readonly string[]): DnsDiscoveryConfig {
  return { mechanism: 'dns', names, type: 'SRV', port: 0, refreshIntervalMs: 30_000 };
}

export function httpSection(url: string, refreshIntervalMs = 60_000): HttpDiscoveryConfig {
  return { mechanism: 'http', url, refreshIntervalMs, httpClient: PLAIN_HTTP_CLIENT };
}

export function group(source: string, ...addresses: readonly string[]): TargetGroup {
  return { source, targets: addresses.map((address) => labelsFrom([['__address__', address]])), labels: [] };
}
