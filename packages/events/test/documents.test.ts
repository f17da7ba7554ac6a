import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { asyncApiDocument } from '../src/async-api.ts';
import { cloudTypeOf } from '../src/cloud-event.ts';
import { EVENT_CATALOGUE } from '../src/event-catalogue.ts';
import type { AgentEventType } from '../src/agent-event.ts';

const DOCS = new URL('../../../docs/', import.meta.url);

/** The text that a page must have. With `UPDATE_GOLDEN=1` it gets it. */
function assertPage(name: string, text: string): void {
  const file = new URL(name, DOCS);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  assert.equal(readFileSync(file, 'utf8'), text, `docs/${name} is out of date; UPDATE_GOLDEN=1 rewrites it`);
}

test('docs/asyncapi.json is what the catalogue says', () => {
  const document = JSON.parse(JSON.stringify(asyncApiDocument({ version: '1' }))) as object;
  const file = new URL('asyncapi.json', DOCS);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, `${JSON.stringify(document, undefined, 2)}\n`);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), document, 'docs/asyncapi.json is out of date; UPDATE_GOLDEN=1 rewrites it');
});

test('docs/events.md lists every event', () => {
  const rows = (Object.keys(EVENT_CATALOGUE) as AgentEventType[]).map((type) => {
    const fields = Object.keys(EVENT_CATALOGUE[type].data.shape).map((name) => `\`${name}\``);
    return `| \`${type}\` | ${EVENT_CATALOGUE[type].summary} | ${fields.join(', ')} | \`${cloudTypeOf(type)}\` |`;
  });
  const page = [
    '# Life-cycle events',
    '',
    'Drawn from the catalogue in `packages/events`; a test compares. Listeners of the library get `type`, `eventId`, `atMs` and',
    'the fields below. `/api/v1/events` and NATS carry the same fields as `data` of a CloudEvent 1.0 of the type in the last',
    'column; [asyncapi.json](asyncapi.json) has the whole shape.',
    '',
    '| event | when | fields | CloudEvent type |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    'A stream is narrowed down with `?type=target.down&type=target.up` and `?pool=node`, and resumed with `Last-Event-ID`: the',
    'newest 10,000 events are kept. What a reader has missed is told by `events.missed`.',
    '',
  ].join('\n');
  assertPage('events.md', page);
});
