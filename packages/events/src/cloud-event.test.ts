import assert from 'node:assert/strict';
import test from 'node:test';
import { CloudEvent } from 'cloudevents';
import { toCloudEvent } from './cloud-event.ts';

const TARGET = { id: 'node/h:1#abcdef~1', pool: 'node', url: 'http://h:1/metrics', labels: { instance: 'h:1' } };
const DOWN = {
  type: 'target.down',
  eventId: 'r-7',
  atMs: 1_700_000_000_123,
  ...TARGET,
  error: 'refused',
  reason: 'connectionRefused',
} as const;

test('an event becomes a CloudEvent with its version in the type and the target as its subject', () => {
  assert.deepEqual(toCloudEvent(DOWN, 'http://agent:9095/'), {
    specversion: '1.0',
    id: 'r-7',
    source: 'http://agent:9095/',
    type: 'dev.limpet.target.down.v1',
    subject: TARGET.id,
    time: '2023-11-14T22:13:20.123Z',
    datacontenttype: 'application/json',
    data: { ...TARGET, error: 'refused', reason: 'connectionRefused' },
  });
});

test('the reference SDK takes what is sent as a valid CloudEvent', () => {
  const plain = toCloudEvent({ type: 'agent.ready', eventId: 'r-1', atMs: 0 }, 'urn:limpet:agent');
  for (const event of [toCloudEvent(DOWN, 'http://agent:9095/'), plain]) {
    const parsed = new CloudEvent(JSON.parse(JSON.stringify(event)) as object, true);
    assert.ok(parsed.validate());
    assert.deepEqual(JSON.parse(parsed.toString()), event);
  }
  assert.ok(!('subject' in plain));
});
