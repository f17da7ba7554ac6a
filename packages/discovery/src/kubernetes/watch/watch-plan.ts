import type { KubernetesDiscoveryConfig, KubernetesMetadata, KubernetesRole } from '@limpet/config';
import { ROLE_RESOURCES } from '../group/object-group.ts';
import type { Resource } from '../object/kubernetes-object.ts';

/** Objects of one resource that are listed and then watched. */
export interface Watch {
  /** Unique within a section: `pods`, or `pods/shop` where it looks at one namespace. */
  readonly name: string;
  readonly resource: Resource;
  /** Path of the API, without a query. */
  readonly path: string;
  readonly labelSelector: string;
  readonly fieldSelector: string;
}

interface ResourcePlace {
  readonly root: string;
  readonly isNamespaced: boolean;
}

const PLACES: Readonly<Record<Resource, ResourcePlace>> = {
  pods: { root: '/api/v1', isNamespaced: true },
  services: { root: '/api/v1', isNamespaced: true },
  endpoints: { root: '/api/v1', isNamespaced: true },
  endpointslices: { root: '/apis/discovery.k8s.io/v1', isNamespaced: true },
  ingresses: { root: '/apis/networking.k8s.io/v1', isNamespaced: true },
  nodes: { root: '/api/v1', isNamespaced: false },
  namespaces: { root: '/api/v1', isNamespaced: false },
  replicasets: { root: '/apis/apps/v1', isNamespaced: true },
  jobs: { root: '/apis/batch/v1', isNamespaced: true },
};

/** All that a section watches: the objects of its role, and those that their groups say something of. */
export function watchesOf(config: KubernetesDiscoveryConfig, ownNamespace: string): readonly Watch[] {
  const namespaces = namespacesOf(config, ownNamespace);
  return resourcesOf(config.role, config.attachMetadata).flatMap((resource) => {
    const { root, isNamespaced } = PLACES[resource];
    const selector = config.selectors.find(({ role }) => ROLE_RESOURCES[role] === resource);
    const selectors = { labelSelector: selector?.label ?? '', fieldSelector: selector?.field ?? '' };
    if (!isNamespaced || namespaces === 'all') return [{ name: resource, resource, path: `${root}/${resource}`, ...selectors }];
    return namespaces.map((namespace) => {
      const path = `${root}/namespaces/${encodeURIComponent(namespace)}/${resource}`;
      return { name: watchName(resource, namespace), resource, path, ...selectors };
    });
  });
}

/** The name of the watch that looks at one namespace. */
export function watchName(resource: Resource, namespace: string): string {
  return `${resource}/${namespace}`;
}

function namespacesOf({ namespaces: { names, ownNamespace: isOwn } }: KubernetesDiscoveryConfig, own: string): 'all' | readonly string[] {
  if (names.length === 0 && !isOwn) return 'all';
  return [...new Set(isOwn ? [...names, own] : names)];
}

function resourcesOf(role: KubernetesRole, attach: KubernetesMetadata): readonly Resource[] {
  const resources: Resource[] = [ROLE_RESOURCES[role]];
  const isOfEndpoints = role === 'endpoints' || role === 'endpointslice';
  if (isOfEndpoints) resources.push('services', 'pods');
  if (isOfEndpoints || role === 'pod') {
    if (attach.node) resources.push('nodes');
    if (attach.deployment) resources.push('replicasets');
    if (attach.cronjob) resources.push('jobs');
  }
  if (attach.namespace && role !== 'node') resources.push('namespaces');
  return resources;
}
