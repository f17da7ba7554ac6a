import type { z } from 'zod';
import type { EVENT_CATALOGUE } from './event-catalogue.ts';

/** Read-only all the way down; what carries nothing is an object, not an index signature. */
type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? Value extends Readonly<Record<string, never>>
      ? object
      : { readonly [Key in keyof Value]: Frozen<Value[Key]> }
    : Value;

/** Life-cycle events by type, with what each carries besides its head. */
export type AgentEventMap = {
  readonly [Type in keyof typeof EVENT_CATALOGUE]: Frozen<z.infer<(typeof EVENT_CATALOGUE)[Type]['data']>>;
};

export type AgentEventType = keyof AgentEventMap;

/** What every event begins with. */
export interface EventHead<Type extends AgentEventType> {
  readonly type: Type;
  /** `<run>-<number>`; numbers count up by one within a run, so an order and a hole can be told. */
  readonly eventId: string;
  /** Wall milliseconds. */
  readonly atMs: number;
}

/** One event as listeners get it. */
export type AgentEventOf<Type extends AgentEventType> = EventHead<Type> & AgentEventMap[Type];

/** Any event. */
export type AnyAgentEvent = { [Type in AgentEventType]: AgentEventOf<Type> }[AgentEventType];

/** Which target an event is about. */
export type TargetIdentity = AgentEventMap['target.discovered'];
