import { EVENT_CATALOGUE } from './event-catalogue.ts';
import type { AgentEventType, AnyAgentEvent } from './agent-event.ts';

/** A CloudEvent 1.0 in structured mode, as JSON. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** Unique with `source`. */
  readonly id: string;
  readonly source: string;
  /** `dev.limpet.<type>.v<version>`. */
  readonly type: string;
  /** The target, pool or consumer that it is about, where there is one. */
  readonly subject?: string;
  /** RFC 3339, with milliseconds. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: object;
}

/** Media type of one event in structured mode. */
export const CLOUD_EVENT_MEDIA_TYPE = 'application/cloudevents+json';

const CLOUD_TYPES = Object.fromEntries(
  Object.entries(EVENT_CATALOGUE).map(([type, { version }]) => [type, `dev.limpet.${type}.v${version}`]),
) as Readonly<Record<AgentEventType, string>>;

/** The public name of a type, with the version of its shape. */
export function cloudTypeOf(type: AgentEventType): string {
  return CLOUD_TYPES[type];
}

/** An event as it leaves the process. `source`: URI of the agent. */
export function toCloudEvent(event: AnyAgentEvent, source: string): CloudEvent {
  const { type, eventId, atMs, ...data } = event;
  const subject = subjectOf(data);
  return {
    specversion: '1.0',
    id: eventId,
    source,
    type: cloudTypeOf(type),
    ...(subject !== undefined && { subject }),
    time: new Date(atMs).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}

function subjectOf(data: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of ['id', 'targetId', 'pool', 'consumer']) {
    const value = data[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
