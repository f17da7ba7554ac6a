import type { KubernetesMetadata, KubernetesRole } from '@limpet/config';
import type { TargetGroup } from '@limpet/model';
import { emptyGroup } from '../../merge-groups.ts';
import type { Resource } from '../object/kubernetes-object.ts';
import { objectGroup, ROLE_RESOURCES, sourceOf } from './object-group.ts';
import type { GroupResource } from './object-group.ts';
import type { ObjectView } from './object-view.ts';

/** What the groups of a section are made of. */
export interface GroupBoardOptions {
  readonly role: KubernetesRole;
  readonly attach: KubernetesMetadata;
  readonly view: ObjectView;
}

/**
 * Which groups have to be made anew. While a group is made, the board notes every object that was looked up for it, found
 * or not: when one of those changes, the group is made again. So a pod, a service, a node or an owner reaches exactly the
 * groups that say something of it (C-157).
 */
export class GroupBoard {
  readonly #options: GroupBoardOptions;
  readonly #resource: GroupResource;
  readonly #changed = new Set<string>();
  /** Names of the objects that a group was made with, by the key of the group's own object, and the reverse. */
  readonly #uses = new Map<string, ReadonlySet<string>>();
  readonly #usedBy = new Map<string, Set<string>>();

  constructor(options: GroupBoardOptions) {
    this.#options = options;
    this.#resource = ROLE_RESOURCES[options.role];
  }

  /** Number of groups that wait to be made anew. */
  get changedCount(): number {
    return this.#changed.size;
  }

  /** An object was added, changed or deleted. */
  noteChange(resource: Resource, key: string): void {
    if (resource === this.#resource) this.#changed.add(key);
    for (const user of this.#usedBy.get(nameOf(resource, key)) ?? []) this.#changed.add(user);
  }

  /**
   * The groups of objects that have changed or whose lookups have; empty ones for objects that are gone. Ends with the
   * group that brings it to so many targets: the others wait for the next call.
   */
  takeChanged(targetCountMin: number = Infinity): readonly TargetGroup[] {
    const groups: TargetGroup[] = [];
    let targetCount = 0;
    for (const key of this.#changed) {
      if (targetCount >= targetCountMin) break;
      this.#changed.delete(key);
      const group = this.#make(key);
      if (group === undefined) continue;
      groups.push(group);
      targetCount += Math.max(1, group.targets.length);
    }
    return groups;
  }

  #make(key: string): TargetGroup | undefined {
    const { role, attach, view } = this.#options;
    const object = view.find(this.#resource, key);
    const uses = new Set<string>();
    const watched: ObjectView = {
      find: (resource, name) => {
        uses.add(nameOf(resource, name));
        return view.find(resource, name);
      },
    };
    const group = object === undefined ? emptyGroup(sourceOf(role, key)) : objectGroup(this.#resource, object, { view: watched, attach });
    this.#note(key, uses);
    return group;
  }

  #note(key: string, uses: ReadonlySet<string>): void {
    for (const name of this.#uses.get(key) ?? []) if (!uses.has(name)) this.#forget(name, key);
    for (const name of uses) {
      const users = this.#usedBy.get(name) ?? new Set();
      this.#usedBy.set(name, users.add(key));
    }
    if (uses.size === 0) this.#uses.delete(key);
    else this.#uses.set(key, uses);
  }

  #forget(name: string, key: string): void {
    const users = this.#usedBy.get(name);
    users?.delete(key);
    if (users?.size === 0) this.#usedBy.delete(name);
  }
}

function nameOf(resource: Resource, key: string): string {
  return `${resource} ${key}`;
}
