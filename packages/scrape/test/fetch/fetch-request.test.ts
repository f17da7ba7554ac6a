import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { HttpClientConfig } from '@limpet/config';
import type { LoopEvent } from '../../src/loop/loop-events.ts';
import { eventually, exporter, makeRig, openClient } from './fetch-rig.ts';
import type { Exporter, Rig, RigOptions } from './fetch-rig.ts';

async function rigFor(t: TestContext, options: RigOptions = {}, config: Partial<HttpClientConfig> = {}): Promise<Rig> {
  const client = await openClient(config);
  t.after(() => client.close());
  return makeRig(client, options);
}

async function serve(t: TestContext, answer: Parameters<typeof exporter>[0], path?: string): Promise<Exporter> {
  const server = await exporter(answer, path);
  t.after(server.close);
  return server;
}

/** Scrapes once and returns what the loop was told after its slot. */
async function scrape(rig: Rig, loopId: string, url: string, seq = 1): Promise<LoopEvent> {
  if (!rig.tables.loops.has(loopId)) rig.addLoop(loopId, url);
  const before = rig.events(loopId).length;
  rig.start(loopId, { seq });
  await eventually(() => rig.events(loopId).length === before + 2);
  const [granted, answer] = rig.events(loopId).slice(before);
  assert.deepEqual(granted, { type: 'slotGranted', seq });
  assert.ok(answer);
  return answer;
}

function failed(error: string, reason: string, seq = 1): object {
  return { type: 'fetchFailed', seq, reason, error };
}

test('S-105 a scrape is a GET with the headers of Prometheus', async (t) => {
  const server = await serve(t, (_, response) => response.end('up 1\n'));
  const rig = await rigFor(t);
  rig.addLoop('a', `${server.url}/metrics?x=y`);
  rig.start('a', { timeoutMs: 1_500 });
  await eventually(() => server.requests.length === 1);
  const [request] = server.requests;
  assert.equal(request?.url, '/metrics?x=y');
  assert.equal(request?.headers['accept-encoding'], 'gzip');
  assert.equal(request?.headers['user-agent'], 'Limpet/test');
  assert.equal(request?.headers['x-prometheus-scrape-timeout-seconds'], '1.5');
});

test('S-192 S-105 S-106 the user agent names Limpet and its version, and besides the headers of Prometheus there is none', async (t) => {
  const server = await serve(t, (_, response) => response.end('up 1\n'));
  const rig = await rigFor(t);
  rig.addLoop('a', `${server.url}/metrics`);
  rig.start('a', { timeoutMs: 1_500 });
  await eventually(() => server.requests.length === 1);
  const { host: _, connection: __, ...headers } = server.requests[0]?.headers ?? {};
  assert.deepEqual(Object.keys(headers).sort(), ['accept', 'accept-encoding', 'user-agent', 'x-prometheus-scrape-timeout-seconds']);
  assert.equal(headers['user-agent'], 'Limpet/test');
});

test('S-105 the timeout is told as the shortest decimal, and compression as the job has it', async (t) => {
  const server = await serve(t, (_, response) => response.end('up 1\n'));
  const rig = await rigFor(t, { config: { enableCompression: false } });
  rig.addLoop('a', server.url);
  for (const timeoutMs of [10_000, 250, 60_001]) {
    rig.start('a', { timeoutMs });
    await eventually(() => rig.events('a').at(-1)?.type === 'response');
    rig.told.length = 0;
  }
  assert.deepEqual(
    server.requests.map(({ headers }) => [headers['x-prometheus-scrape-timeout-seconds'], headers['accept-encoding']]),
    [
      ['10', 'identity'],
      ['0.25', 'identity'],
      ['60.001', 'identity'],
    ],
  );
});

test('S-106 the Accept header offers the protocols of the job, and follows a change of the job', async (t) => {
  const server = await serve(t, (_, response) => response.end('up 1\n'));
  const rig = await rigFor(t);
  await scrape(rig, 'a', server.url);
  const pool = rig.tables.pools.get('job') ?? assert.fail();
  rig.tables.pools.set('job', { ...pool, config: { ...pool.config, scrapeProtocols: ['PrometheusText0.0.4'] } });
  await scrape(rig, 'a', server.url, 2);
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.accept),
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'text/plain;version=0.0.4;q=0.6,*/*;q=0.5',
    ],
  );
  assert.equal(server.sockets.accepted, 1);
});

test('a body is stored with its content type under a fresh handle', async (t) => {
  const server = await serve(t, (_, response) => response.setHeader('Content-Type', 'text/plain; version=0.0.4').end('up 1\n'));
  const rig = await rigFor(t);
  for (const handle of [1, 2]) {
    assert.deepEqual(await scrape(rig, 'a', server.url, handle), { type: 'response', seq: handle, handle, bytes: 5 });
    const body = rig.tables.bodies.get(handle) ?? assert.fail();
    assert.equal(Buffer.from(body.bytes).toString(), 'up 1\n');
    assert.equal(body.contentType, 'text/plain; version=0.0.4');
    rig.tables.bodies.delete(handle);
  }
});

test('a body without a content type, and an empty one', async (t) => {
  const server = await serve(t, (_, response) => response.end());
  const rig = await rigFor(t);
  assert.deepEqual(await scrape(rig, 'a', server.url), { type: 'response', seq: 1, handle: 1, bytes: 0 });
  assert.equal(rig.tables.bodies.get(1)?.contentType, '');
});

for (const { status, error } of [
  { status: 500, error: 'server returned HTTP status 500 Internal Server Error' },
  { status: 404, error: 'server returned HTTP status 404 Not Found' },
  { status: 204, error: 'server returned HTTP status 204 No Content' },
  { status: 206, error: 'server returned HTTP status 206 Partial Content' },
  { status: 304, error: 'server returned HTTP status 304 Not Modified' },
]) {
  test(`S-108 status ${status} is a failure, and the connection is used again`, async (t) => {
    const server = await serve(t, (_, response) =>
      response.writeHead(status).end(status === 204 || status === 304 ? undefined : 'sorry'.repeat(5_000)),
    );
    const rig = await rigFor(t);
    assert.deepEqual(await scrape(rig, 'a', server.url), failed(error, 'status'));
    assert.deepEqual(await scrape(rig, 'a', server.url, 2), failed(error, 'status', 2));
    assert.equal(server.sockets.accepted, 1);
    assert.equal(rig.tables.bodies.size, 0);
  });
}

test('S-108 a redirect is followed, or is a failure where the job does not follow', async (t) => {
  const server = await serve(t, (url, response) =>
    url === '/' ? response.writeHead(302, { Location: '/metrics' }).end() : response.end('up 1\n'),
  );
  assert.equal((await scrape(await rigFor(t), 'a', server.url)).type, 'response');
  const rig = await rigFor(t, {}, { followRedirects: false });
  assert.deepEqual(await scrape(rig, 'a', server.url), failed('server returned HTTP status 302 Found', 'status'));
});

test('a redirect without end is a failure of its own reason', async (t) => {
  const server = await serve(t, (_, response) => response.writeHead(302, { Location: '/' }).end());
  assert.deepEqual(await scrape(await rigFor(t), 'a', server.url), failed(`Get "${server.url}/": stopped after 10 redirects`, 'redirect'));
});

test('S-109 a gzip body is inflated, any other encoding left as it is', async (t) => {
  const server = await serve(t, (url, response) => response.setHeader('Content-Encoding', url.slice(1)).end(gzipSync('up 1\n')));
  const rig = await rigFor(t);
  assert.deepEqual(await scrape(rig, 'a', `${server.url}/gzip`), { type: 'response', seq: 1, handle: 1, bytes: 5 });
  assert.deepEqual(await scrape(rig, 'b', `${server.url}/br`), {
    type: 'response',
    seq: 1,
    handle: 2,
    bytes: gzipSync('up 1\n').byteLength,
  });
});

test('S-109 a gzip body that is broken is a failure', async (t) => {
  const server = await serve(t, (_, response) => response.setHeader('Content-Encoding', 'gzip').end('up 1\n'));
  assert.deepEqual(await scrape(await rigFor(t), 'a', server.url), failed('gzip: invalid header', 'contentEncoding'));
});

test('S-110 a body of the limit or more fails and counts, compressed or not', async (t) => {
  const text = 'up 1\n'.repeat(1_000);
  const server = await serve(t, (url, response) =>
    url === '/gzip' ? response.setHeader('Content-Encoding', 'gzip').end(gzipSync(text)) : response.end(text),
  );
  const rig = await rigFor(t, { config: { bodySizeLimit: 5_000 } });
  for (const path of ['/gzip', '/plain'])
    assert.deepEqual(await scrape(rig, path, `${server.url}${path}`), failed('body size limit exceeded', 'bodySizeLimit'));
  assert.equal(rig.counted.get('prometheus_target_scrapes_exceeded_body_size_limit_total'), 2);
  assert.equal(rig.counted.get('limpet_scrape_request_failures_total bodySizeLimit'), 2);
  const wider = await rigFor(t, { config: { bodySizeLimit: 5_001 } });
  for (const path of ['/gzip', '/plain']) assert.equal((await scrape(wider, path, `${server.url}${path}`)).type, 'response');
});

test('S-171 a target that is not there, unknown or not HTTP', async (t) => {
  const rig = await rigFor(t);
  assert.deepEqual(
    await scrape(rig, 'a', 'http://127.0.0.1:1/metrics'),
    failed('Get "http://127.0.0.1:1/metrics": dial tcp 127.0.0.1:1: connect: connection refused', 'connectionRefused'),
  );
  assert.deepEqual(
    await scrape(rig, 'b', 'http://none.invalid/'),
    failed('Get "http://none.invalid/": dial tcp: lookup none.invalid: no such host', 'hostNotFound'),
  );
  assert.deepEqual(
    await scrape(rig, 'c', 'ftp://127.0.0.1/'),
    failed('Get "ftp://127.0.0.1/": unsupported protocol scheme "ftp"', 'unsupportedScheme'),
  );
  assert.equal(rig.port.inFlightCount, 0);
});

test('a target that resets, and one that sends garbage, fail alone', async (t) => {
  const rig = await rigFor(t);
  const good = await serve(t, (_, response) => response.end('up 1\n'));
  for (const [loopId, answer, reason] of [
    ['reset', undefined, 'connectionReset'],
    ['garbage', 'SSH-2.0\r\n', 'protocol'],
    ['cut', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nup', 'connectionReset'],
  ] as const) {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => (answer === undefined ? socket.resetAndDestroy() : socket.end(answer)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const event = await scrape(rig, loopId, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    assert.equal(event.type === 'fetchFailed' && event.reason, reason);
  }
  assert.equal((await scrape(rig, 'good', good.url)).type, 'response');
});

test('credentials that cannot be read fail the scrape', async (t) => {
  const server = await serve(t, (_, response) => response.end('up 1\n'));
  const credentials = { from: 'file', path: '/nowhere/token' } as const;
  const rig = await rigFor(t, {}, { authentication: { kind: 'authorization', type: 'Bearer', credentials } });
  const event = await scrape(rig, 'a', server.url);
  assert.deepEqual(
    event,
    failed(`Get "${server.url}": unable to read authorization credentials: open /nowhere/token: no such file or directory`, 'credentials'),
  );
  assert.equal(server.requests.length, 0);
});

test('S-042 a target with a socket path is scraped through it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'exporter.sock');
  const server = await serve(t, (_, response) => response.end('up 1\n'), path);
  const rig = await rigFor(t);
  rig.addLoop('a', 'http://localhost/metrics', path);
  assert.equal((await scrape(rig, 'a', '')).type, 'response');
  assert.equal(server.requests[0]?.headers.host, 'localhost');
});

test('a loop keeps its connection until its target, its socket or the client of its job changes', async (t) => {
  const [first, second] = [
    await serve(t, (_, response) => response.end('up 1\n')),
    await serve(t, (_, response) => response.end('up 1\n')),
  ];
  const rig = await rigFor(t);
  for (const seq of [1, 2]) await scrape(rig, 'a', first.url, seq);
  assert.equal(first.sockets.accepted, 1);
  const entry = rig.tables.loops.get('a') ?? assert.fail();
  assert.ok(entry.connection);
  rig.tables.loops.set('a', { target: { url: second.url, socketPath: '' }, connection: entry.connection });
  await scrape(rig, 'a', second.url, 3);
  await eventually(() => first.sockets.open === 0 && second.sockets.open === 1);
  const client = await openClient();
  t.after(() => client.close());
  rig.tables.pools.set('job', { ...(rig.tables.pools.get('job') ?? assert.fail()), client });
  await scrape(rig, 'a', second.url, 4);
  await eventually(() => second.sockets.accepted === 2 && second.sockets.open === 1);
});

test('S-104 a request that is cancelled ends on the wire whatever it waits for, and is answered no more', async (t) => {
  const server = await serve(t, (url, response) => {
    if (url === '/body') response.write('up ');
  });
  const silent = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.after(() => silent.close());
  const rig = await rigFor(t, { concurrency: 1 });
  const urls = [`${server.url}/head`, `${server.url}/body`, `https://127.0.0.1:${(silent.address() as AddressInfo).port}/handshake`];
  for (const [index, url] of urls.entries()) {
    const loopId = `loop${index}`;
    rig.addLoop(loopId, url);
    rig.start(loopId);
    await eventually(() => rig.port.inFlightCount === 1 && (index > 1 || server.requests.length === index + 1));
    rig.port.cancelFetch(loopId);
    assert.equal(rig.port.inFlightCount, 0);
    await eventually(() => server.sockets.open === 0);
    assert.deepEqual(rig.events(loopId), [{ type: 'slotGranted', seq: 1 }]);
  }
  rig.addLoop('next', `${server.url}/next`);
  rig.start('next');
  await eventually(() => server.requests.at(-1)?.url === '/next');
  rig.port.release('next');
});

test('S-190 the wait for a slot comes before slotGranted, has its own metric, and ends in order', async (t) => {
  const waiting: (() => void)[] = [];
  const server = await serve(t, (_, response) => waiting.push(() => response.end('up 1\n')));
  const rig = await rigFor(t, { concurrency: 1 });
  for (const loopId of ['a', 'b', 'c']) {
    rig.addLoop(loopId, server.url);
    rig.start(loopId);
  }
  assert.deepEqual([rig.port.inFlightCount, rig.port.waitingCount], [1, 2]);
  assert.equal(rig.counted.get('limpet_scrapes_waiting'), 2);
  for (const loopId of ['a', 'b', 'c']) {
    await eventually(() => waiting.length === 1);
    assert.deepEqual(rig.told.at(-1), { loopId, event: { type: 'slotGranted', seq: 1 } });
    rig.clock.advance(2_000);
    waiting.pop()?.();
    await eventually(() => rig.events(loopId).length === 2);
  }
  assert.equal(rig.counted.get('limpet_scrape_queue_wait_seconds sum'), 6);
  assert.equal(rig.counted.get('limpet_scrapes_waiting'), 0);
  assert.equal(rig.counted.get('limpet_scrapes_in_flight'), 0);
});

test('release closes the connection of a loop, also when its entry has gone before', async (t) => {
  const server = await serve(t, (_, response) => response.end('up 1\n'));
  const rig = await rigFor(t);
  for (const loopId of ['a', 'b']) await scrape(rig, loopId, server.url);
  assert.equal(server.sockets.open, 2);
  const entry = rig.tables.loops.get('a') ?? assert.fail();
  rig.port.release('a');
  assert.equal(entry.connection, undefined);
  rig.tables.loops.delete('b');
  rig.port.release('b');
  rig.port.release('b');
  await eventually(() => server.sockets.open === 0);
  assert.equal(rig.tables.bodies.size, 0);
});
