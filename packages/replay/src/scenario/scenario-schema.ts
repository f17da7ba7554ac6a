import type { Schema } from './check-schema.ts';

const DURATION: Schema = {
  type: ['string', 'number'],
  pattern: '^-?(0|(\\d+(ms|[smhdwy]))+)$',
  description: 'A duration such as 40s, 1m30s or 5ms.',
};
const TEXT: Schema = { type: 'string' };
const COUNT: Schema = { type: 'number', minimum: 0 };
/** A text, or a document that is written out as JSON. */
const DOCUMENT: Schema = { type: ['string', 'object', 'array', 'null'] };

const ANSWER: Schema = {
  type: ['object', 'string'],
  description: 'How a server answers. A text alone is the body of a 200.',
  additionalProperties: false,
  properties: {
    status: { type: 'number', minimum: 200, description: 'HTTP status, 200 by default.' },
    body: { type: ['string', 'object', 'array'], description: '{{n}}: how often it was asked; {{t}}: seconds since the beginning.' },
    contentType: TEXT,
    takes: {
      type: ['string', 'number'],
      pattern: '^(never|0|(\\d+(ms|[smhdwy]))+)$',
      description: 'Time to the answer, or never; 5ms by default.',
    },
    fails: {
      enum: [
        'connectionRefused',
        'connectionReset',
        'hostNotFound',
        'tls',
        'redirect',
        'bodyLimit',
        'contentEncoding',
        'credentials',
        'protocol',
      ],
      description: 'The request fails for this reason.',
    },
    needs: { type: 'string', description: 'A bearer token or user:password; who does not send it gets 401.' },
    times: { type: 'number', minimum: 1, description: 'Holds for so many requests.' },
  },
};
const ANSWERS: Schema = { type: 'object', additionalProperties: ANSWER, description: 'By host:port or URL.' };
const RECORDS: Schema = {
  type: 'object',
  additionalProperties: { type: ['array', 'null'], items: TEXT },
  description: 'By type and name: "SRV _m._tcp.shop.": ["web-1.shop.:9100"]; null: no server answers.',
};

/** The schema of a scenario file, as JSON Schema: for editors, and for the reader itself. */
export const SCENARIO_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Limpet scenario',
  description: 'A story in virtual time: a world, what happens in it, and what the agent is to make of it.',
  type: 'object',
  required: ['config', 'until', 'expect'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', description: 'What the story shows; the name of the file by default.' },
    about: { type: 'string', description: 'For readers.' },
    start: { type: 'string', description: 'Wall time of the beginning, RFC 3339; 2026-01-01T00:00:00Z by default.' },
    until: { ...DURATION, description: 'When the story ends.' },
    config: { type: ['string', 'object'], description: 'prometheus.yml, as text or in place.' },
    concurrency: { ...COUNT, description: 'Most scrapes in flight at once.' },
    reloadOnStartup: { type: 'boolean', description: 'Whether the first targets are taken up at once; true by default.' },
    seed: { ...COUNT, description: 'Seeds jitter; 1 by default.' },
    hostName: { type: 'string', description: 'Spreads scrapes; scenario by default.' },
    targets: { ...ANSWERS, description: 'Servers from the beginning, by host:port or URL. A host that is not named does not exist.' },
    files: {
      type: 'object',
      additionalProperties: DOCUMENT,
      description: 'Files from the beginning: texts, or documents written as JSON.',
    },
    dns: RECORDS,
    timeline: {
      type: 'array',
      description: 'What happens.',
      items: {
        type: 'object',
        required: ['at'],
        additionalProperties: false,
        properties: {
          at: DURATION,
          answer: ANSWERS,
          file: { type: 'object', additionalProperties: DOCUMENT, description: 'Files that are written; null: removed.' },
          dns: RECORDS,
          config: { type: ['string', 'object'], description: 'The configuration file is written; see reload.' },
          reload: { type: 'boolean', description: 'The configuration is loaded again.' },
          clock: { ...DURATION, description: 'The wall clock jumps: -1h.' },
          suspend: { ...DURATION, description: 'The machine sleeps.' },
          stop: { type: 'boolean', description: 'The agent is stopped.' },
        },
      },
    },
    expect: {
      type: 'array',
      description: 'What is promised: each one names series, markers, health, outcomes, actor, event or requests.',
      items: {
        type: 'object',
        additionalProperties: false,
        properties: {
          series: { type: 'string', description: 'A selector: up{job="web"}. With values, with at and value, or with count.' },
          values: { type: ['string', 'number'], description: 'Samples of one series in order: 1 1 0 stale.' },
          value: { type: ['string', 'number'], description: 'What a query finds at a moment: a number or none.' },
          markers: { type: 'string', description: 'A selector: stale markers of all series that match are counted.' },
          health: { type: 'string', description: 'A target by instance, URL or id; with at and is.' },
          is: { enum: ['up', 'down', 'unknown', 'gone'] },
          error: { type: 'string', description: 'Part of the error that is shown.' },
          outcomes: { type: 'string', description: 'A target by instance, URL or id; with are.' },
          are: { type: 'string', description: 'What became of its ticks: scraped x3 failed(status) late.' },
          actor: { type: 'string', description: 'Path of an actor with *: agent/scrape/pool:web/loops/*; with state and count.' },
          state: { type: 'string', description: 'fetching.queued, or fetching for all within.' },
          event: { type: 'string', description: 'A life-cycle event: target.down.' },
          where: {
            type: 'object',
            additionalProperties: { type: ['string', 'number', 'boolean'] },
            description: 'Fields that the event has.',
          },
          requests: { type: 'string', description: 'host:port or URL; with count.' },
          count: COUNT,
          at: DURATION,
          from: DURATION,
          to: DURATION,
        },
      },
    },
  },
};
