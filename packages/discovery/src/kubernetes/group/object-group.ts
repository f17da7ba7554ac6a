import type { KubernetesRole } from '@limpet/config';
import type { TargetGroup } from '@limpet/model';
import type { Resource, ResourceObjects } from '../object/kubernetes-object.ts';
import type { GroupContext } from './attached-labels.ts';
import { endpointsGroup } from './endpoints-group.ts';
import { endpointSliceGroup } from './endpointslice-group.ts';
import { ingressGroup } from './ingress-group.ts';
import { nodeGroup } from './node-group.ts';
import { podGroup } from './pod-group.ts';
import { serviceGroup } from './service-group.ts';

/** What the groups of a role are made of. */
export const ROLE_RESOURCES = {
  pod: 'pods',
  service: 'services',
  endpoints: 'endpoints',
  endpointslice: 'endpointslices',
  node: 'nodes',
  ingress: 'ingresses',
} as const satisfies Record<KubernetesRole, Resource>;

/** The resources that become groups. */
export type GroupResource = (typeof ROLE_RESOURCES)[KubernetesRole];

const SOURCE_PREFIXES: Readonly<Record<KubernetesRole, string>> = {
  pod: 'pod',
  service: 'svc',
  endpoints: 'endpoints',
  endpointslice: 'endpointslice',
  node: 'node',
  ingress: 'ingress',
};

const BUILDERS: { readonly [Of in GroupResource]: (object: ResourceObjects[Of], context: GroupContext) => TargetGroup | undefined } = {
  pods: podGroup,
  services: serviceGroup,
  endpoints: endpointsGroup,
  endpointslices: endpointSliceGroup,
  nodes: nodeGroup,
  ingresses: ingressGroup,
};

/** The source of the group of an object (C-153). */
export function sourceOf(role: KubernetesRole, key: string): string {
  return `${SOURCE_PREFIXES[role]}/${key}`;
}

/**
 * The group of an object, made of what is known now; an empty one where the object is gone. Undefined where what was told
 * of it before has to stay.
 */
export function objectGroup<Of extends GroupResource>(
  resource: Of,
  object: ResourceObjects[Of],
  context: GroupContext,
): TargetGroup | undefined {
  return BUILDERS[resource](object, context);
}
