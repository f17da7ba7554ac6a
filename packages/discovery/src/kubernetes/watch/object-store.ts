import type { ObjectView } from '../group/object-view.ts';
import { objectKey } from '../object/kubernetes-object.ts';
import type { KubernetesObject, Resource, ResourceObjects } from '../object/kubernetes-object.ts';
import { watchName } from './watch-plan.ts';
import type { Watch } from './watch-plan.ts';

/** What has become of an object, in the words of the metric. */
export interface ObjectChange {
  readonly key: string;
  readonly event: 'add' | 'update' | 'delete';
}

/** The objects that one watch knows of. */
export class ObjectStore {
  #objects = new Map<string, KubernetesObject>();

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): KubernetesObject | undefined {
    return this.#objects.get(key);
  }

  /** Takes over a whole list; tells what differs from before. */
  replace(objects: ReadonlyMap<string, KubernetesObject>): readonly ObjectChange[] {
    const before = this.#objects;
    this.#objects = new Map(objects);
    const changes: ObjectChange[] = [];
    for (const [key, object] of objects) {
      const known = before.get(key);
      if (known === undefined) changes.push({ key, event: 'add' });
      else if (known.resourceVersion !== object.resourceVersion) changes.push({ key, event: 'update' });
    }
    for (const key of before.keys()) if (!objects.has(key)) changes.push({ key, event: 'delete' });
    return changes;
  }

  /** Adds or replaces one object; tells nothing where it is known in this version. */
  put(object: KubernetesObject): readonly ObjectChange[] {
    const key = objectKey(object);
    const known = this.#objects.get(key);
    this.#objects.set(key, object);
    if (known === undefined) return [{ key, event: 'add' }];
    return known.resourceVersion === object.resourceVersion ? [] : [{ key, event: 'update' }];
  }

  /** Takes one object away; tells nothing where there was none. */
  delete(key: string): readonly ObjectChange[] {
    return this.#objects.delete(key) ? [{ key, event: 'delete' }] : [];
  }
}

/** The objects of all watches of a section, as one. */
export class ObjectStores implements ObjectView {
  readonly #stores = new Map<string, ObjectStore>();

  constructor(watches: readonly Pick<Watch, 'name'>[]) {
    for (const { name } of watches) this.#stores.set(name, new ObjectStore());
  }

  /** The store of a watch. Throws on a fault of the caller. */
  of(watch: string): ObjectStore {
    const store = this.#stores.get(watch);
    if (store === undefined) throw new Error(`there is no watch ${watch}`);
    return store;
  }

  find<Of extends Resource>(resource: Of, key: string): ResourceObjects[Of] | undefined {
    const store = this.#stores.get(resource) ?? this.#stores.get(watchName(resource, key.slice(0, key.indexOf('/'))));
    // A store holds objects of its resource alone: they were read as such.
    return store?.get(key) as ResourceObjects[Of] | undefined;
  }
}
