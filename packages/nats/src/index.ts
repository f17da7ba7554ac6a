export type { BatchPayload, MessageSample } from './batch-message.ts';
export { linkMachine } from './link.machine.ts';
export { natsBus } from './live/nats-bus.ts';
export type { NatsBusOptions, StreamNeed } from './live/nats-bus.ts';
export type { BusMessage, ConnectBus, MessageBus } from './message-bus.ts';
export { NATS_METRICS } from './metrics.ts';
export { publishToNats } from './nats-publisher.ts';
export type { NatsPublisher, NatsPublisherOptions } from './nats-publisher.ts';
