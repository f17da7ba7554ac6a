export { asyncApiDocument, dataSchemas } from './async-api.ts';
export { CLOUD_EVENT_MEDIA_TYPE, cloudTypeOf, toCloudEvent } from './cloud-event.ts';
export type { CloudEvent } from './cloud-event.ts';
export { EVENT_CATALOGUE } from './event-catalogue.ts';
export type { EventDefinition, LimitName } from './event-catalogue.ts';
export { EVENT_COUNT_MAX, EventLog } from './event-log.ts';
export type { EventsSince } from './event-log.ts';
export type { AgentEventMap, AgentEventOf, AgentEventType, AnyAgentEvent, EventHead, TargetIdentity } from './agent-event.ts';
