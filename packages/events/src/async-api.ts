import { z } from 'zod';
import { CLOUD_EVENT_MEDIA_TYPE, cloudTypeOf } from './cloud-event.ts';
import { EVENT_CATALOGUE } from './event-catalogue.ts';
import type { AgentEventType } from './agent-event.ts';

/** A JSON object. */
type Json = Readonly<Record<string, unknown>>;

const TYPES = Object.keys(EVENT_CATALOGUE) as AgentEventType[];

/** JSON Schema (draft 7) of what each event carries, by public name. */
export function dataSchemas(): Readonly<Record<string, Json>> {
  return Object.fromEntries(TYPES.map((type) => [cloudTypeOf(type), dataSchema(type)]));
}

/**
 * The AsyncAPI 3.0 document of the life-cycle events, as JSON. Two channels carry the same messages: server-sent events and
 * NATS subjects.
 */
export function asyncApiDocument({ version }: { readonly version: string }): Json {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Limpet life-cycle events',
      version,
      description: 'What happens to the agent, its configuration, its pools, targets and consumers, as CloudEvents 1.0.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: CLOUD_EVENT_MEDIA_TYPE,
    channels: {
      stream: {
        address: '/api/v1/events',
        title: 'Server-sent events',
        description: 'The id of each message is that of its event; `Last-Event-ID` resumes after it.',
        messages: references('components', 'messages'),
      },
      subject: {
        address: '{prefix}.events.{type}',
        title: 'NATS',
        description: '`{type}` is the type without its version: `limpet.events.target.down`. `Nats-Msg-Id` is the id of the event.',
        parameters: { prefix: { default: 'limpet' }, type: { enum: TYPES } },
        messages: references('components', 'messages'),
      },
    },
    operations: Object.fromEntries(
      ['stream', 'subject'].map((channel) => [
        `send-${channel}`,
        {
          action: 'send',
          channel: { $ref: `#/channels/${channel}` },
          messages: Object.values(references('channels', channel, 'messages')),
        },
      ]),
    ),
    components: { messages: Object.fromEntries(TYPES.map((type) => [cloudTypeOf(type), message(type)])), schemas: dataSchemas() },
  };
}

function references(...path: readonly string[]): Readonly<Record<string, { readonly $ref: string }>> {
  return Object.fromEntries(TYPES.map((type) => [cloudTypeOf(type), { $ref: `#/${[...path, cloudTypeOf(type)].join('/')}` }]));
}

function message(type: AgentEventType): Json {
  const name = cloudTypeOf(type);
  return {
    name,
    title: type,
    summary: EVENT_CATALOGUE[type].summary,
    contentType: CLOUD_EVENT_MEDIA_TYPE,
    payload: {
      type: 'object',
      required: ['specversion', 'id', 'source', 'type', 'time', 'datacontenttype', 'data'],
      properties: {
        specversion: { const: '1.0' },
        id: { type: 'string', description: '`<run>-<number>`, numbers from 1 without a gap.' },
        source: { type: 'string', format: 'uri-reference' },
        type: { const: name },
        subject: { type: 'string' },
        time: { type: 'string', format: 'date-time' },
        datacontenttype: { const: 'application/json' },
        data: { $ref: `#/components/schemas/${name}` },
      },
    },
  };
}

/** Readers take fields that they do not know, so no schema forbids them. */
function dataSchema(type: AgentEventType): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(EVENT_CATALOGUE[type].data, { target: 'draft-7', io: 'input' });
  return schema;
}
