import { labelValue } from '@limpet/model';
import { block } from './block-decoder.ts';
import type { FieldValues } from './block-decoder.ts';
import type { FileDiscoveryConfig, HttpDiscoveryConfig, ServiceDiscoveryConfig } from './config.ts';
import { consulDiscovery } from './consul-discovery-block.ts';
import { dnsDiscovery } from './dns-discovery-block.ts';
import { dockerDiscovery } from './docker-discovery-block.ts';
import { list, quoted, refined, withDefault } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { buildHttpClient, HTTP_CLIENT_DEFAULTS, HTTP_CLIENT_FIELDS } from './http-client-block.ts';
import { kubernetesDiscovery } from './kubernetes/kubernetes-discovery-block.ts';
import { pushDiscovery } from './push-discovery-block.ts';
import { fieldPlace, hide, INVALID, itemPlace, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import { checkRefresh } from './refresh-interval.ts';
import { durationMs, path, url } from './scalar-decoder.ts';
import { targetGroupBlock } from './target-group-block.ts';
import type { SourcelessTargetGroup } from './target-group-block.ts';
import { readUrl } from './url.ts';
import { isNull } from './yaml-node.ts';

/** Every mechanism of Prometheus 3.14 that Limpet does not have: refused by name, never ignored (config.md 10.4–11). */
const ABSENT_MECHANISMS: ReadonlySet<string> = new Set(
  [
    ['dockerswarm', 'aws', 'ec2', 'ecs', 'elasticache', 'lightsail', 'msk', 'rds', 'azure'],
    ['digitalocean', 'eureka', 'gce', 'hetzner', 'ionos', 'kuma', 'linode', 'marathon', 'nerve', 'serverset', 'nomad', 'oci'],
    ['openstack', 'outscale', 'ovhcloud', 'puppetdb', 'scaleway', 'stackit', 'triton', 'uyuni', 'vultr'],
  ]
    .flat()
    .map((name) => `${name}_sd_configs`),
);

/** Refuses a discovery mechanism that is not built, unless its list is empty. */
export function refuseAbsentMechanism(name: string, value: Place, key: Place): typeof INVALID | 'ignored' | undefined {
  if (!ABSENT_MECHANISMS.has(name)) return undefined;
  const { node } = value;
  if (isNull(node) || (node.kind === 'list' && node.items.length === 0)) return 'ignored';
  hide(value);
  return refuse({ ...key, path: value.path }, 'LIMPET_CONFIG_NOT_SUPPORTED', `${name} is not built into Limpet yet`, {
    hint: `${Object.keys(DISCOVERY_FIELDS).join(', ')} are`,
  });
}

const FILE_PATTERN = /^[^*]*(?:\*[^/]*)?\.(?:json|yml|yaml|JSON|YML|YAML)$/;

const filePattern = refined(
  path,
  (pattern, place) =>
    FILE_PATTERN.test(pattern)
      ? pattern
      : refuse(place, 'LIMPET_CONFIG_VALUE', `path name ${quoted(pattern)} is not valid for file discovery`),
  '',
);

const FILE_FIELDS = { files: list(filePattern), refresh_interval: withDefault(durationMs, 300_000) };

const fileDiscovery: Decoder<FileDiscoveryConfig> = block({
  type: 'file_sd_config',
  fields: FILE_FIELDS,
  zero: { mechanism: 'file', files: [], refreshIntervalMs: 0 },
  build: ({ files, refresh_interval }, place): Decoded<FileDiscoveryConfig> => {
    if (files.length === 0) {
      return refuse(fieldPlace(place, 'files'), 'LIMPET_CONFIG_EMPTY', 'file service discovery config must contain at least one path name');
    }
    const empty = files.indexOf('');
    if (empty >= 0) {
      const at = itemPlace(fieldPlace(place, 'files'), empty);
      return refuse(at, 'LIMPET_CONFIG_VALUE', 'path name "" is not valid for file discovery');
    }
    return checkRefresh(refresh_interval, place) ?? { mechanism: 'file', files, refreshIntervalMs: refresh_interval };
  },
});

const HTTP_FIELDS = { ...HTTP_CLIENT_FIELDS, url, refresh_interval: withDefault(durationMs, 60_000) };

const httpDiscovery: Decoder<HttpDiscoveryConfig> = block({
  type: 'http_sd_config',
  fields: HTTP_FIELDS,
  zero: { mechanism: 'http', url: '', refreshIntervalMs: 0, httpClient: HTTP_CLIENT_DEFAULTS },
  build: (values, place): Decoded<HttpDiscoveryConfig> => {
    const { url: address = '', refresh_interval } = values;
    const refusal = urlRefusal(address);
    if (refusal !== undefined) return refuse(fieldPlace(place, 'url'), 'LIMPET_CONFIG_VALUE', refusal);
    const httpClient = buildHttpClient(values, place);
    if (httpClient === INVALID) return INVALID;
    return checkRefresh(refresh_interval, place) ?? { mechanism: 'http', url: address, refreshIntervalMs: refresh_interval, httpClient };
  },
});

function urlRefusal(address: string): string | undefined {
  if (address === '') return 'URL is missing';
  const reading = readUrl(address);
  if (!reading.ok) return `parse URL: ${reading.reason}`;
  const { scheme, host } = reading.parts;
  if (scheme !== 'http' && scheme !== 'https') return "URL scheme must be 'http' or 'https'";
  return host === '' ? 'host is missing in URL' : undefined;
}

/** The fields of a job that name where its targets come from. */
export const DISCOVERY_FIELDS = {
  consul_sd_configs: list(consulDiscovery, 'empty or null section in consul_sd_configs'),
  dns_sd_configs: list(dnsDiscovery, 'empty or null section in dns_sd_configs'),
  docker_sd_configs: list(dockerDiscovery, 'empty or null section in docker_sd_configs'),
  file_sd_configs: list(fileDiscovery, 'empty or null section in file_sd_configs'),
  http_sd_configs: list(httpDiscovery, 'empty or null section in http_sd_configs'),
  kubernetes_sd_configs: list(kubernetesDiscovery, 'empty or null section in kubernetes_sd_configs'),
  push_sd_configs: list(pushDiscovery, 'empty or null section in push_sd_configs'),
  static_configs: list(targetGroupBlock, 'empty or null section in static_configs'),
};

/** The provider candidates of a job: mechanisms by key name, then all static groups as one (C-049). */
export function serviceDiscovery(values: FieldValues<typeof DISCOVERY_FIELDS>): readonly ServiceDiscoveryConfig[] {
  const dynamic = [
    ...values.consul_sd_configs,
    ...values.dns_sd_configs,
    ...values.docker_sd_configs,
    ...values.file_sd_configs,
    ...values.http_sd_configs,
    ...values.kubernetes_sd_configs.filter((section) => section !== undefined),
    ...values.push_sd_configs,
  ];
  if (values.static_configs.length === 0) return dynamic;
  const groups = values.static_configs.map((group, index) => ({ source: String(index), ...group }));
  return [...dynamic, { mechanism: 'static', groups }];
}

/** Refuses static targets that are URLs, for jobs without a rule that might mend them (C-048). */
export function checkStaticTargets(groups: readonly SourcelessTargetGroup[], place: Place): typeof INVALID | undefined {
  for (const [groupIndex, group] of groups.entries()) {
    for (const [targetIndex, target] of group.targets.entries()) {
      const address = labelValue(target, '__address__');
      if (!address.includes('/')) continue;
      const at = itemPlace(fieldPlace(itemPlace(fieldPlace(place, 'static_configs'), groupIndex), 'targets'), targetIndex);
      const hint = 'a target is host:port; the path belongs into metrics_path, the scheme into scheme';
      return refuse(at, 'LIMPET_CONFIG_VALUE', `${quoted(address)} is not a valid hostname`, { hint });
    }
  }
  return undefined;
}
