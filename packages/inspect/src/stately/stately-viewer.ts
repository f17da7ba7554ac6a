import type { AnyEventObject } from 'xstate';
import type { ActorEntry } from '../observe/actor-entry.ts';
import { SPOTLIGHT_MAX } from '../observe/inspector.ts';
import type { Inspector } from '../observe/inspector.ts';
import type { Onlooker } from '../observe/onlooker.ts';
import { Waker } from '../observe/waker.ts';
import { statelyActor, statelyEvent, statelySnapshot } from './stately-message.ts';
import type { StatelyMessage } from './stately-message.ts';

/** Messages that may wait for one Stately inspector; beyond that the oldest that is no registration is dropped. */
export const STATELY_WAITING_MAX = 500;

/**
 * The messages of `@statelyai/inspect` for the actors in the spotlight and everything above them. Whoever comes late is
 * told first who there is, with the snapshots of that moment.
 */
export class StatelyViewer implements Onlooker {
  readonly spotlight: ReadonlySet<string>;
  readonly wantsSteps = false;
  readonly #inspector: Inspector;
  readonly #waker = new Waker();
  readonly #registered = new Map<string, ActorEntry>();
  #waiting: StatelyMessage[] = [];
  #droppedCount = 0;

  /** Begins to watch. Throws a `RangeError` where the spotlight is too wide. */
  constructor(inspector: Inspector, spotlight: readonly string[]) {
    this.spotlight = new Set(spotlight);
    if (this.spotlight.size > SPOTLIGHT_MAX) throw new RangeError(`at most ${SPOTLIGHT_MAX} actors may be in the spotlight`);
    this.#inspector = inspector;
    inspector.add(this);
    for (const path of this.spotlight) {
      const entry = inspector.table.at(path);
      if (entry !== undefined) this.#register(entry);
    }
  }

  /** Messages that could not be told. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** Resolves when there is something to take; with false when the viewer has been closed. */
  ready(): Promise<boolean> {
    return this.#waker.ready();
  }

  take(): readonly StatelyMessage[] {
    this.#waker.took();
    const messages = this.#waiting;
    this.#waiting = [];
    return messages;
  }

  close(): void {
    for (const path of this.#registered.keys()) this.#inspector.table.untap(path, this);
    this.#inspector.remove(this);
    this.#waker.close();
  }

  /** The first event of an actor is the one that starts it: before that it has no snapshot to register it with. */
  onEvent(entry: ActorEntry, event: AnyEventObject, source: ActorEntry | undefined): void {
    this.#register(entry);
    this.#tell(statelyEvent(entry, event, source, this.#inspector.wall()));
  }

  onSnapshot(entry: ActorEntry, event: AnyEventObject): void {
    this.#tell(statelySnapshot(entry, event, this.#inspector.wall()));
  }

  onFault(): void {
    this.close();
  }

  /** Registers an actor behind all that are above it. */
  #register(entry: ActorEntry): void {
    if (this.#registered.get(entry.path) === entry) return;
    if (entry.parent !== undefined) this.#register(entry.parent);
    this.#registered.set(entry.path, entry);
    this.#inspector.table.tap(entry.path, this);
    this.#tell(statelyActor(entry, this.#inspector.wall()));
  }

  #tell(message: StatelyMessage): void {
    this.#waiting.push(message);
    if (this.#waiting.length > STATELY_WAITING_MAX) {
      const oldest = this.#waiting.findIndex(({ type }) => type !== '@xstate.actor');
      this.#waiting.splice(Math.max(oldest, 0), 1);
      this.#droppedCount++;
    }
    this.#waker.wake();
  }
}
