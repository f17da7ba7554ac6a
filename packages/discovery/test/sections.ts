import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type {
  ConsulDiscoveryConfig,
  DnsDiscoveryConfig,
  DockerDiscoveryConfig,
  FileDiscoveryConfig,
  HttpDiscoveryConfig,
  KubernetesDiscoveryConfig,
  StaticDiscoveryConfig,
} from '@limpet/config';
import { labelsFrom, Secret } from '@limpet/model';
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

export function dockerSection(host: string): DockerDiscoveryConfig {
  return {
    mechanism: 'docker',
    host,
    port: 80,
    filters: [],
    hostNetworkingHost: 'localhost',
    matchFirstNetwork: true,
    refreshIntervalMs: 60_000,
    httpClient: HTTP_CLIENT_DEFAULTS,
  };
}

export function consulSection(changes: Partial<ConsulDiscoveryConfig> = {}): ConsulDiscoveryConfig {
  return {
    mechanism: 'consul',
    server: 'consul.test:8500',
    pathPrefix: '',
    token: new Secret(''),
    datacenter: '',
    namespace: '',
    partition: '',
    tagSeparator: ',',
    scheme: 'http',
    allowStale: true,
    refreshIntervalMs: 30_000,
    services: [],
    tags: [],
    nodeMeta: {},
    filter: '',
    healthFilter: '',
    httpClient: HTTP_CLIENT_DEFAULTS,
    ...changes,
  };
}

export function httpSection(url: string, refreshIntervalMs = 60_000): HttpDiscoveryConfig {
  return { mechanism: 'http', url, refreshIntervalMs, httpClient: HTTP_CLIENT_DEFAULTS };
}

export const KUBERNETES_URL = 'http://kubernetes.test';

export function kubernetesSection(fields: Partial<KubernetesDiscoveryConfig> = {}): KubernetesDiscoveryConfig {
  return {
    mechanism: 'kubernetes',
    role: 'pod',
    apiServer: KUBERNETES_URL,
    kubeconfigFile: '',
    httpClient: HTTP_CLIENT_DEFAULTS,
    namespaces: { ownNamespace: false, names: [] },
    selectors: [],
    attachMetadata: NO_METADATA,
    ...fields,
  };
}

export const NO_METADATA: KubernetesDiscoveryConfig['attachMetadata'] = {
  node: false,
  namespace: false,
  deployment: false,
  job: false,
  cronjob: false,
};

export function group(source: string, ...addresses: readonly string[]): TargetGroup {
  return { source, targets: addresses.map((address) => labelsFrom([['__address__', address]])), labels: [] };
}
