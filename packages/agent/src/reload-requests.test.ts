import assert from 'node:assert/strict';
import test from 'node:test';
import { ReloadRequests } from './reload-requests.ts';

const done = (revision: number) => ({ ok: true, revision, errors: [] });

test('A-005 each request learns how the round that served it ended, and only that', async () => {
  const requests = new ReloadRequests();
  const [one, two, three] = [requests.open(), requests.open(), requests.open()];
  assert.equal(new Set([one.id, two.id, three.id]).size, 3);
  requests.settle([one.id, three.id], done(1));
  requests.settle([two.id, one.id, 'unknown'], done(2));
  assert.deepEqual(await Promise.all([one.outcome, two.outcome, three.outcome]), [done(1), done(2), done(1)]);
});

test('whoever still waits when the agent ends is answered', async () => {
  const requests = new ReloadRequests();
  const [served, waiting] = [requests.open(), requests.open()];
  requests.settle([served.id], done(1));
  const ended = { ok: false, revision: 0, errors: ['the agent has stopped'] };
  requests.settleAll(ended);
  requests.settleAll(done(9));
  assert.deepEqual(await Promise.all([served.outcome, waiting.outcome]), [done(1), ended]);
});
