import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { asyncApiDocument, dataSchemas } from '../src/async-api.ts';
import { cloudTypeOf } from '../src/cloud-event.ts';
import { EVENT_CATALOGUE } from '../src/event-catalogue.ts';
import type { AgentEventType } from '../src/agent-event.ts';

/** Every shape that was ever published, by name and version. Lines are only ever added to it. */
const PUBLISHED = new URL('golden/published-schemas.json', import.meta.url);

test('a shape of an event changes under a new version only, and none that was published goes', () => {
  const published = JSON.parse(readFileSync(PUBLISHED, 'utf8')) as Record<string, object>;
  const current = dataSchemas();
  for (const [name, schema] of Object.entries(published)) {
    if (name in current) assert.deepEqual(current[name], schema, `${name} has changed: give it the next version`);
  }
  const added = Object.keys(current).filter((name) => !(name in published));
  if (process.env['UPDATE_GOLDEN'] === '1') {
    writeFileSync(PUBLISHED, `${JSON.stringify({ ...published, ...current }, undefined, 2)}\n`);
  } else assert.deepEqual(added, [], 'UPDATE_GOLDEN=1 publishes new events and versions');
});

test('versions of one event follow one another, the newest in the catalogue', () => {
  const names = Object.keys(JSON.parse(readFileSync(PUBLISHED, 'utf8')) as object);
  for (const type of Object.keys(EVENT_CATALOGUE) as AgentEventType[]) {
    const stem = cloudTypeOf(type).replace(/\d+$/, '');
    const versions = names.filter((name) => name.startsWith(stem)).map((name) => Number(name.slice(stem.length)));
    assert.deepEqual(
      versions,
      Array.from({ length: EVENT_CATALOGUE[type].version }, (_, index) => index + 1),
      type,
    );
  }
});

test('every reference of the AsyncAPI document leads somewhere', () => {
  const document = JSON.parse(JSON.stringify(asyncApiDocument({ version: '1.0.0' }))) as object;
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
  assert.ok(references.length > 3 * Object.keys(EVENT_CATALOGUE).length);
  for (const path of references) assert.ok(resolve(document, path) !== undefined, path);
});

test('the AsyncAPI document has every event, with a sentence about it', () => {
  const { components } = asyncApiDocument({ version: '1.0.0' }) as { components: { messages: Record<string, { summary: string }> } };
  assert.deepEqual(Object.keys(components.messages), (Object.keys(EVENT_CATALOGUE) as AgentEventType[]).map(cloudTypeOf));
  for (const { summary } of Object.values(components.messages)) assert.match(summary, /^[A-Z].*\.$/);
});

/** Names have dots in them but no slashes. */
function resolve(document: object, path: string): unknown {
  let place: unknown = document;
  for (const key of path.split('/')) place = (place as Record<string, unknown> | undefined)?.[key];
  return place;
}
