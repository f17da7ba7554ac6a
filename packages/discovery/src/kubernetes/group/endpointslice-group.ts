import { labelsFrom } from '@limpet/model';
import type { Label, Labels, TargetGroup } from '@limpet/model';
import { emptyGroup } from '../../merge-groups.ts';
import { joinedAddress, sanitizedName } from '../../meta-labels.ts';
import { objectKey } from '../object/kubernetes-object.ts';
import type { EndpointSlice, Service, SliceEndpoint, SlicePort } from '../object/kubernetes-object.ts';
import { attachedNamespaceLabels, endpointNodeLabels } from './attached-labels.ts';
import type { GroupContext } from './attached-labels.ts';
import { mergedLabels } from './merged-labels.ts';
import { META_PREFIX, NAMESPACE_LABEL, objectLabels } from './meta-label.ts';
import { endpointContainer, endpointContainerLabels, PodPorts } from './pod-ports.ts';
import { serviceLabels } from './service-group.ts';

/** Label of a slice that names its service. */
const SERVICE_NAME = 'kubernetes.io/service-name';
const PREFIX = `${META_PREFIX}endpointslice_`;

/** The group of an EndpointSlice: its addresses at each of their ports, then the other ports of its pods (C-158). */
export function endpointSliceGroup(slice: EndpointSlice, context: GroupContext): TargetGroup {
  const source = `endpointslice/${objectKey(slice)}`;
  const serviceName = slice.labels.find(([name]) => name === SERVICE_NAME)?.[1] ?? '';
  const service =
    serviceName === '' ? undefined : context.view.find('services', objectKey({ namespace: slice.namespace, name: serviceName }));
  if (service !== undefined && isSecondFamily(slice, service)) return emptyGroup(source);
  const pods = new PodPorts(context);
  const targets = slice.endpoints.flatMap((endpoint) =>
    slice.ports.flatMap((port) => endpoint.addresses.map((address) => addressTarget({ address, endpoint, port }, pods, context))),
  );
  return {
    source,
    targets: [...targets, ...pods.otherTargets()],
    labels: mergedLabels(
      labelsFrom([
        [NAMESPACE_LABEL, slice.namespace],
        [`${PREFIX}address_type`, slice.addressType],
      ]),
      objectLabels('endpointslice', slice),
      service === undefined ? [] : serviceLabels(service),
      attachedNamespaceLabels(slice.namespace, context),
    ),
  };
}

/** A service with both families has a slice for each, of the same pods: only the first family counts. */
function isSecondFamily({ addressType }: EndpointSlice, { ipFamilyPolicy, ipFamilies }: Service): boolean {
  const hasBoth = ipFamilyPolicy === 'PreferDualStack' || ipFamilyPolicy === 'RequireDualStack';
  const [first] = ipFamilies;
  return hasBoth && first !== undefined && addressType !== first;
}

interface AddressAtPort {
  readonly address: string;
  readonly endpoint: SliceEndpoint;
  readonly port: SlicePort;
}

function addressTarget({ address, endpoint, port }: AddressAtPort, pods: PodPorts, context: GroupContext): Labels {
  const noted = pods.note(endpoint.target, port.number);
  const own = labelsFrom([
    ['__address__', port.number === undefined ? address : joinedAddress(address, port.number)],
    ...portLabels(port),
    ...endpointLabels(endpoint),
    ...(noted === undefined ? [] : endpointContainerLabels(endpointContainer(noted.pod, port.number))),
  ]);
  return mergedLabels(own, endpointNodeLabels(endpoint, context), noted?.labels ?? []);
}

function portLabels({ name = '', number, protocol = '', appProtocol = '' }: SlicePort): readonly Label[] {
  return [
    [`${PREFIX}port_name`, name],
    [`${PREFIX}port_protocol`, protocol],
    [`${PREFIX}port`, String(number ?? '')],
    [`${PREFIX}port_app_protocol`, appProtocol],
  ];
}

function endpointLabels(endpoint: SliceEndpoint): readonly Label[] {
  const { isReady, isServing, isTerminating, hostname = '', nodeName = '', zone = '', target, topology } = endpoint;
  return [
    [`${PREFIX}endpoint_conditions_ready`, String(isReady ?? '')],
    [`${PREFIX}endpoint_conditions_serving`, String(isServing ?? '')],
    [`${PREFIX}endpoint_conditions_terminating`, String(isTerminating ?? '')],
    [`${PREFIX}endpoint_hostname`, hostname],
    [`${PREFIX}endpoint_node_name`, nodeName],
    [`${PREFIX}endpoint_zone`, zone],
    [`${PREFIX}address_target_kind`, target?.kind ?? ''],
    [`${PREFIX}address_target_name`, target?.name ?? ''],
    ...topology.flatMap(([name, value]): readonly Label[] => [
      [`${PREFIX}endpoint_topology_${sanitizedName(name)}`, value],
      [`${PREFIX}endpoint_topology_present_${sanitizedName(name)}`, 'true'],
    ]),
  ];
}
