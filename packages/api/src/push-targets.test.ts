import assert from 'node:assert/strict';
import test from 'node:test';
import type { TargetRegistration } from '@limpet/agent';
import { apiAround, fakeAgent } from '../test/fake-agent.ts';

function around() {
  const fake = fakeAgent();
  const seen: TargetRegistration[] = [];
  fake.registerTargets = (registration) => {
    seen.push(registration);
    if (registration.name === 'services') return { ok: true };
    return { ok: false, reason: registration.name === 'crowded' ? 'full' : 'unknown', error: 'no' };
  };
  const { api } = apiAround(fake);
  const request = (method: string, path: string, body?: string) =>
    api.request(`/api/v1/limpet/push/${path}`, { method, ...(body !== undefined && { body }) });
  return { seen, request };
}

test('targets are registered with a time to live, and withdrawn', async () => {
  const { seen, request } = around();
  assert.equal((await request('PUT', 'services/web-1?ttl=90s', '[{"targets":["a:1"]}]')).status, 200);
  assert.equal((await request('PUT', 'services/web-1', '[]')).status, 200);
  assert.equal((await request('DELETE', 'services/web-1')).status, 200);
  assert.deepEqual(seen, [
    { name: 'services', source: 'web-1', groups: '[{"targets":["a:1"]}]', ttlMs: 90_000 },
    { name: 'services', source: 'web-1', groups: '[]', ttlMs: 60_000 },
    { name: 'services', source: 'web-1', groups: 'withdrawn', ttlMs: 0 },
  ]);
});

test('A-022 what cannot be registered is refused with its reason', async () => {
  const { seen, request } = around();
  assert.equal((await request('PUT', 'nobody/web-1', '[]')).status, 404);
  assert.equal((await request('PUT', 'crowded/web-1', '[]')).status, 500);
  assert.equal((await request('PUT', 'services/web-1?ttl=soon', '[]')).status, 400);
  assert.equal((await request('PUT', 'services/web-1', ' '.repeat(1_048_577))).status, 413);
  assert.equal(seen.length, 2);
});
