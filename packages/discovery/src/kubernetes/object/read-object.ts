import {
  fieldOf,
  itemsOf,
  numberOf,
  optionalBooleanOf,
  optionalNumberOf,
  optionalTextOf,
  textOf,
  textPairsOf,
  textsOf,
} from './json-value.ts';
import type { JsonValue } from './json-value.ts';
import type {
  Container,
  EndpointAddress,
  Endpoints,
  EndpointSlice,
  EndpointSubset,
  Ingress,
  KubernetesObject,
  Node,
  ObjectReference,
  Pod,
  PortOfContainer,
  Resource,
  ResourceObjects,
  Service,
  SliceEndpoint,
} from './kubernetes-object.ts';

const READERS: { readonly [Of in Resource]: (value: JsonValue) => ResourceObjects[Of] } = {
  pods: readPod,
  services: readService,
  endpoints: readEndpoints,
  endpointslices: readEndpointSlice,
  ingresses: readIngress,
  nodes: readNode,
  namespaces: readMetadata,
  replicasets: readMetadata,
  jobs: readMetadata,
};

/**
 * An object as the API server sends it, reduced to what is needed. What is missing or of another type counts as Go's zero
 * value; undefined where the object has no name.
 */
export function readObject<Of extends Resource>(resource: Of, value: JsonValue): ResourceObjects[Of] | undefined {
  const object = READERS[resource](value);
  return object.name === '' ? undefined : object;
}

function readMetadata(value: JsonValue): KubernetesObject {
  const metadata = fieldOf(value, 'metadata');
  const owner = itemsOf(metadata, 'ownerReferences').find((reference) => optionalBooleanOf(reference, 'controller') === true);
  return {
    name: textOf(metadata, 'name'),
    namespace: textOf(metadata, 'namespace'),
    resourceVersion: textOf(metadata, 'resourceVersion'),
    labels: textPairsOf(metadata, 'labels'),
    annotations: textPairsOf(metadata, 'annotations'),
    controller: owner === undefined ? undefined : readReference(owner),
  };
}

function readReference(value: JsonValue): ObjectReference {
  return { kind: textOf(value, 'kind'), namespace: textOf(value, 'namespace'), name: textOf(value, 'name') };
}

function readTarget(value: JsonValue): ObjectReference | undefined {
  const reference = fieldOf(value, 'targetRef');
  return reference === undefined || reference === null ? undefined : readReference(reference);
}

function readPod(value: JsonValue): Pod {
  const spec = fieldOf(value, 'spec');
  const status = fieldOf(value, 'status');
  const ready = itemsOf(status, 'conditions').find((condition) => textOf(condition, 'type') === 'Ready');
  return {
    ...readMetadata(value),
    uid: textOf(value, 'metadata', 'uid'),
    ip: textOf(status, 'podIP'),
    hostIp: textOf(status, 'hostIP'),
    nodeName: textOf(spec, 'nodeName'),
    phase: textOf(status, 'phase'),
    ready: ready === undefined ? 'unknown' : textOf(ready, 'status').toLowerCase(),
    containers: [
      ...readContainers(itemsOf(spec, 'containers'), itemsOf(status, 'containerStatuses'), false),
      ...readContainers(itemsOf(spec, 'initContainers'), itemsOf(status, 'initContainerStatuses'), true),
    ],
  };
}

function readContainers(containers: readonly JsonValue[], statuses: readonly JsonValue[], isInit: boolean): readonly Container[] {
  return containers.map((container) => {
    const name = textOf(container, 'name');
    const status = statuses.find((candidate) => textOf(candidate, 'name') === name);
    const ports = itemsOf(container, 'ports').map((port) => readPort(port, 'containerPort'));
    return { name, image: textOf(container, 'image'), id: textOf(status, 'containerID'), isInit, ports };
  });
}

function readPort(value: JsonValue, numberField: 'port' | 'containerPort'): PortOfContainer {
  return { name: textOf(value, 'name'), number: numberOf(value, numberField), protocol: textOf(value, 'protocol') };
}

function readService(value: JsonValue): Service {
  const spec = fieldOf(value, 'spec');
  const given = itemsOf(value, 'status', 'loadBalancer', 'ingress').map((ingress) => textOf(ingress, 'ip'));
  const asked = textOf(spec, 'loadBalancerIP');
  const loadBalancerIps = given.filter((ip) => ip !== '');
  return {
    ...readMetadata(value),
    type: textOf(spec, 'type'),
    clusterIp: textOf(spec, 'clusterIP'),
    externalName: textOf(spec, 'externalName'),
    loadBalancerIps: loadBalancerIps.length > 0 || asked === '' ? loadBalancerIps : [asked],
    ports: itemsOf(spec, 'ports').map((port) => readPort(port, 'port')),
    ipFamilyPolicy: textOf(spec, 'ipFamilyPolicy'),
    ipFamilies: textsOf(spec, 'ipFamilies'),
  };
}

function readEndpoints(value: JsonValue): Endpoints {
  const subsets = itemsOf(value, 'subsets').map((subset): EndpointSubset => ({
    ports: itemsOf(subset, 'ports').map((port) => readPort(port, 'port')),
    ready: itemsOf(subset, 'addresses').map(readAddress),
    notReady: itemsOf(subset, 'notReadyAddresses').map(readAddress),
  }));
  return { ...readMetadata(value), subsets };
}

function readAddress(value: JsonValue): EndpointAddress {
  return {
    ip: textOf(value, 'ip'),
    hostname: textOf(value, 'hostname'),
    nodeName: optionalTextOf(value, 'nodeName'),
    target: readTarget(value),
  };
}

function readEndpointSlice(value: JsonValue): EndpointSlice {
  return {
    ...readMetadata(value),
    addressType: textOf(value, 'addressType'),
    ports: itemsOf(value, 'ports').map((port) => ({
      name: optionalTextOf(port, 'name'),
      number: optionalNumberOf(port, 'port'),
      protocol: optionalTextOf(port, 'protocol'),
      appProtocol: optionalTextOf(port, 'appProtocol'),
    })),
    endpoints: itemsOf(value, 'endpoints').map(readSliceEndpoint),
  };
}

function readSliceEndpoint(value: JsonValue): SliceEndpoint {
  return {
    addresses: textsOf(value, 'addresses'),
    isReady: optionalBooleanOf(value, 'conditions', 'ready'),
    isServing: optionalBooleanOf(value, 'conditions', 'serving'),
    isTerminating: optionalBooleanOf(value, 'conditions', 'terminating'),
    hostname: optionalTextOf(value, 'hostname'),
    nodeName: optionalTextOf(value, 'nodeName'),
    zone: optionalTextOf(value, 'zone'),
    target: readTarget(value),
    topology: textPairsOf(value, 'deprecatedTopology'),
  };
}

function readNode(value: JsonValue): Node {
  const status = fieldOf(value, 'status');
  return {
    ...readMetadata(value),
    providerId: textOf(value, 'spec', 'providerID'),
    kubeletPort: numberOf(status, 'daemonEndpoints', 'kubeletEndpoint', 'Port'),
    addresses: itemsOf(status, 'addresses').map((address) => ({ type: textOf(address, 'type'), address: textOf(address, 'address') })),
    conditions: itemsOf(status, 'conditions').map((condition) => ({
      type: textOf(condition, 'type'),
      status: textOf(condition, 'status'),
    })),
  };
}

function readIngress(value: JsonValue): Ingress {
  const spec = fieldOf(value, 'spec');
  return {
    ...readMetadata(value),
    className: textOf(spec, 'ingressClassName'),
    tlsHosts: itemsOf(spec, 'tls').flatMap((tls) => textsOf(tls, 'hosts')),
    rules: itemsOf(spec, 'rules').map((rule) => ({
      host: textOf(rule, 'host'),
      paths: itemsOf(rule, 'http', 'paths').map((path) => textOf(path, 'path')),
    })),
  };
}
