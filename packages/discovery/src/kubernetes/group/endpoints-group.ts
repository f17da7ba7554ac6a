import { labelsFrom } from '@limpet/model';
import type { Labels, TargetGroup } from '@limpet/model';
import { joinedAddress } from '../../meta-labels.ts';
import { objectKey } from '../object/kubernetes-object.ts';
import type { EndpointAddress, Endpoints, PortOfContainer } from '../object/kubernetes-object.ts';
import { attachedNamespaceLabels, endpointNodeLabels } from './attached-labels.ts';
import type { GroupContext } from './attached-labels.ts';
import { mergedLabels } from './merged-labels.ts';
import { META_PREFIX, NAMESPACE_LABEL, objectLabels } from './meta-label.ts';
import { endpointContainer, endpointContainerLabels, PodPorts } from './pod-ports.ts';
import { serviceLabels } from './service-group.ts';

/** The group of an Endpoints object: its addresses at each of their ports, then the other ports of its pods (C-157). */
export function endpointsGroup(endpoints: Endpoints, context: GroupContext): TargetGroup {
  const key = objectKey(endpoints);
  const service = context.view.find('services', key);
  const pods = new PodPorts(context);
  const targets = endpoints.subsets.flatMap(({ ports, ready, notReady }) =>
    ports.flatMap((port) => [
      ...ready.map((address) => addressTarget({ address, port, isReady: true }, pods, context)),
      ...notReady.map((address) => addressTarget({ address, port, isReady: false }, pods, context)),
    ]),
  );
  return {
    source: `endpoints/${key}`,
    targets: [...targets, ...pods.otherTargets()],
    labels: mergedLabels(
      labelsFrom([[NAMESPACE_LABEL, endpoints.namespace]]),
      service === undefined ? [] : serviceLabels(service),
      objectLabels('endpoints', endpoints),
      attachedNamespaceLabels(endpoints.namespace, context),
    ),
  };
}

interface AddressAtPort {
  readonly address: EndpointAddress;
  readonly port: PortOfContainer;
  readonly isReady: boolean;
}

function addressTarget({ address, port, isReady }: AddressAtPort, pods: PodPorts, context: GroupContext): Labels {
  const { ip, hostname, nodeName = '', target } = address;
  const noted = pods.note(target, port.number);
  const own = labelsFrom([
    ['__address__', joinedAddress(ip, port.number)],
    [`${META_PREFIX}endpoint_port_name`, port.name],
    [`${META_PREFIX}endpoint_port_protocol`, port.protocol],
    [`${META_PREFIX}endpoint_ready`, String(isReady)],
    [`${META_PREFIX}endpoint_address_target_kind`, target?.kind ?? ''],
    [`${META_PREFIX}endpoint_address_target_name`, target?.name ?? ''],
    [`${META_PREFIX}endpoint_node_name`, nodeName],
    [`${META_PREFIX}endpoint_hostname`, hostname],
    ...(noted === undefined ? [] : endpointContainerLabels(endpointContainer(noted.pod, port.number), port.protocol)),
  ]);
  return mergedLabels(own, endpointNodeLabels(address, context), noted?.labels ?? []);
}
