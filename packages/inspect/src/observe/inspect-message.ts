/** What a viewer is told, in the order in which it should be shown. */
export type InspectMessage =
  | HelloMessage
  | TreeMessage
  | ActorMessage
  | GoneMessage
  | StepMessage
  | DetailMessage
  | CountsMessage
  | GapMessage;

/** The first message of every stream. */
export interface HelloMessage {
  readonly type: 'hello';
  readonly version: 1;
  /** Wall milliseconds. */
  readonly t: number;
  /** Fingerprint of the statechart of each machine that is running, by the machine's id. */
  readonly machines: Readonly<Record<string, string>>;
  /** The actors whose detail is told. */
  readonly spotlight: readonly string[];
}

/** An actor of the tree. Members of a crowd, such as the loops of a pool, are told of only where they are spotlighted. */
export interface InspectedActor {
  /** Ids from the root down. Unique at any time; not meant to be taken apart. */
  readonly path: string;
  readonly id: string;
  /** Id of its machine; null for logic of other kinds. */
  readonly machine: string | null;
  /** Path of its parent; null for roots. */
  readonly parent: string | null;
  /** Dotted; empty where it has none. */
  readonly state: string;
  /** Whether its children are too many to be told of one by one: they are counted. */
  readonly isCrowd: boolean;
}

/** Every actor of the tree. */
export interface TreeMessage {
  readonly type: 'tree';
  readonly actors: readonly InspectedActor[];
}

/** An actor has come. */
export interface ActorMessage extends InspectedActor {
  readonly type: 'actor';
}

/** An actor has ended. */
export interface GoneMessage {
  readonly type: 'gone';
  readonly path: string;
  readonly how: 'done' | 'stopped' | 'crashed';
}

/** A transition. */
export interface StepMessage {
  readonly type: 'step';
  /** Numbers of steps grow in the order in which they were taken, over all actors. */
  readonly seq: number;
  /** Wall milliseconds. */
  readonly t: number;
  readonly path: string;
  /** Index of the transition in the statechart of the actor's machine. */
  readonly edge: number;
  /** The event as a person reads it. */
  readonly event: string;
  /** Id of the state that the transition belongs to. */
  readonly from: string;
  /** Id of its target; absent where the event was handled without leaving. */
  readonly to?: string;
  readonly guard?: string;
  /** Dotted state after it; absent from steps of the past. */
  readonly state?: string;
}

/** What an actor in the spotlight knows and waits for. */
export interface DetailMessage {
  readonly type: 'detail';
  readonly path: string;
  /** Wall milliseconds. */
  readonly t: number;
  readonly status: string;
  readonly state: string;
  readonly tags: readonly string[];
  /** Data only, bounded, without secrets. */
  readonly context: unknown;
  readonly timers: readonly DetailTimer[];
}

/** A timer that has not fired. */
export interface DetailTimer {
  /** `after untilNextTick`. */
  readonly event: string;
  /** Id of the state that waits. */
  readonly state: string;
  /** Wall milliseconds; null where it cannot be known. */
  readonly dueAt: number | null;
}

/** How many members of each crowd are in each state. Crowds that have not changed since the last message are left out. */
export interface CountsMessage {
  readonly type: 'counts';
  /** Wall milliseconds. */
  readonly t: number;
  readonly crowds: readonly CrowdCounts[];
}

export interface CrowdCounts {
  /** Path of the supervisor. */
  readonly path: string;
  readonly total: number;
  readonly states: Readonly<Record<string, number>>;
}

/** Steps are missing here: the viewer was slower than they came. */
export interface GapMessage {
  readonly type: 'gap';
  readonly dropped: number;
}
