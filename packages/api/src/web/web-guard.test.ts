import assert from 'node:assert/strict';
import test from 'node:test';
import { parseWebConfig } from '@limpet/config';
import type { WebConfig } from '@limpet/config';
import { failed, silentLog, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { PasswordCheck } from './basic-auth.ts';
import { guarded } from './web-guard.ts';

function configOf(text: string): Result<WebConfig, Error> {
  return parseWebConfig({ file: 'web.yml', text });
}

/** A guard around a surface that says `in`, and what it is made of, to change while it runs. */
function guardAround(text: string) {
  const parts = { config: configOf(text), nowMs: 0, isBroken: false };
  const passwords = new PasswordCheck({
    digestKey: new Uint8Array(32),
    compare: (password) => (parts.isBroken ? Promise.reject(new Error('no thread')) : Promise.resolve(password === 'right')),
  });
  const fetch = guarded(() => new Response('in', { headers: { 'X-Frame-Options': 'SAMEORIGIN' } }), {
    current: () => parts.config,
    passwords,
    mono: () => parts.nowMs,
    log: silentLog,
  });
  const ask = async (password?: string) => {
    const headers: Record<string, string> = password === undefined ? {} : { authorization: `Basic ${btoa(`alice:${password}`)}` };
    const response = await fetch(new Request('http://h/metrics', { headers }), {});
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { parts, ask };
}

const USERS = `basic_auth_users: {alice: $2y$04$${'a'.repeat(53)}}\n`;

test('only users with their password are let in', async () => {
  const { ask } = guardAround(USERS);
  for (const password of [undefined, 'wrong', '']) {
    const { status, headers, text } = await ask(password);
    assert.deepEqual([status, headers.get('www-authenticate'), text], [401, 'Basic', 'Unauthorized\n']);
  }
  assert.equal((await ask('right')).text, 'in');
});

test('headers are added to every answer, refusals included, and replace those of the surface', async () => {
  const { ask } = guardAround(`${USERS}http_server_config: {headers: {X-Frame-Options: deny, Content-Security-Policy: ''}}\n`);
  for (const password of ['right', 'wrong']) {
    const { headers } = await ask(password);
    assert.deepEqual([headers.get('x-frame-options'), headers.get('content-security-policy')], ['deny', null]);
  }
});

test('a configuration that goes bad closes the door, and opens it again when it is good', async () => {
  const { ask, parts } = guardAround(USERS);
  parts.config = failed(new Error('gone'));
  assert.deepEqual([(await ask('right')).status, (await ask()).status], [500, 500]);
  parts.config = configOf('');
  assert.equal((await ask()).status, 200);
});

test('a comparison that cannot be made lets nobody in', async () => {
  const { ask, parts } = guardAround(USERS);
  parts.isBroken = true;
  assert.equal((await ask('right')).status, 500);
});

test('the rate limit lets a burst through, then one request in each interval', async () => {
  const { ask, parts } = guardAround('rate_limit: {interval: 1s, burst: 2}\n');
  const statuses = async (count: number) => {
    const found: number[] = [];
    for (let index = 0; index < count; index++) found.push((await ask()).status);
    return found;
  };
  assert.deepEqual(await statuses(3), [200, 200, 429]);
  parts.nowMs += 1_000;
  assert.deepEqual(await statuses(2), [200, 429]);
  parts.nowMs += 60_000;
  assert.deepEqual(await statuses(3), [200, 200, 429]);
  const unlimited = configOf('');
  assert(unlimited.ok);
  parts.config = succeeded(unlimited.value);
  assert.deepEqual(await statuses(3), [200, 200, 200]);
});
