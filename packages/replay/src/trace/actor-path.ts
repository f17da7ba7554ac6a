import type { ActorRefLike, AnyActorRef } from 'xstate';

/** Paths of actors: ids from the root on. Session ids would differ from run to run. */
export function actorPaths(): (actor: ActorRefLike) => string {
  const paths = new WeakMap<ActorRefLike, string>();
  const pathOf = (actor: ActorRefLike): string => {
    const known = paths.get(actor);
    if (known !== undefined) return known;
    const { id, _parent: parent } = actor as AnyActorRef;
    const path = parent === undefined ? id : `${pathOf(parent)}/${id}`;
    paths.set(actor, path);
    return path;
  };
  return pathOf;
}
