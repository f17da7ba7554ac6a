import { labelsFrom } from '@limpet/model';
import type { Labels, TargetGroup } from '@limpet/model';
import { joinedAddress, prefixedLabels } from '../meta-labels.ts';
import type { ConsulCatalog, ConsulCheck, ConsulInstance } from './consul-answer.ts';

const PREFIX = '__meta_consul_';
const NODE_MAINTENANCE = '_node_maintenance';
const SERVICE_MAINTENANCE = '_service_maintenance:';

/** What the targets of one service have in common. */
export interface ConsulService {
  readonly name: string;
  readonly datacenter: string;
  readonly tagSeparator: string;
}

/** The group of one service (C-143). */
export function consulGroup({ name, datacenter, tagSeparator }: ConsulService, instances: readonly ConsulInstance[]): TargetGroup {
  return {
    source: name,
    targets: instances.map((instance) => consulTarget(instance, tagSeparator)),
    labels: labelsFrom([
      [`${PREFIX}service`, name],
      [`${PREFIX}dc`, datacenter],
    ]),
  };
}

/** A service is watched if it is named, or none is, and has every tag asked for (C-141). */
export function wantedServices(
  catalog: ConsulCatalog,
  { services, tags }: { readonly services: readonly string[]; readonly tags: readonly string[] },
): readonly string[] {
  const named = new Set(services);
  return [...catalog]
    .filter(([name, itsTags]) => (named.size === 0 || named.has(name)) && tags.every((tag) => itsTags.includes(tag)))
    .map(([name]) => name);
}

/** Tags stand between separators, first and last one included, so that patterns need not mind where a tag is. */
function consulTarget(instance: ConsulInstance, separator: string): Labels {
  const { serviceAddress, servicePort, nodeAddress, serviceTags } = instance;
  return labelsFrom([
    ['__address__', joinedAddress(serviceAddress === '' ? nodeAddress : serviceAddress, servicePort)],
    [`${PREFIX}address`, nodeAddress],
    [`${PREFIX}node`, instance.node],
    [`${PREFIX}namespace`, instance.namespace],
    [`${PREFIX}partition`, instance.partition],
    [`${PREFIX}tags`, separator + serviceTags.join(separator) + separator],
    [`${PREFIX}service_address`, serviceAddress],
    [`${PREFIX}service_port`, String(servicePort)],
    [`${PREFIX}service_id`, instance.serviceId],
    [`${PREFIX}health`, healthOf(instance.checks)],
    ...prefixedLabels(`${PREFIX}metadata_`, instance.nodeMeta),
    ...prefixedLabels(`${PREFIX}service_metadata_`, instance.serviceMeta),
    ...prefixedLabels(`${PREFIX}tagged_address_`, instance.taggedAddresses),
  ]);
}

/**
 * The worst of all checks, maintenance above all; without checks an instance passes. A status that Consul does not have
 * makes it empty. Source: Consul 1.22, api, HealthChecks.AggregatedStatus.
 */
export function healthOf(checks: readonly ConsulCheck[]): string {
  const isMaintenance = ({ id }: ConsulCheck): boolean => id === NODE_MAINTENANCE || id.startsWith(SERVICE_MAINTENANCE);
  const statuses = new Set(checks.filter((check) => !isMaintenance(check)).map(({ status }) => status));
  const ranked = ['critical', 'warning', 'passing'];
  if ([...statuses].some((status) => !ranked.includes(status))) return '';
  if (checks.some(isMaintenance)) return 'maintenance';
  return ranked.find((status) => statuses.has(status)) ?? 'passing';
}
