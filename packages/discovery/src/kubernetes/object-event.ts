import { KUBERNETES_ROLES } from '@limpet/config';
import type { KubernetesRole } from '@limpet/config';
import { ROLE_RESOURCES } from './group/object-group.ts';
import type { Resource } from './object/kubernetes-object.ts';
import type { ObjectChange } from './watch/object-store.ts';

const EVENTS: readonly ObjectChange['event'][] = ['add', 'update', 'delete'];

/** Every pair of labels that events are counted under, so that all of them are there from the start. */
export const OBJECT_EVENT_LABELS: readonly (readonly [role: string, event: string])[] = KUBERNETES_ROLES.flatMap((role) =>
  EVENTS.map((event): readonly [string, string] => [role, event]),
);

/**
 * The role that a change counts for. Of the objects that a section looks at besides its own, upstream counts services, and
 * updates of pods.
 */
export function countedRole(ofSection: KubernetesRole, resource: Resource, event: ObjectChange['event']): KubernetesRole | undefined {
  const role = KUBERNETES_ROLES.find((name) => ROLE_RESOURCES[name] === resource);
  const counts = role === ofSection || role === 'service' || (role === 'pod' && event === 'update');
  return counts ? role : undefined;
}
