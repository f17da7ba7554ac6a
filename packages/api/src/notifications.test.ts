import assert from 'node:assert/strict';
import test from 'node:test';
import type { AnyAgentEvent } from '@limpet/agent';
import { apiAround, fakeAgent } from '../test/fake-agent.ts';
import { NOTIFICATION_TEXTS } from './notifications.ts';

/** Notifications look at the type alone. */
const APPLIED = { type: 'config.applied', eventId: 'r-1', atMs: 1, revision: 2 } as AnyAgentEvent;

interface Shown {
  readonly text: string;
  readonly date: string;
  readonly active: boolean;
}

test('A-061 A-062 notifications are raised while true and cleared when over', async () => {
  const fake = fakeAgent();
  fake.phase = 'starting';
  const { api } = apiAround(fake);
  const list = async () => {
    const response = await api.request('/api/v1/notifications');
    return ((await response.json()) as { readonly data: readonly Shown[] }).data;
  };
  assert.deepEqual(await list(), [{ text: NOTIFICATION_TEXTS.starting, date: '2023-11-14T22:15:00Z', active: true }]);
  fake.emit({ type: 'agent.ready', eventId: 'r-1', atMs: 1 });
  assert.deepEqual(await list(), []);
  fake.emit({ type: 'config.failed', eventId: 'r-1', atMs: 1, revision: 1, errors: ['bad'] });
  fake.emit({ type: 'config.failed', eventId: 'r-1', atMs: 1, revision: 1, errors: ['bad'] });
  assert.deepEqual(
    (await list()).map(({ text }) => text),
    ['Configuration reload has failed.'],
  );
  fake.emit(APPLIED);
  fake.emit({ type: 'agent.stopping', eventId: 'r-1', atMs: 1, reason: 'SIGTERM' });
  assert.deepEqual(
    (await list()).map(({ text }) => text),
    ['Limpet is shutting down and gracefully stopping all operations.'],
  );
});

test('A-061 the live stream begins with what is raised, then has every change; too many subscribers get 204', async () => {
  const fake = fakeAgent();
  const { api } = apiAround(fake, { notificationSubscriberCountMax: 1 });
  fake.emit({ type: 'config.failed', eventId: 'r-1', atMs: 1, revision: 1, errors: ['bad'] });
  assert.equal((await api.request('/api/v1/notifications/live', { method: 'HEAD' })).status, 200, 'HEAD takes no place');
  const response = await api.request('/api/v1/notifications/live');
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  assert.equal((await api.request('/api/v1/notifications/live')).status, 204);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader);
  const first = await reader.read();
  fake.emit(APPLIED);
  const second = await reader.read();
  const shown = [first, second].map(({ value = '' }) => JSON.parse(/^data: (.*)\n\n$/.exec(value)?.[1] ?? '') as Shown);
  assert.deepEqual(
    shown.map(({ text, active }) => [text, active]),
    [
      [NOTIFICATION_TEXTS.reloadFailed, true],
      [NOTIFICATION_TEXTS.reloadFailed, false],
    ],
  );
  assert.ok(fake.counted.includes('prometheus_api_notification_updates_sent_total 1'));
  await reader.cancel();
  const next = await api.request('/api/v1/notifications/live');
  assert.equal(next.status, 200, 'a place is free again');
  await next.body?.cancel();
});

test('A-061 updates that a slow subscriber has no room for are dropped and counted', async () => {
  const fake = fakeAgent();
  const { api } = apiAround(fake);
  const response = await api.request('/api/v1/notifications/live');
  for (let round = 0; round < 20; round++) {
    fake.emit({ type: 'config.failed', eventId: 'r-1', atMs: 1, revision: 1, errors: [] });
    fake.emit(APPLIED);
  }
  const count = (name: string) => fake.counted.filter((line) => line === `${name} 1`).length;
  assert.ok(count('prometheus_api_notification_updates_dropped_total') > 0);
  assert.equal(count('prometheus_api_notification_updates_dropped_total') + count('prometheus_api_notification_updates_sent_total'), 40);
  await response.body?.cancel();
});
