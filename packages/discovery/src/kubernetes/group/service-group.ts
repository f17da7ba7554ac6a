import { labelsFrom } from '@limpet/model';
import type { Label, Labels, TargetGroup } from '@limpet/model';
import { joinedAddress } from '../../meta-labels.ts';
import { objectKey } from '../object/kubernetes-object.ts';
import type { PortOfContainer, Service } from '../object/kubernetes-object.ts';
import { attachedNamespaceLabels } from './attached-labels.ts';
import type { GroupContext } from './attached-labels.ts';
import { mergedLabels } from './merged-labels.ts';
import { META_PREFIX, NAMESPACE_LABEL, objectLabels } from './meta-label.ts';

/** The group of a service: one target for each of its ports (C-156). */
export function serviceGroup(service: Service, context: GroupContext): TargetGroup {
  return {
    source: `svc/${objectKey(service)}`,
    targets: service.ports.map((port) => portTarget(service, port)),
    labels: mergedLabels(serviceLabels(service), attachedNamespaceLabels(service.namespace, context)),
  };
}

/** What is told of a service, also by its endpoints. */
export function serviceLabels(service: Service): Labels {
  return mergedLabels(labelsFrom([[NAMESPACE_LABEL, service.namespace]]), objectLabels('service', service));
}

function portTarget(service: Service, port: PortOfContainer): Labels {
  const { name, namespace, type } = service;
  const pairs: Label[] = [
    ['__address__', joinedAddress(`${name}.${namespace}.svc`, port.number)],
    [`${META_PREFIX}service_port_name`, port.name],
    [`${META_PREFIX}service_port_number`, String(port.number)],
    [`${META_PREFIX}service_port_protocol`, port.protocol],
    [`${META_PREFIX}service_type`, type],
  ];
  if (type === 'ExternalName') pairs.push([`${META_PREFIX}service_external_name`, service.externalName]);
  else pairs.push([`${META_PREFIX}service_cluster_ip`, service.clusterIp]);
  if (type === 'LoadBalancer') pairs.push([`${META_PREFIX}service_loadbalancer_ip`, service.loadBalancerIps.join(',')]);
  return labelsFrom(pairs);
}
