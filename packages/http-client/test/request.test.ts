import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { Secret } from '@limpet/model';
import { eventually, listen, opened, recordingListener, send, sendOnce, serve, textOf } from './local-server.ts';
import type { LocalServer, SeenRequest } from './local-server.ts';

const echo: Parameters<typeof serve>[0] = (request, response) => response.end(`${request.method} ${request.url}`);

function only(server: LocalServer): SeenRequest {
  const [request] = server.requests;
  assert.ok(request);
  return request;
}

test('a GET comes back with status, headers and body', async (t) => {
  const server = await serve((_, response) => response.writeHead(200, 'Fine', { 'Content-Type': 'text/plain' }).end('up 1\n'));
  t.after(server.close);
  const outcome = await sendOnce({}, { url: `${server.url}/metrics?a=b`, headers: { Accept: '*/*' } });
  assert.ok(outcome.ok);
  assert.equal(outcome.status, 200);
  assert.equal(outcome.statusText, 'Fine');
  assert.equal(outcome.headers['content-type'], 'text/plain');
  assert.equal(textOf(outcome), 'up 1\n');
  assert.equal(outcome.wireBytes, 5);
  assert.equal(only(server).url, '/metrics?a=b');
  assert.equal(only(server).headers.host, `127.0.0.1:${server.port}`);
  assert.equal(only(server).headers['user-agent'], 'Limpet/test');
});

test('a POST carries its body and content headers, also an empty one', async (t) => {
  const server = await serve((_, response) => response.writeHead(204).end());
  t.after(server.close);
  const body = Buffer.from('snappy');
  const outcome = await sendOnce(
    {},
    { method: 'POST', url: server.url, body, headers: { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' } },
  );
  assert.equal(outcome.ok && outcome.status, 204);
  assert.equal(only(server).body, 'snappy');
  assert.equal(only(server).headers['content-encoding'], 'snappy');
  assert.equal(only(server).headers['content-length'], '6');
  await sendOnce({}, { method: 'POST', url: server.url, body: new Uint8Array(0) });
  assert.equal(server.requests[1]?.headers['content-length'], '0');
});

test('C-068 requests one after another use one connection', async (t) => {
  const server = await serve(echo);
  t.after(server.close);
  const client = await opened();
  t.after(() => client.close());
  const connection = client.connect(server.url);
  for (const path of ['/1', '/2', '/3']) assert.equal(textOf(await send(connection, { url: `${server.url}${path}` })), `GET ${path}`);
  assert.equal(server.sockets.accepted, 1);
  const other = client.connect(server.url);
  await send(other, { url: server.url });
  assert.equal(server.sockets.accepted, 2);
  client.close();
  await eventually(() => server.sockets.open === 0);
});

test('bodies of every size and framing arrive whole while sockets share one read buffer', async (t) => {
  const bodies = [0, 1, 1_000, 70_000, 400_000].map((bytes) => Buffer.alloc(bytes, `${bytes} abc\n`));
  const server = await serve((request, response) => {
    const body = bodies[Number(request.url.slice(2))] ?? Buffer.alloc(0);
    if (request.url.startsWith('/l')) response.setHeader('Content-Length', body.byteLength);
    if (request.url.startsWith('/e')) response.setHeader('Connection', 'close').removeHeader('Transfer-Encoding');
    response.setHeader('X-Filler', 'f'.repeat(3_000));
    for (let at = 0; at < body.byteLength; at += 30_000) response.write(body.subarray(at, at + 30_000));
    response.end();
  });
  t.after(server.close);
  const client = await opened();
  t.after(() => client.close());
  const requests = ['c', 'l', 'e'].flatMap((framing) => bodies.map((body, index) => ({ body, path: `/${framing}${index}` })));
  await Promise.all(
    requests.map(async ({ body, path }) => {
      const connection = client.connect(server.url);
      for (let time = 0; time < 3; time++) {
        const outcome = await send(connection, { url: `${server.url}${path}` });
        assert.ok(outcome.ok, textOf(outcome));
        assert.ok(body.equals(outcome.body), path);
        assert.equal(outcome.headers['x-filler'], 'f'.repeat(3_000));
      }
    }),
  );
});

test('S-109 a body is inflated exactly when its encoding is gzip and inflating was asked for', async (t) => {
  const wire = gzipSync('up 1\n');
  const server = await serve((request, response) => response.writeHead(200, { 'Content-Encoding': request.url.slice(1) }).end(wire));
  t.after(server.close);
  const inflated = await sendOnce({}, { url: `${server.url}/gzip` });
  assert.equal(textOf(inflated), 'up 1\n');
  assert.equal(inflated.ok && inflated.wireBytes, wire.byteLength);
  for (const request of [{ url: `${server.url}/x-gzip` }, { url: `${server.url}/GZIP` }, { url: `${server.url}/gzip`, inflate: false }]) {
    const outcome = await sendOnce({}, request);
    assert.ok(outcome.ok && wire.equals(outcome.body));
  }
});

test('S-110 a body of the limit or more ends the request, announced or not, inflated or not', async (t) => {
  const text = Buffer.alloc(50_000, 'a 1\n');
  const server = await serve((request, response) => {
    if (request.url === '/gzip') return response.setHeader('Content-Encoding', 'gzip').end(gzipSync(text));
    if (request.url === '/length') return response.end(text);
    response.write(text.subarray(0, 30_000));
    return response.end(text.subarray(30_000));
  });
  t.after(server.close);
  const client = await opened();
  t.after(() => client.close());
  const connection = client.connect(server.url);
  for (const path of ['/gzip', '/length', '/chunked']) {
    const url = `${server.url}${path}`;
    assert.equal(textOf(await send(connection, { url, bodyLimitBytes: 50_000 })), 'bodyLimit: body size limit exceeded');
    const outcome = await send(connection, { url, bodyLimitBytes: 50_001 });
    assert.ok(outcome.ok && text.equals(outcome.body), path);
  }
});

test('S-110 a body without end is cut at the limit, not read on', async (t) => {
  let written = 0;
  const server = await serve((_, response) => {
    const chunk = Buffer.alloc(16_384);
    const more = (): void => {
      while (!response.destroyed && written < 1_000 && response.write(chunk)) written++;
    };
    response.on('drain', more);
    more();
  });
  t.after(server.close);
  assert.equal(textOf(await sendOnce({}, { url: server.url, bodyLimitBytes: 100_000 })), 'bodyLimit: body size limit exceeded');
  await eventually(() => server.sockets.open === 0);
  assert.ok(written < 1_000);
});

test('S-108 the body of an answer that is no success is drained, kept in part, and the connection used again', async (t) => {
  const server = await serve((_, response) => response.writeHead(500).end(Buffer.alloc(300_000, 'e')));
  t.after(server.close);
  const client = await opened();
  t.after(() => client.close());
  const connection = client.connect(server.url);
  for (let time = 0; time < 2; time++) {
    const outcome = await send(connection, { url: server.url, bodyLimitBytes: 10 });
    assert.ok(outcome.ok);
    assert.equal(outcome.status, 500);
    assert.equal(outcome.statusText, 'Internal Server Error');
    assert.ok(outcome.body.byteLength >= 64 * 1024 && outcome.body.byteLength < 200_000);
  }
  assert.equal(server.sockets.accepted, 1);
});

test('a very large answer that is no success still gives its status', async (t) => {
  const server = await serve((_, response) => {
    response.writeHead(404);
    response.write(Buffer.alloc(700_000));
    response.end(Buffer.alloc(700_000));
  });
  t.after(server.close);
  const outcome = await sendOnce({}, { url: server.url });
  assert.equal(outcome.ok && outcome.status, 404);
});

test('S-042 a request goes through a unix socket with its URL unchanged', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'exporter.sock');
  const requests: SeenRequest[] = [];
  const server = await listen(createServer(recordingListener(requests, echo)), requests, { scheme: 'http', path });
  t.after(server.close);
  const client = await opened({ proxy: { url: 'http://127.0.0.1:1', noProxy: '', fromEnvironment: false, connectHeaders: {} } });
  t.after(() => client.close());
  const outcome = await send(client.connect('http://localhost', { socketPath: path }), { url: 'http://localhost/metrics' });
  assert.equal(textOf(outcome), 'GET /metrics');
  assert.equal(only(server).headers.host, 'localhost');
  const missing = await send(client.connect('http://localhost', { socketPath: `${path}.none` }), { url: 'http://localhost/metrics' });
  assert.equal(
    textOf(missing),
    `connectionRefused: Get "http://localhost/metrics": dial unix ${path}.none: connect: no such file or directory`,
  );
});

test('C-065 configured headers are added beside those of the request, several values as several lines', async (t) => {
  const server = await serve(echo);
  t.after(server.close);
  const httpHeaders = {
    'X-Scope': { values: ['a', 'b'], secrets: [new Secret('c')], files: [] },
    Accept: { values: ['text/html'], secrets: [], files: [] },
  };
  await sendOnce({ httpHeaders }, { url: server.url, headers: { Accept: '*/*', 'User-Agent': 'other' } });
  const { rawHeaders } = only(server);
  const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
  assert.deepEqual(
    lines.filter((line) => /^(?:X-Scope|Accept|User-Agent)/.test(line)),
    ['Accept: */*', 'User-Agent: other', 'X-Scope: a', 'X-Scope: b', 'X-Scope: c', 'Accept: text/html'],
  );
});

test('C-065 authorization is set only where the request has none', async (t) => {
  const server = await serve(echo);
  t.after(server.close);
  const authentication = { kind: 'authorization', type: 'Bearer', credentials: { from: 'value', value: new Secret('s3cret') } } as const;
  await sendOnce({ authentication }, { url: server.url });
  await sendOnce({ authentication }, { url: server.url, headers: { authorization: 'Custom x' } });
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.authorization),
    ['Bearer s3cret', 'Custom x'],
  );
});

test('basic authentication comes from the configuration, else from the URL', async (t) => {
  const server = await serve(echo);
  t.after(server.close);
  const url = server.url.replace('//', '//ann:p%40ss@');
  const authentication = {
    kind: 'basic',
    username: { from: 'value', value: 'bob' },
    password: { from: 'value', value: new Secret('pw') },
  } as const;
  await sendOnce({ authentication }, { url });
  await sendOnce({}, { url });
  await sendOnce({ authentication: { kind: 'basic', username: undefined, password: undefined } }, { url: server.url });
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.authorization),
    [basic('bob:pw'), basic('ann:p@ss'), basic(':')],
  );
});

test('C-062 secret files are read for every request and trimmed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = (name: string): string => join(folder, name);
  const server = await serve(echo);
  t.after(server.close);
  const client = await opened({
    authentication: { kind: 'authorization', type: 'Token', credentials: { from: 'file', path: file('token') } },
    httpHeaders: { 'X-Key': { values: ['v'], secrets: [], files: [file('key')] } },
  });
  t.after(() => client.close());
  const connection = client.connect(server.url);
  assert.equal(
    textOf(await send(connection, { url: server.url })),
    `credentials: Get "${server.url}": unable to read header "X-Key": open ${file('key')}: no such file or directory`,
  );
  writeFileSync(file('key'), 'k1');
  assert.match(
    textOf(await send(connection, { url: server.url })),
    /^credentials: .*unable to read authorization credentials: open .*: no such file or directory$/,
  );
  for (const secret of ['one', 'two']) {
    writeFileSync(file('token'), `  ${secret}\n`);
    await send(connection, { url: server.url });
  }
  assert.deepEqual(
    server.requests.map(({ headers }) => [headers.authorization, headers['x-key']]),
    [
      ['Token one', 'v, k1'],
      ['Token two', 'v, k1'],
    ],
  );
});

test('C-062 basic auth reads user and password from files', async (t) => {
  const files: Record<string, string> = { '/u': 'ann\n', '/p': ' pw ' };
  const readFile = (path: string): Promise<Uint8Array> => {
    const text = files[path];
    return text === undefined ? Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })) : Promise.resolve(Buffer.from(text));
  };
  const server = await serve(echo);
  t.after(server.close);
  const authentication = { kind: 'basic', username: { from: 'file', path: '/u' }, password: { from: 'file', path: '/p' } } as const;
  await sendOnce({ authentication }, { url: server.url }, { readFile });
  assert.equal(only(server).headers.authorization, `Basic ${Buffer.from('ann:pw').toString('base64')}`);
  delete files['/p'];
  assert.match(
    textOf(await sendOnce({ authentication }, { url: server.url }, { readFile })),
    /unable to read basic auth password: open \/p: permission denied$/,
  );
  delete files['/u'];
  assert.match(
    textOf(await sendOnce({ authentication }, { url: server.url }, { readFile })),
    /unable to read basic auth username: open \/u: permission denied$/,
  );
});
