import type { AnyEventObject } from 'xstate';
import type { ActorEntry } from './actor-entry.ts';

/** Told of everything that happens to the actors in the spotlight of one viewer. */
export interface SpotlightTap {
  /** An event has been put into the actor's mailbox. */
  onEvent?(entry: ActorEntry, event: AnyEventObject, source: ActorEntry | undefined): void;
  /** The actor's snapshot is another one, or the same after an event. */
  onSnapshot(entry: ActorEntry, event: AnyEventObject): void;
}
