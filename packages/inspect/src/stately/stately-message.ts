import type { AnyEventObject } from 'xstate';
import { shownContext, snapshotOf } from '../observe/actor-detail.ts';
import type { ActorEntry } from '../observe/actor-entry.ts';
import { safeText, sanitised } from '../observe/sanitised.ts';

/** Version of the messages of `@statelyai/inspect` that these are. */
const VERSION = '0.7.2';

/** A message as `@statelyai/inspect` sends it. Actors are named by their paths: session ids repeat in no other run. */
export type StatelyMessage = StatelyActor | StatelyEvent | StatelySnapshot;

interface StatelyBase {
  readonly sessionId: string;
  readonly rootId: string;
  readonly createdAt: string;
  readonly id: null;
  readonly _version: string;
}

export interface StatelyActor extends StatelyBase {
  readonly type: '@xstate.actor';
  readonly name: string;
  readonly parentId: string | undefined;
  /** The configuration of the machine, as JSON in a text. */
  readonly definition: string;
  readonly snapshot: StatelyShownSnapshot;
}

export interface StatelyEvent extends StatelyBase {
  readonly type: '@xstate.event';
  readonly sourceId: string | undefined;
  readonly event: AnyEventObject;
}

export interface StatelySnapshot extends StatelyBase {
  readonly type: '@xstate.snapshot';
  readonly event: AnyEventObject;
  readonly snapshot: StatelyShownSnapshot;
}

/** A snapshot as the Stately inspector reads it. */
export interface StatelyShownSnapshot {
  readonly status: string;
  readonly value?: unknown;
  readonly context?: unknown;
  readonly tags?: readonly string[];
  readonly children: Readonly<Record<string, never>>;
  readonly historyValue: Readonly<Record<string, never>>;
}

/** Registers an actor. */
export function statelyActor(entry: ActorEntry, nowMs: number): StatelyActor {
  return {
    type: '@xstate.actor',
    name: entry.ref.id,
    ...base(entry, nowMs),
    parentId: entry.parent?.path,
    definition: definitionOf(entry),
    snapshot: shownSnapshot(entry),
  };
}

/** An event that has been put into an actor's mailbox. */
export function statelyEvent(entry: ActorEntry, event: AnyEventObject, source: ActorEntry | undefined, nowMs: number): StatelyEvent {
  return { type: '@xstate.event', ...base(entry, nowMs), sourceId: source?.path, event: shownEvent(event) };
}

/** What an actor is after an event. */
export function statelySnapshot(entry: ActorEntry, event: AnyEventObject, nowMs: number): StatelySnapshot {
  return { type: '@xstate.snapshot', ...base(entry, nowMs), event: shownEvent(event), snapshot: shownSnapshot(entry) };
}

function base(entry: ActorEntry, nowMs: number): StatelyBase {
  return { sessionId: entry.path, rootId: rootOf(entry).path, createdAt: String(Math.trunc(nowMs)), id: null, _version: VERSION };
}

function rootOf(entry: ActorEntry): ActorEntry {
  return entry.parent === undefined ? entry : rootOf(entry.parent);
}

function shownEvent(event: AnyEventObject): AnyEventObject {
  return { ...(sanitised(event) as object), type: safeText(event.type) };
}

function shownSnapshot(entry: ActorEntry): StatelyShownSnapshot {
  const { status = 'active', value, context, tags } = snapshotOf(entry) as ReturnType<typeof snapshotOf> & { readonly value?: unknown };
  return {
    status,
    ...(value === undefined ? {} : { value: sanitised(value) }),
    ...(context === undefined ? {} : { context: shownContext(context) }),
    ...(tags === undefined ? {} : { tags: [...tags] }),
    children: {},
    historyValue: {},
  };
}

/** The machine's own configuration: what is a function in it is there by name. Other logic has a name alone. */
function definitionOf({ chart, ref }: ActorEntry): string {
  if (chart === undefined) return JSON.stringify({ id: ref.id });
  return JSON.stringify(chart.machine.config, (_, value: unknown) => (typeof value === 'function' ? { type: value.name } : value));
}
