import type { AnyActorRef } from 'xstate';
import { stateOf } from './actor-table.ts';

/** A member of a crowd. */
export interface CrowdMember {
  readonly path: string;
  readonly id: string;
  readonly state: string;
}

/** Which members of a crowd are asked for. */
export interface MembersQuery {
  /** Path of the supervisor; every crowd where it is left out. */
  readonly of?: string;
  /** This id only. */
  readonly id?: string;
  /** Part of the id, in any case. */
  readonly search?: string;
  readonly state?: string;
  readonly countMax: number;
}

/** Members of crowds in the order in which they began, the first `countMax` of those that match, and how many match. */
export function crowdMembers(
  actors: Iterable<AnyActorRef>,
  { of, id, search = '', state, countMax }: MembersQuery,
): { readonly total: number; readonly members: readonly CrowdMember[] } {
  const wanted = search.toLowerCase();
  const crowdPaths = new Map<AnyActorRef, string>();
  const members: CrowdMember[] = [];
  let total = 0;
  for (const ref of actors) {
    const parent = ref._parent;
    if (parent === undefined || isMachine(parent)) continue;
    const crowd = crowdPaths.get(parent) ?? pathOf(parent);
    crowdPaths.set(parent, crowd);
    if (of !== undefined && of !== crowd) continue;
    if (id === undefined ? !ref.id.toLowerCase().includes(wanted) : ref.id !== id) continue;
    const now = stateOf(ref.getSnapshot());
    if (state !== undefined && state !== now) continue;
    total++;
    if (members.length < countMax) members.push({ path: `${crowd}/${ref.id}`, id: ref.id, state: now });
  }
  return { total, members };
}

function pathOf(ref: AnyActorRef): string {
  return ref._parent === undefined ? ref.id : `${pathOf(ref._parent)}/${ref.id}`;
}

function isMachine(ref: AnyActorRef & { readonly logic?: unknown }): boolean {
  return typeof ref.logic === 'object' && ref.logic !== null && 'root' in ref.logic;
}
