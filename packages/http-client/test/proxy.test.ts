import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import type { Socket } from 'node:net';
import test from 'node:test';
import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type { ProxyConfig } from '@limpet/config';
import { Secret } from '@limpet/model';
import { selfSigned } from './certificate.ts';
import { eventually, listen, opened, recordingListener, send, sendOnce, serve, textOf } from './local-server.ts';
import type { LocalServer, SeenRequest } from './local-server.ts';

const own = selfSigned('DNS:localhost,IP:127.0.0.1');
const TLS = { tls: { ...HTTP_CLIENT_DEFAULTS.tls, ca: { from: 'value', value: own.cert } } } as const;

function through(proxy: Partial<ProxyConfig>): { readonly proxy: ProxyConfig } {
  return { proxy: { ...HTTP_CLIENT_DEFAULTS.proxy, ...proxy } };
}

/** A proxy for CONNECT that notes what it is asked. `refuses` answers 407, `hangs` never. */
async function tunnel(mode: 'opens' | 'refuses' | 'hangs' = 'opens'): Promise<LocalServer> {
  const requests: SeenRequest[] = [];
  const server = createHttpServer(recordingListener(requests, (_, response) => response.end('proxied')));
  server.on('connect', ({ method = '', url = '', headers, rawHeaders }, socket: Socket) => {
    requests.push({ method, url, headers, rawHeaders, body: '' });
    socket.on('error', () => {});
    if (mode === 'hangs') return void socket.on('end', () => socket.destroy()).resume();
    if (mode === 'refuses') return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
    const upstream = connect(Number(url.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  return await listen(server, requests, { scheme: 'http' });
}

async function serveTls(): Promise<LocalServer> {
  const requests: SeenRequest[] = [];
  const server = createServer(
    own,
    recordingListener(requests, (request, response) => response.end(`secure ${request.url}`)),
  );
  return await listen(server, requests, { scheme: 'https' });
}

test('a plain request is handed to the proxy whole, with the credentials of the proxy URL', async (t) => {
  const proxy = await serve((_, response) => response.end('proxied'));
  t.after(proxy.close);
  const url = proxy.url.replace('//', '//ann:p%40@');
  const client = await opened(through({ url, connectHeaders: { 'X-Connect': [new Secret('c')] } }));
  t.after(() => client.close());
  const connection = client.connect('http://exporter.test:9100');
  for (let time = 0; time < 2; time++)
    assert.equal(textOf(await send(connection, { url: 'http://exporter.test:9100/metrics?a=1' })), 'proxied');
  const [request] = proxy.requests;
  assert.equal(request?.url, 'http://exporter.test:9100/metrics?a=1');
  assert.equal(request?.headers.host, 'exporter.test:9100');
  assert.equal(request?.headers['proxy-authorization'], `Basic ${Buffer.from('ann:p@').toString('base64')}`);
  assert.equal(request?.headers['x-connect'], undefined);
  assert.equal(proxy.sockets.accepted, 1);
});

test('a TLS request goes through a tunnel, opened with the configured headers', async (t) => {
  const proxy = await tunnel();
  t.after(proxy.close);
  const server = await serveTls();
  t.after(server.close);
  const url = proxy.url.replace('//', '//ann:pw@');
  const client = await opened({ ...TLS, ...through({ url, connectHeaders: { 'X-Connect': [new Secret('a'), new Secret('b')] } }) });
  t.after(() => client.close());
  const connection = client.connect(server.url);
  for (const path of ['/1', '/2']) assert.equal(textOf(await send(connection, { url: `${server.url}${path}` })), `secure ${path}`);
  const [request] = proxy.requests;
  assert.equal(proxy.requests.length, 1);
  assert.equal(request?.url, `127.0.0.1:${server.port}`);
  assert.equal(request?.headers['x-connect'], 'a, b');
  assert.equal(request?.headers['proxy-authorization'], `Basic ${Buffer.from('ann:pw').toString('base64')}`);
  assert.equal(server.requests[0]?.headers['x-connect'], undefined);
  assert.equal(server.requests[0]?.headers['proxy-authorization'], undefined);
  client.close();
  await eventually(() => proxy.sockets.open === 0 && server.sockets.open === 0);
});

test('a proxy that refuses or is not there makes the request fail', async (t) => {
  const proxy = await tunnel('refuses');
  t.after(proxy.close);
  assert.match(
    textOf(await sendOnce({ ...TLS, ...through({ url: proxy.url }) }, { url: 'https://exporter.test' })),
    /^protocol: Get ".*": proxyconnect tcp: 407 Proxy Authentication Required$/,
  );
  const gone = through({ url: 'http://ann:hunter2@127.0.0.1:1' });
  for (const url of ['http://exporter.test/', 'https://exporter.test/']) {
    const text = textOf(await sendOnce(gone, { url }));
    assert.match(text, /^connectionRefused: Get ".*": dial tcp 127.0.0.1:1: connect: connection refused$/);
    assert.doesNotMatch(text, /hunter2/);
  }
});

test('an abort while a tunnel is being opened frees the socket, and the next request tries again', async (t) => {
  const proxy = await tunnel('hangs');
  t.after(proxy.close);
  const client = await opened({ ...TLS, ...through({ url: proxy.url }) });
  t.after(() => client.close());
  const connection = client.connect('https://exporter.test');
  for (const count of [1, 2]) {
    const controller = new AbortController();
    const sent = send(connection, { url: 'https://exporter.test', signal: controller.signal });
    await eventually(() => proxy.requests.length === count);
    controller.abort();
    assert.match(textOf(await sent), /^aborted: /);
    await eventually(() => proxy.sockets.open === 0);
  }
});

test('no_proxy and the environment decide per request', async (t) => {
  const proxy = await serve((_, response) => response.end('proxied'));
  t.after(proxy.close);
  const server = await serve((_, response) => response.end('direct'));
  t.after(server.close);
  assert.equal(textOf(await sendOnce(through({ url: proxy.url }), { url: server.url })), 'proxied');
  assert.equal(textOf(await sendOnce(through({ url: proxy.url, noProxy: 'x.test' }), { url: server.url })), 'direct');
  const environment = { http_proxy: proxy.url };
  assert.equal(textOf(await sendOnce(through({ fromEnvironment: true }), { url: 'http://x.test' }, { environment })), 'proxied');
  assert.equal(textOf(await sendOnce(through({ fromEnvironment: true }), { url: server.url }, { environment })), 'direct');
});

/** A SOCKS 5 server without authentication that notes where it connects to and goes to this machine instead. */
async function socks(asked: string[]): Promise<LocalServer> {
  const server = createTcpServer((client) => {
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request: Buffer) => {
        const length = request[4] ?? 0;
        const name = request[3] === 3 ? request.subarray(5, 5 + length).toString() : [...request.subarray(4, 8)].join('.');
        const port = request.readUInt16BE(request.length - 2);
        asked.push(`${name}:${port}`);
        const upstream = connect(port, '127.0.0.1', () => {
          client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          client.pipe(upstream).pipe(client);
        });
        upstream.on('error', () => client.destroy());
        client.on('close', () => upstream.destroy());
      });
    });
  });
  return await listen(server, [], { scheme: 'socks5' });
}

test('a SOCKS proxy carries plain and TLS requests', async (t) => {
  const asked: string[] = [];
  const proxy = await socks(asked);
  t.after(proxy.close);
  const secure = await serveTls();
  t.after(secure.close);
  const plain = await serve((request, response) => response.end(`plain ${request.url}`));
  t.after(plain.close);
  const client = await opened({ ...TLS, ...through({ url: proxy.url }) });
  t.after(() => client.close());
  assert.equal(textOf(await send(client.connect(plain.url), { url: `http://localhost:${plain.port}/1` })), 'plain /1');
  assert.equal(textOf(await send(client.connect(secure.url), { url: `https://localhost:${secure.port}/2` })), 'secure /2');
  assert.deepEqual(asked, [`localhost:${plain.port}`, `localhost:${secure.port}`]);
  client.close();
  await eventually(() => proxy.sockets.open === 0);
});
