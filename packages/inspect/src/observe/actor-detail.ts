import type { AnyActorRef } from 'xstate';
import type { ActorEntry } from './actor-entry.ts';
import { stateOf } from './actor-table.ts';
import type { DetailMessage, DetailTimer } from './inspect-message.ts';
import { sanitised } from './sanitised.ts';

/** A timer of an actor, as its system knows it. */
export interface ActorTimer {
  /** As XState names it: `xstate.after.untilNextTick.loop.idle.waiting`. */
  readonly id: string;
  readonly remainingMs: number | undefined;
}

/** The parts of a snapshot that are shown. */
interface ShownSnapshot {
  readonly status?: string;
  readonly context?: unknown;
  readonly tags?: ReadonlySet<string>;
}

/** What an actor knows and waits for, as data that may be shown. */
export function actorDetail(entry: ActorEntry, nowMs: number, timersOf: (actor: AnyActorRef) => readonly ActorTimer[]): DetailMessage {
  const snapshot = snapshotOf(entry);
  return {
    type: 'detail',
    path: entry.path,
    t: nowMs,
    status: snapshot.status ?? 'active',
    state: stateOf(snapshot),
    tags: [...(snapshot.tags ?? [])],
    context: shownContext(snapshot.context),
    timers: timersOf(entry.ref).map((timer) => timerOf(entry, timer, nowMs)),
  };
}

/** The snapshot of an actor as it is now. */
export function snapshotOf({ ref }: ActorEntry): ShownSnapshot {
  const snapshot: unknown = ref.getSnapshot();
  return typeof snapshot === 'object' && snapshot !== null ? snapshot : {};
}

/** A context as data; the table of a pool's loops, which has an entry for each target, as the number of them. */
export function shownContext(context: unknown): unknown {
  if (typeof context !== 'object' || context === null || !('loops' in context)) return sanitised(context) ?? null;
  const { loops } = context;
  return sanitised({ ...context, loops: typeof loops === 'object' && loops !== null ? Object.keys(loops).length : loops });
}

function timerOf({ chart }: ActorEntry, { id, remainingMs }: ActorTimer, nowMs: number): DetailTimer {
  const edge = chart?.chart.edges.find(({ eventType }) => eventType === id);
  return {
    event: edge?.event ?? id,
    state: edge?.from ?? '',
    dueAt: remainingMs === undefined ? null : Math.trunc(nowMs + remainingMs),
  };
}
