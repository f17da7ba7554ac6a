import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type { DnsDiscoveryConfig, FileDiscoveryConfig, HttpDiscoveryConfig, StaticDiscoveryConfig } from '@limpet/config';
import { labelsFrom } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';

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
  return { mechanism: 'http', url, refreshIntervalMs, httpClient: HTTP_CLIENT_DEFAULTS };
}

export function group(source: string, ...addresses: readonly string[]): TargetGroup {
  return { source, targets: addresses.map((address) => labelsFrom([['__address__', address]])), labels: [] };
}
