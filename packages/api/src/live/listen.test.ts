import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { Hono } from 'hono';
import { silentLog } from '@limpet/model';
import { listen, splitAddress } from './listen.ts';
import { pageFolder } from './page-folder.ts';

test('A-014 every address serves the same routes, and a close ends them', async () => {
  const api = new Hono().get('/x', (context) => context.text('here'));
  const listener = await listen(api, {
    addresses: ['127.0.0.1:0', 'localhost:0'],
    readTimeoutMs: 1_000,
    maxConnections: 10,
    log: silentLog,
  });
  assert.equal(listener.addresses.length, 2);
  for (const address of listener.addresses) assert.equal(await (await fetch(`http://${address}/x`)).text(), 'here');
  await listener.close();
  await assert.rejects(fetch(`http://${listener.addresses[0]}/x`));
});

test('A-073 an address in use is an error, and nothing stays bound', async () => {
  const options = { readTimeoutMs: 1_000, maxConnections: 10, log: silentLog };
  const first = await listen(new Hono(), { ...options, addresses: ['127.0.0.1:0'] });
  const [taken = ''] = first.addresses;
  await assert.rejects(listen(new Hono(), { ...options, addresses: ['127.0.0.1:0', taken] }), { code: 'EADDRINUSE' });
  await first.close();
});

test('addresses are hosts and ports, brackets around IPv6', () => {
  assert.deepEqual(splitAddress('0.0.0.0:9090'), { host: '0.0.0.0', port: 9090 });
  assert.deepEqual(splitAddress(':9090'), { host: undefined, port: 9090 });
  assert.deepEqual(splitAddress('[::1]:9090'), { host: '::1', port: 9090 });
  for (const text of ['9090', 'host', 'host:', '::1:9090']) assert.throws(() => splitAddress(text), /not an address/, text);
});

test('the page folder gives its own files and nothing outside', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-page-'));
  mkdirSync(join(folder, 'page/assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.js'), 'secret');
  writeFileSync(join(folder, 'page/index.html'), 'page');
  writeFileSync(join(folder, 'page/assets/a-1.js'), 'code');
  const read = pageFolder(join(folder, 'page'));
  assert.equal((await read('index.html'))?.contentType, 'text/html; charset=utf-8');
  assert.equal((await read('assets/a-1.js'))?.bytes.length, 4);
  for (const path of ['../secret.js', 'assets/../../secret.js', 'assets/', '.hidden.js', 'none.js', 'assets/a-1']) {
    assert.equal(await read(path), undefined, path);
  }
});
