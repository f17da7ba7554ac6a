import assert from 'node:assert/strict';
import test from 'node:test';
import { silentLog } from '@limpet/model';
import { EventHub } from './event-hub.ts';

test('listeners get the events of their type, in order, until they leave', () => {
  const hub = new EventHub({ log: silentLog, wall: () => 5 });
  const seen: string[] = [];
  const leave = hub.on('agent.stopping', ({ reason, atMs }) => seen.push(`${reason} ${atMs}`));
  hub.onAny(({ type }) => seen.push(type));
  hub.emit('agent.stopping', { reason: 'SIGTERM' });
  hub.emit('agent.ready', {});
  leave();
  leave();
  hub.emit('agent.stopping', { reason: 'again' });
  assert.deepEqual(seen, ['SIGTERM 5', 'agent.stopping', 'agent.ready', 'agent.stopping']);
});

test('a listener that throws is logged and hurts nobody', () => {
  const errors: string[] = [];
  const hub = new EventHub({ log: { ...silentLog, error: (message) => errors.push(message) }, wall: () => 0 });
  const seen: string[] = [];
  hub.on('agent.ready', () => {
    throw new Error('bug');
  });
  hub.on('agent.ready', ({ type }) => seen.push(type));
  hub.emit('agent.ready', {});
  assert.deepEqual([seen, errors], [['agent.ready'], ['a listener threw']]);
});

test('a leak of listeners is noticed', () => {
  const hub = new EventHub({ log: silentLog, wall: () => 0 });
  assert.throws(() => {
    for (let count = 0; count <= 1_000; count++) hub.onAny(() => {});
  }, RangeError);
});
