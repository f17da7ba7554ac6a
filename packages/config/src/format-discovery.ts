import { formatDuration, labelValue } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';
import type { ConsulDiscoveryConfig, DockerDiscoveryConfig, ServiceDiscoveryConfig } from './config.ts';
import { httpClientYaml } from './format-http-client.ts';
import { kubernetesYaml } from './kubernetes/format-kubernetes.ts';
import { redactedAddress, redactedUrl } from './url.ts';
import { mapping, unlessEmpty, unlessZero } from './yaml-text.ts';
import type { YamlObject } from './yaml-text.ts';

/** The discovery sections of a job in the order of their keys, fields in upstream's order, secrets masked. */
export function discoveryYaml(configs: readonly ServiceDiscoveryConfig[]): YamlObject {
  const sections = (mechanism: ServiceDiscoveryConfig['mechanism']): readonly YamlObject[] | undefined =>
    unlessEmpty(configs.filter((config) => config.mechanism === mechanism).flatMap(sectionYaml));
  return {
    consul_sd_configs: sections('consul'),
    dns_sd_configs: sections('dns'),
    docker_sd_configs: sections('docker'),
    file_sd_configs: sections('file'),
    http_sd_configs: sections('http'),
    kubernetes_sd_configs: sections('kubernetes'),
    push_sd_configs: sections('push'),
    static_configs: sections('static'),
  };
}

function sectionYaml(config: ServiceDiscoveryConfig): readonly YamlObject[] {
  switch (config.mechanism) {
    case 'static':
      return config.groups.map(groupYaml);
    case 'consul':
      return [consulYaml(config)];
    case 'dns':
      return [{ names: config.names, refresh_interval: refreshInterval(config), type: config.type, port: config.port }];
    case 'docker':
      return [dockerYaml(config)];
    case 'file':
      return [{ files: config.files, refresh_interval: refreshInterval(config) }];
    case 'http':
      return [{ ...httpClientYaml(config.httpClient), refresh_interval: refreshInterval(config), url: redactedUrl(config.url) }];
    case 'kubernetes':
      return [kubernetesYaml(config)];
    case 'push':
      return [{ name: config.name, max_ttl: formatDuration(config.maxTtlMs) }];
  }
}

/** Without `username` and `password`, which upstream writes beside the `basic_auth` they became: that would not load again. */
function consulYaml(config: ConsulDiscoveryConfig): YamlObject {
  const token = String(config.token);
  return {
    server: redactedAddress(config.server),
    path_prefix: unlessZero(config.pathPrefix),
    token: unlessZero(token),
    datacenter: unlessZero(config.datacenter),
    namespace: unlessZero(config.namespace),
    partition: unlessZero(config.partition),
    tag_separator: config.tagSeparator,
    scheme: config.scheme,
    allow_stale: config.allowStale,
    refresh_interval: refreshInterval(config),
    services: unlessEmpty(config.services),
    tags: unlessEmpty(config.tags),
    node_meta: mapping(config.nodeMeta, (text) => text),
    filter: unlessZero(config.filter),
    health_filter: unlessZero(config.healthFilter),
    ...httpClientYaml(config.httpClient),
  };
}

function dockerYaml(config: DockerDiscoveryConfig): YamlObject {
  return {
    ...httpClientYaml(config.httpClient),
    host: redactedUrl(config.host),
    port: config.port,
    filters: config.filters.map(({ name, values }) => ({ name, values })),
    host_networking_host: config.hostNetworkingHost,
    refresh_interval: refreshInterval(config),
    match_first_network: config.matchFirstNetwork,
  };
}

function refreshInterval({ refreshIntervalMs }: { readonly refreshIntervalMs: number }): string {
  return formatDuration(refreshIntervalMs);
}

function groupYaml({ targets, labels }: TargetGroup): YamlObject {
  return {
    targets: targets.map((target) => labelValue(target, '__address__')),
    labels: mapping(Object.fromEntries(labels), (text) => text),
  };
}
