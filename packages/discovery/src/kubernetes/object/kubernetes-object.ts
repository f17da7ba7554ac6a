/** Pairs of a mapping of texts, in the order of the document. */
export type TextPairs = readonly (readonly [name: string, value: string])[];

/** An object of the cluster, of which only what targets are made of is kept. */
export interface KubernetesObject {
  readonly name: string;
  /** `''` for what belongs to the cluster as a whole. */
  readonly namespace: string;
  /** Changes with every change of the object; to be compared for equality alone. */
  readonly resourceVersion: string;
  readonly labels: TextPairs;
  readonly annotations: TextPairs;
  /** The owner that made the object and looks after it. */
  readonly controller: ObjectReference | undefined;
}

/** Names another object. */
export interface ObjectReference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface Pod extends KubernetesObject {
  readonly uid: string;
  /** `''` as long as the pod has none. */
  readonly ip: string;
  readonly hostIp: string;
  readonly nodeName: string;
  readonly phase: string;
  /** Status of the condition `Ready`, in lower case. */
  readonly ready: string;
  /** Containers, then init containers. */
  readonly containers: readonly Container[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  /** `''` as long as it has not been started. */
  readonly id: string;
  readonly isInit: boolean;
  readonly ports: readonly PortOfContainer[];
}

export interface PortOfContainer {
  readonly name: string;
  readonly number: number;
  readonly protocol: string;
}

export interface Service extends KubernetesObject {
  readonly type: string;
  readonly clusterIp: string;
  readonly externalName: string;
  /** Addresses that the load balancer was given, in the order of its status; else the one asked for. */
  readonly loadBalancerIps: readonly string[];
  readonly ports: readonly PortOfContainer[];
  readonly ipFamilyPolicy: string;
  /** `IPv4`, `IPv6`; the first is the one that counts. */
  readonly ipFamilies: readonly string[];
}

export interface Endpoints extends KubernetesObject {
  readonly subsets: readonly EndpointSubset[];
}

export interface EndpointSubset {
  readonly ports: readonly PortOfContainer[];
  readonly ready: readonly EndpointAddress[];
  readonly notReady: readonly EndpointAddress[];
}

export interface EndpointAddress {
  readonly ip: string;
  readonly hostname: string;
  readonly nodeName: string | undefined;
  readonly target: ObjectReference | undefined;
}

export interface EndpointSlice extends KubernetesObject {
  readonly addressType: string;
  readonly ports: readonly SlicePort[];
  readonly endpoints: readonly SliceEndpoint[];
}

export interface SlicePort {
  readonly name: string | undefined;
  readonly number: number | undefined;
  readonly protocol: string | undefined;
  readonly appProtocol: string | undefined;
}

export interface SliceEndpoint {
  readonly addresses: readonly string[];
  readonly isReady: boolean | undefined;
  readonly isServing: boolean | undefined;
  readonly isTerminating: boolean | undefined;
  readonly hostname: string | undefined;
  readonly nodeName: string | undefined;
  readonly zone: string | undefined;
  readonly target: ObjectReference | undefined;
  readonly topology: TextPairs;
}

export interface Node extends KubernetesObject {
  readonly providerId: string;
  readonly kubeletPort: number;
  readonly addresses: readonly NodeAddress[];
  readonly conditions: readonly NodeCondition[];
}

export interface NodeAddress {
  readonly type: string;
  readonly address: string;
}

export interface NodeCondition {
  readonly type: string;
  readonly status: string;
}

export interface Ingress extends KubernetesObject {
  readonly className: string;
  readonly tlsHosts: readonly string[];
  readonly rules: readonly IngressRule[];
}

export interface IngressRule {
  readonly host: string;
  readonly paths: readonly string[];
}

/** What there is to watch, by the plural that the API names it with. */
export interface ResourceObjects {
  readonly pods: Pod;
  readonly services: Service;
  readonly endpoints: Endpoints;
  readonly endpointslices: EndpointSlice;
  readonly ingresses: Ingress;
  readonly nodes: Node;
  readonly namespaces: KubernetesObject;
  readonly replicasets: KubernetesObject;
  readonly jobs: KubernetesObject;
}
export type Resource = keyof ResourceObjects;

/** Names an object within its resource. */
export function objectKey({ namespace, name }: Pick<KubernetesObject, 'namespace' | 'name'>): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}
