import assert from 'node:assert/strict';
import type { KubernetesMetadata, KubernetesRole } from '@limpet/config';
import type { Labels } from '@limpet/model';
import { objectGroup, ROLE_RESOURCES } from '../src/kubernetes/group/object-group.ts';
import type { ObjectView } from '../src/kubernetes/group/object-view.ts';
import { objectKey } from '../src/kubernetes/object/kubernetes-object.ts';
import type { KubernetesObject, Resource, ResourceObjects } from '../src/kubernetes/object/kubernetes-object.ts';
import { readObject } from '../src/kubernetes/object/read-object.ts';
import type { ApiObject } from './scripted-kubernetes.ts';
import { NO_METADATA } from './sections.ts';

/** Objects as the API server sends them, by resource. */
export type ApiObjects = Partial<Record<Resource, readonly ApiObject[]>>;

/** Objects that groups can look up. */
export function viewOf(objects: ApiObjects): ObjectView {
  const known = new Map<string, KubernetesObject>();
  for (const [resource, items] of Object.entries(objects)) {
    for (const item of items) {
      const object = readObject(resource as Resource, item);
      if (object !== undefined) known.set(`${resource} ${objectKey(object)}`, object);
    }
  }
  return {
    find: <Of extends Resource>(resource: Of, key: string) => known.get(`${resource} ${key}`) as ResourceObjects[Of] | undefined,
  };
}

/** What a group can be made with besides its object. */
export interface Surroundings {
  readonly others?: ApiObjects;
  readonly attach?: Partial<KubernetesMetadata>;
}

/** The group of an object, its labels as plain objects. */
export function groupOf(role: KubernetesRole, object: ApiObject, { others = {}, attach = {} }: Surroundings = {}): PlainGroup | undefined {
  const resource = ROLE_RESOURCES[role];
  const read = readObject(resource, object);
  assert.ok(read !== undefined);
  const group = objectGroup(resource, read as never, { view: viewOf(others), attach: { ...NO_METADATA, ...attach } });
  return group && { source: group.source, labels: plain(group.labels), targets: group.targets.map(plain) };
}

export interface PlainGroup {
  readonly source: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly targets: readonly Readonly<Record<string, string>>[];
}

const PREFIX = '__meta_kubernetes_';

/** Labels with `__meta_kubernetes_` cut off, for shorter tests. */
function plain(labels: Labels): Record<string, string> {
  return Object.fromEntries(labels.map(([name, value]) => [name.startsWith(PREFIX) ? name.slice(PREFIX.length) : `!${name}`, value]));
}
