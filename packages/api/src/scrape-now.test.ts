import assert from 'node:assert/strict';
import test from 'node:test';
import { apiAround, fakeAgent } from '../test/fake-agent.ts';

function around(isLifecycleEnabled = true) {
  const fake = fakeAgent();
  const asked: string[] = [];
  fake.scrapeNow = (id, { purpose, by }) => {
    asked.push(`${id} ${purpose} ${by}`);
    const body = new TextEncoder().encode('a 1\n');
    return Promise.resolve({ ok: true, isJoined: false, durationMs: 5, sampleCount: 1, bodyBytes: 4, contentType: 'text/plain', body });
  };
  const { api } = apiAround(fake, { isLifecycleEnabled });
  const id = fake.active[0]?.id ?? '';
  const post = (target: string, query = '', headers: Record<string, string> = {}) =>
    api.request(`/api/v1/targets/${encodeURIComponent(target)}/scrape${query}`, { method: 'POST', headers });
  return { asked, id, post };
}

test('a target is scraped on demand, to look at the answer or to store it', async () => {
  const { asked, id, post } = around();
  const answer = (await (await post(id)).json()) as { readonly data: object };
  assert.deepEqual(answer.data, {
    ok: true,
    isJoined: false,
    durationMs: 5,
    sampleCount: 1,
    bodyBytes: 4,
    contentType: 'text/plain',
    body: 'a 1\n',
    isBodyCut: false,
  });
  const authorization = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
  assert.equal((await post(id, '?purpose=commit', { authorization })).status, 200);
  assert.deepEqual(asked, [`${id} view http`, `${id} commit http user "ann"`]);
});

test('it is refused without the lifecycle flag, for another purpose, and for an unknown target', async () => {
  const off = around(false);
  assert.equal((await off.post(off.id)).status, 403);
  const { asked, id, post } = around();
  assert.equal((await post(id, '?purpose=delete')).status, 400);
  assert.equal((await post('nobody')).status, 404);
  assert.deepEqual([asked, off.asked], [[], []]);
});
