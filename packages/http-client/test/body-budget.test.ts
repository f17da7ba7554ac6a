import assert from 'node:assert/strict';
import test from 'node:test';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { BodyBudget } from '../src/index.ts';
import { opened, send, serve, textOf } from './local-server.ts';

const MIB = 1024 * 1024;
const chunk = Buffer.alloc(64 * 1024, 'a 1\n');

/** Writes for ever, as fast as it is read. */
function endless(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

test('a body without a limit of its own ends at that of the budget, and says which', async (t) => {
  const bomb = gzipSync(Buffer.alloc(20 * MIB));
  const server = await serve(({ url }, response) => {
    if (url === '/bomb') return response.setHeader('Content-Encoding', 'gzip').end(bomb);
    return url === '/announced' ? response.writeHead(200, { 'Content-Length': 9 * MIB }).flushHeaders() : endless(response);
  });
  t.after(server.close);
  const budget = new BodyBudget({ totalBytesMax: 64 * MIB, bodyBytesMax: 8 * MIB });
  const client = await opened({}, {}, budget);
  t.after(() => client.close());
  for (const path of ['/endless', '/announced', '/bomb']) {
    const url = `${server.url}${path}`;
    const outcome = await send(client.connect(url), { url });
    assert.equal(textOf(outcome), 'bodyLimit: body size limit exceeded: 8MB where none is set', path);
    assert.equal(budget.heldBytes, 0, path);
  }
});

test('endless bodies share the budget of all clients: the one that would exceed it fails, a small one does not', async (t) => {
  const server = await serve(({ url }, response) => (url === '/small' ? response.end('up 1\n') : endless(response)));
  t.after(server.close);
  const budget = new BodyBudget({ totalBytesMax: 16 * MIB, bodyBytesMax: 64 * MIB });
  const clients = await Promise.all([opened({}, {}, budget), opened({}, {}, budget)]);
  t.after(() => clients.forEach((client) => client.close()));
  const outcomes = await Promise.all(clients.map(async (client) => textOf(await send(client.connect(server.url), { url: server.url }))));
  for (const outcome of outcomes) {
    assert.equal(outcome, 'bodyLimit: body size limit exceeded: all bodies in flight may hold 16MB, those above 1MB half of it');
  }
  assert.equal(budget.heldBytes, 0);
  assert.equal(budget.refusedCount, 2);
  const small = await send(clients[0]?.connect(server.url) ?? assert.fail(), { url: `${server.url}/small` });
  assert.equal(textOf(small), 'up 1\n');
});

test('a body that is kept counts until it is released; others do not, nor do failures', async (t) => {
  const server = await serve(({ url }, response) => {
    if (url === '/gzip') return response.setHeader('Content-Encoding', 'gzip').end(gzipSync(chunk));
    if (url === '/long') return response.setHeader('Content-Encoding', 'gzip').end(gzipSync(Buffer.alloc(3 * MIB, 'a 1\n')));
    if (url === '/broken') return response.setHeader('Content-Encoding', 'gzip').end('no gzip');
    return url === '/missing' ? response.writeHead(404).end('no') : response.end(chunk);
  });
  t.after(server.close);
  const budget = new BodyBudget();
  const client = await opened({}, {}, budget);
  t.after(() => client.close());
  const connection = client.connect(server.url);
  for (const [path, bytes] of Object.entries({ '/plain': chunk.byteLength, '/gzip': chunk.byteLength, '/long': 3 * MIB, '/missing': 2 })) {
    const url = `${server.url}${path}`;
    const kept = await send(connection, { url, keepsBody: true });
    assert.ok(kept.ok && kept.body.byteLength === bytes, path);
    assert.ok(budget.heldBytes >= bytes, path);
    kept.release?.();
    kept.release?.();
    assert.equal(budget.heldBytes, 0, path);
    const other = await send(connection, { url });
    assert.ok(other.ok && other.release === undefined, path);
    assert.equal(budget.heldBytes, 0, path);
  }
  assert.match(textOf(await send(connection, { url: `${server.url}/broken`, keepsBody: true })), /^contentEncoding: /);
  assert.equal(budget.heldBytes, 0);
});

test('an abort while a long body is received or inflated gives its room back at once', async (t) => {
  const bomb = gzipSync(Buffer.alloc(60 * MIB));
  const server = await serve(({ url }, response) => {
    if (url === '/bomb') return response.setHeader('Content-Encoding', 'gzip').end(bomb);
    response.write(Buffer.alloc(3 * MIB));
    return undefined;
  });
  t.after(server.close);
  const budget = new BodyBudget();
  const client = await opened({}, {}, budget);
  t.after(() => client.close());
  for (const path of ['/hanging', '/bomb']) {
    const abort = new AbortController();
    const sent = send(client.connect(server.url), { url: `${server.url}${path}`, signal: abort.signal });
    while (budget.heldBytes < 2 * MIB) await sleep(1);
    abort.abort();
    assert.match(textOf(await sent), /^aborted: /, path);
    assert.equal(budget.heldBytes, 0, path);
  }
});

test('while a bomb is inflated other requests are answered', async (t) => {
  const bomb = gzipSync(Buffer.alloc(60 * MIB));
  const server = await serve(({ url }, response) => {
    if (url === '/bomb') return response.setHeader('Content-Encoding', 'gzip').end(bomb);
    return response.end('up 1\n');
  });
  t.after(server.close);
  const client = await opened({}, {}, new BodyBudget({ totalBytesMax: 256 * MIB }));
  t.after(() => client.close());
  const order: string[] = [];
  const bombed = send(client.connect(server.url), { url: `${server.url}/bomb` }).then((outcome) => {
    order.push('bomb');
    return outcome;
  });
  const connection = client.connect(server.url);
  while (!order.includes('bomb')) {
    assert.equal(textOf(await send(connection, { url: server.url })), 'up 1\n');
    order.push('small');
  }
  const outcome = await bombed;
  assert.ok(outcome.ok && outcome.body.byteLength === 60 * MIB);
  assert.ok(order.indexOf('bomb') > 2, `${order.indexOf('bomb')} answers beside it`);
});
