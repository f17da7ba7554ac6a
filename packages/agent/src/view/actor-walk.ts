import { loopsOf } from '@limpet/scrape';
import type { LoopsSnapshot } from '@limpet/scrape';
import type { AnyActorRef } from 'xstate';

/** An actor and every one below it that is alive, parents before children; the loops, which their supervisors hold, included. */
export function* actorsFrom(actor: AnyActorRef): Generator<AnyActorRef> {
  const snapshot: unknown = actor.getSnapshot();
  if (!isActive(snapshot)) return;
  yield actor;
  for (const child of childrenOf(snapshot)) yield* actorsFrom(child);
}

interface ActiveSnapshot {
  readonly status: 'active';
  readonly children?: Readonly<Record<string, AnyActorRef | undefined>>;
}

function isActive(snapshot: unknown): snapshot is ActiveSnapshot | LoopsSnapshot {
  return typeof snapshot === 'object' && snapshot !== null && 'status' in snapshot && snapshot.status === 'active';
}

function childrenOf(snapshot: ActiveSnapshot | LoopsSnapshot): Iterable<AnyActorRef> {
  if ('registry' in snapshot) return loopsOf(snapshot).values();
  return Object.values(snapshot.children ?? {}).filter((child) => child !== undefined);
}
