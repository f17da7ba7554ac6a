import type { ApiObject } from './scripted-kubernetes.ts';

/** What an object may have besides its name. */
export interface ApiMetadata {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly controller?: { readonly kind: string; readonly name: string };
}

export function apiObject(
  name: string,
  { controller, ...metadata }: ApiMetadata,
  fields: Readonly<Record<string, unknown>> = {},
): ApiObject {
  const owners =
    controller === undefined
      ? {}
      : {
          ownerReferences: [
            { kind: 'Other', name: 'x' },
            { ...controller, controller: true },
          ],
        };
  return { metadata: { name, ...metadata, ...owners }, ...fields };
}

export interface PodFields extends ApiMetadata {
  readonly ip?: string;
  readonly nodeName?: string;
  /** Ports of the container `app`, by their names. */
  readonly ports?: Readonly<Record<string, number>>;
}

/** A running pod with one container. */
export function apiPod(name: string, { ip = '10.0.0.1', nodeName = 'n1', ports = { web: 80 }, ...metadata }: PodFields = {}): ApiObject {
  const containerPorts = Object.entries(ports).map(([portName, containerPort]) => ({ name: portName, containerPort, protocol: 'TCP' }));
  return apiObject(
    name,
    { namespace: 'shop', ...metadata },
    {
      spec: { nodeName, containers: [{ name: 'app', image: 'app:1', ports: containerPorts }] },
      status: { podIP: ip, hostIP: '192.168.0.1', phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    },
  );
}

/** A node with an address of its own. */
export function apiNode(name: string, metadata: ApiMetadata = {}, address = '192.168.0.1'): ApiObject {
  return apiObject(name, metadata, {
    status: { addresses: [{ type: 'InternalIP', address }], daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } },
  });
}

/** A service with one port. */
export function apiService(name: string, metadata: ApiMetadata = {}, spec: Readonly<Record<string, unknown>> = {}): ApiObject {
  const ports = [{ name: 'web', port: 80, protocol: 'TCP' }];
  return apiObject(name, { namespace: 'shop', ...metadata }, { spec: { type: 'ClusterIP', clusterIP: '10.1.0.1', ports, ...spec } });
}

/** Endpoints whose addresses are pods, by their names. */
export function apiEndpoints(name: string, pods: Readonly<Record<string, string>>, metadata: ApiMetadata = {}): ApiObject {
  const addresses = Object.entries(pods).map(([pod, ip]) => ({ ip, targetRef: { kind: 'Pod', namespace: 'shop', name: pod } }));
  return apiObject(
    name,
    { namespace: 'shop', ...metadata },
    { subsets: [{ addresses, ports: [{ name: 'web', port: 80, protocol: 'TCP' }] }] },
  );
}

/** An ingress, one rule for each host. */
export function apiIngress(name: string, ...hosts: readonly string[]): ApiObject {
  return apiObject(name, { namespace: 'shop' }, { spec: { rules: hosts.map((host) => ({ host, http: { paths: [{ path: '/' }] } })) } });
}
