import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { SSEStreamingApi } from 'hono/streaming';
import { silentLog } from '@limpet/model';
import { listen } from '../src/index.ts';
import type { ListenOptions } from '../src/index.ts';
import type { ApiBindings } from '../src/instrument.ts';
import { REQUEST_BODY_BYTES_MAX } from '../src/live/request-limits.ts';
import { apiAround, fakeAgent } from './fake-agent.ts';
import { rawClient } from './raw-client.ts';

const GET = 'GET /x HTTP/1.1\r\nHost: h\r\n\r\n';

/** Listens on 127.0.0.1, twice where `listenerCount` is 2, until the test is over. */
async function serving(
  t: TestContext,
  api: Parameters<typeof listen>[0],
  over: Partial<ListenOptions> & { readonly listenerCount?: number } = {},
) {
  const addresses = Array.from({ length: over.listenerCount ?? 1 }, () => '127.0.0.1:0');
  const listener = await listen(api, { addresses, readTimeoutMs: 60_000, maxConnections: 10, log: silentLog, ...over });
  t.after(() => listener.close());
  const [first = '', second = ''] = listener.addresses;
  return { first, second, listener };
}

const plain = () => new Hono().all('/x', (context) => context.text('here'));

test('A-014 the cap on connections is one over all listeners, and further connections wait until one ends', async (t) => {
  const { first, second } = await serving(t, plain(), { listenerCount: 2, maxConnections: 2 });
  const [one, two] = [await rawClient(first), await rawClient(second)];
  for (const client of [one, two]) client.send(GET);
  await Promise.all([one.answers(1), two.answers(1)]);
  const waiting = [await rawClient(first), await rawClient(second)];
  for (const client of waiting) client.send(GET);
  one.send(GET);
  await one.answers(2);
  assert.deepEqual(
    [one.statuses(), waiting.map(({ received }) => received)],
    [
      [200, 200],
      ['', ''],
    ],
  );
  one.socket.end();
  await waiting[0]?.answers(1);
  assert.deepEqual(
    waiting.map((client) => client.statuses()),
    [[200], []],
  );
  two.socket.destroy();
  await waiting[1]?.answers(1);
  assert.deepEqual(waiting[1]?.statuses(), [200]);
});

test('A-014 a close ends connections that are served and those that wait', async (t) => {
  const { first, listener } = await serving(t, plain(), { maxConnections: 1 });
  const served = await rawClient(first);
  served.send(GET);
  await served.answers(1);
  const waiting = await rawClient(first);
  waiting.send(GET);
  await listener.close();
  await Promise.all([served.closed(), waiting.closed()]);
  assert.equal(waiting.received, '');
});

test('clients that are slow with their headers, or say nothing at all, are cut off', async (t) => {
  const { first } = await serving(t, plain(), { readTimeoutMs: 200 });
  const [silent, slow, half] = [await rawClient(first), await rawClient(first), await rawClient(first)];
  slow.send('GET /x HTTP/1.1\r\nHost: h\r\n');
  half.send('GE');
  await Promise.all([silent.closed(), slow.closed(), half.closed()]);
  for (const client of [silent, slow, half]) assert.ok(client.statuses().every((status) => status === 408));
});

test('a client that trickles its body has its answer and is cut off', async (t) => {
  const { first } = await serving(t, plain(), { readTimeoutMs: 200 });
  const client = await rawClient(first);
  client.send('POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\na');
  await client.closed();
  assert.equal(client.statuses()[0], 200);
});

test('a client that does not take its answer is cut off', async (t) => {
  const big = new Uint8Array(32 * 1024 ** 2);
  const over = Promise.withResolvers<number>();
  const api = new Hono<{ Bindings: Required<ApiBindings> }>().get('/x', (context) => {
    context.env.whenSent(over.resolve);
    return context.body(big);
  });
  const { first } = await serving(t, api, { readTimeoutMs: 200 });
  const client = await rawClient(first);
  client.socket.pause();
  client.send(GET);
  assert.equal(await over.promise, big.length, 'all of it was written, and waited');
  client.socket.resume();
  await client.closed();
  assert.ok(client.received.length < big.length);
});

test('a stream that is silent for longer than the timeout stays', async (t) => {
  const streams: SSEStreamingApi[] = [];
  const api = plain().get('/live', (context) =>
    streamSSE(context, async (stream) => {
      streams.push(stream);
      await stream.writeSSE({ data: 'first' });
      await new Promise<void>((resolve) => {
        stream.onAbort(() => resolve());
      });
    }),
  );
  const { first } = await serving(t, api, { readTimeoutMs: 200 });
  const client = await rawClient(first);
  client.send('GET /live HTTP/1.1\r\nHost: h\r\n\r\n');
  await client.answers(1);
  for (const _ of [1, 2]) await (await rawClient(first)).closed(); // each ends after the timeout
  assert.equal(client.isClosed, false);
  await streams[0]?.writeSSE({ data: 'second' });
  client.socket.once('data', () => client.socket.destroy());
  await client.closed();
  assert.match(client.received, /second/);
});

test('a body beyond the limit is refused where its length is known, and cut off where it is not', async (t) => {
  const { first } = await serving(t, plain());
  const declared = await rawClient(first);
  declared.send(`POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: ${REQUEST_BODY_BYTES_MAX + 1}\r\n\r\n`);
  await declared.closed();
  assert.deepEqual(declared.statuses(), [413]);
  const endless = await rawClient(first);
  endless.send('GET /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
  let sentBytes = 0;
  for (; !endless.isClosed && sentBytes < 64 * REQUEST_BODY_BYTES_MAX; sentBytes += chunk.length) {
    if (!endless.socket.write(chunk)) await new Promise((resolve) => setImmediate(resolve));
  }
  await endless.closed();
  assert.ok(sentBytes < 64 * REQUEST_BODY_BYTES_MAX);
  const fitting = await rawClient(first);
  fitting.send(`POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody${GET}`);
  await fitting.answers(2);
  assert.deepEqual(fitting.statuses(), [200, 200]);
});

const malformed: readonly (readonly [name: string, request: string])[] = [
  ['no HTTP at all', '\0\x01\x02garbage\r\n\r\n'],
  ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['no version', 'GET /x\r\n\r\n'],
  ['an unknown version', 'GET /x HTTP/9.9\r\nHost: h\r\n\r\n'],
  ['no host', 'GET /x HTTP/1.1\r\n\r\n'],
  ['two lengths', 'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['a length that is none', 'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n'],
  [
    'both length and chunking, with a request hidden in the body',
    `POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${GET}`,
  ],
  ['a header without a colon', 'GET /x HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n'],
  ['a folded header', 'GET /x HTTP/1.1\r\nHost: h\r\nA: b\r\n c\0d\r\n\r\n'],
  ['headers without end', `GET /x HTTP/1.1\r\nHost: h\r\nA: ${'a'.repeat(100_000)}`],
];
for (const [name, request] of malformed) {
  test(`a malformed request is answered once with an error and closed: ${name}`, async (t) => {
    const { first } = await serving(t, plain());
    const client = await rawClient(first);
    client.send(request);
    await client.closed();
    assert.equal(client.statuses().length, 1, client.received);
    assert.ok((client.statuses()[0] ?? 0) >= 400, client.received);
    const next = await rawClient(first);
    next.send(GET);
    await next.answers(1);
    assert.deepEqual(next.statuses(), [200]);
  });
}

test('a body that breaks after its request was answered ends the connection', async (t) => {
  const { first } = await serving(t, plain());
  const client = await rawClient(first);
  client.send(`POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n${GET}`);
  await client.closed();
  assert.equal(client.statuses().length, 1, client.received);
});

test('a host that makes no sense changes nothing: it is refused or ignored, and shows up nowhere', async (t) => {
  const { first } = await serving(t, apiAround(fakeAgent()).api);
  const hosts = ['evil.example', 'a b', '../../x', 'a\\@b', '[::1', 'h:99999', '"><script>', 'x'.repeat(5_000), 'é'];
  for (const host of hosts) {
    const client = await rawClient(first);
    client.send(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    await client.closed();
    const [status = 0] = client.statuses();
    assert.ok(status === 302 || status === 400, `${host} ${status}`);
    if (status === 302) assert.match(client.received, /\r\nlocation: \/agent\r\n/i);
  }
});

test('A-012 paths that climb end where there is nothing', async (t) => {
  const { first } = await serving(t, apiAround(fakeAgent()).api);
  for (const path of [
    '/assets/../../../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/assets/..\\..\\x',
    '/%',
    '//etc/passwd',
    '*',
    'http://other/etc',
  ]) {
    const client = await rawClient(first);
    client.send(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    await client.closed();
    assert.ok([400, 404].includes(client.statuses()[0] ?? 0), `${path} ${client.received}`);
  }
});

test('A-017 the size of an answer is what was sent, compressed as it was', async (t) => {
  const fake = fakeAgent();
  const { first } = await serving(t, apiAround(fake).api);
  const seen = async (headers: Record<string, string>) => {
    const client = await rawClient(first);
    const lines = Object.entries({ Host: 'h', Connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    client.send(`GET /api/v1/scrape_pools HTTP/1.1\r\n${lines.join('')}\r\n`);
    await client.closed();
    return Buffer.from(client.received.slice(client.received.indexOf('\r\n\r\n') + 4), 'latin1');
  };
  const plainBody = await seen({});
  const gzipped = await seen({ 'Accept-Encoding': 'gzip' });
  assert.equal(gunzipSync(gzipped).toString(), plainBody.toString());
  assert.deepEqual(fake.observed.get('prometheus_http_response_size_bytes /api/v1/scrape_pools'), [plainBody.length, gzipped.length]);
});
