import assert from 'node:assert/strict';
import test from 'node:test';
import type { AnyAgentEvent } from '@limpet/events';
import { apiAround, fakeAgent } from '../test/fake-agent.ts';
import { EVENT_READER_COUNT_MAX, WAITING_EVENT_COUNT_MAX } from './event-stream.ts';

let number = 0;
const TARGET = { id: 'node/h:1#abcdef~1', url: 'http://h:1/metrics', labels: {} };
const up = (pool: string): AnyAgentEvent => ({ type: 'target.up', eventId: `r-${++number}`, atMs: 1, pool, ...TARGET });

/** A stream, read message by message; comments are passed over. */
class Reader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';

  constructor(response: Response) {
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader();
  }

  async next(): Promise<{ readonly id: string | undefined; readonly event: string; readonly data: Record<string, unknown> }> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end < 0) {
        const { value } = await this.#reader.read();
        this.#text += new TextDecoder().decode(value);
        continue;
      }
      const message = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      if (message.startsWith(':')) continue;
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1];
      return { id: field('id'), event: field('event') ?? '', data: JSON.parse(field('data') ?? '') as Record<string, unknown> };
    }
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }
}

function around() {
  number = 0;
  const fake = fakeAgent();
  const { api } = apiAround(fake);
  const open = async (query = '', headers: Record<string, string> = {}) =>
    new Reader(await api.request(`/api/v1/limpet/events${query}`, { headers }));
  return { fake, api, open };
}

test('events are streamed as CloudEvents, with their ids', async () => {
  const { fake, open } = around();
  const reader = await open();
  fake.emit(up('node'));
  const { id, event, data } = await reader.next();
  assert.deepEqual([id, event], ['r-1', 'target.up']);
  assert.deepEqual(
    [data['specversion'], data['type'], data['subject'], data['source']],
    ['1.0', 'dev.limpet.target.up.v1', TARGET.id, 'https://limpet.example/'],
  );
  await reader.close();
});

test('a reader that comes back gets what it has missed, and is told of what is kept no more', async () => {
  const { fake, open } = around();
  for (let event = 0; event < 6; event++) fake.emit(up('node'));
  const resumed = await open('', { 'last-event-id': 'r-4' });
  assert.deepEqual([(await resumed.next()).id, (await resumed.next()).id], ['r-5', 'r-6']);
  const late = await open('?last_event_id=r-1');
  const [hole, first] = [await late.next(), await late.next()];
  assert.deepEqual(
    [hole.event, hole.id, (hole.data['data'] as { reason: string }).reason, first.id],
    ['events.missed', undefined, 'tooOld', 'r-3'],
  );
  await Promise.all([resumed.close(), late.close()]);
});

test('a stream can be narrowed down to types and to a pool', async () => {
  const { fake, api, open } = around();
  const [pool, types] = [await open('?pool=db'), await open('?type=agent.stopping&type=config.failed')];
  fake.emit(up('node'));
  fake.emit(up('db'));
  fake.emit({ type: 'agent.stopping', eventId: `r-${++number}`, atMs: 1, reason: 'x' });
  assert.deepEqual([(await pool.next()).id, (await types.next()).id], ['r-2', 'r-3']);
  await Promise.all([pool.close(), types.close()]);
  const refused = await api.request('/api/v1/limpet/events?type=target.upp');
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /there is no event type \\"target\.upp\\"/);
});

test('a slow reader misses what it has no room for and is told how much', async () => {
  const { fake, open } = around();
  const reader = await open();
  const count = 2 * WAITING_EVENT_COUNT_MAX;
  for (let event = 0; event < count; event++) fake.emit(up('node'));
  let [seen, message] = [0, await reader.next()];
  for (; seen < WAITING_EVENT_COUNT_MAX - 10; seen++) message = await reader.next();
  fake.emit(up('late'));
  while (message.event !== 'events.missed') message = await reader.next();
  const { reason, count: missed } = message.data['data'] as { readonly reason: string; readonly count: number };
  assert.equal(reason, 'slowReader');
  assert.ok(missed >= count - WAITING_EVENT_COUNT_MAX - 1 && missed < count, `${missed}`);
  assert.equal((await reader.next()).id, `r-${count + 1}`);
  await reader.close();
});

test('only so many may read at once, and a place is free again when one goes', async () => {
  const { api, open } = around();
  const readers = await Promise.all(Array.from({ length: EVENT_READER_COUNT_MAX }, () => open()));
  assert.equal((await api.request('/api/v1/limpet/events')).status, 503);
  assert.equal((await api.request('/api/v1/limpet/events', { method: 'HEAD' })).status, 200);
  await readers.pop()?.close();
  const next = await open();
  await Promise.all([...readers, next].map((reader) => reader.close()));
});

test('the AsyncAPI document is served', async () => {
  const { api } = around();
  const document = (await (await api.request('/api/v1/limpet/events/asyncapi.json')).json()) as { readonly asyncapi: string };
  assert.equal(document.asyncapi, '3.0.0');
});
