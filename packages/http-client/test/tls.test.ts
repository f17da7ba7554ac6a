import assert from 'node:assert/strict';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import test from 'node:test';
import type { TLSSocket } from 'node:tls';
import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import type { TlsConfig } from '@limpet/config';
import { Secret } from '@limpet/model';
import { liveHttpEffects, openHttpClient } from '../src/index.ts';
import type { HttpEffects } from '../src/index.ts';
import { selfSigned } from './certificate.ts';
import { eventually, listen, opened, recordingListener, send, sendOnce, serve, textOf } from './local-server.ts';
import type { LocalServer, SeenRequest } from './local-server.ts';

const own = selfSigned('DNS:localhost,DNS:exporter.test,IP:127.0.0.1');
const foreign = selfSigned('DNS:localhost,IP:127.0.0.1');

async function serveTls(options: ServerOptions = {}): Promise<LocalServer> {
  const requests: SeenRequest[] = [];
  const server = createServer({ ...own, ...options }, (request, response) => {
    const socket = request.socket as TLSSocket;
    recordingListener(requests, (_, answer) => answer.end(`${socket.getProtocol()} ${String(socket.servername)}`))(request, response);
  });
  server.on('tlsClientError', () => {});
  return await listen(server, requests, { scheme: 'https' });
}

function tls(config: Partial<TlsConfig>): { readonly tls: TlsConfig } {
  return { tls: { ...HTTP_CLIENT_DEFAULTS.tls, ...config } };
}

const inline = (value: string): { readonly from: 'value'; readonly value: string } => ({ from: 'value', value });
const trusted = { ca: inline(own.cert) };

async function refusalOf(config: Partial<TlsConfig>, effects: HttpEffects = liveHttpEffects): Promise<string> {
  const client = await openHttpClient({ ...HTTP_CLIENT_DEFAULTS, ...tls(config) }, { effects, userAgent: '' });
  return client.ok ? 'opened' : `${client.error.code}: ${client.error.message}`;
}

test('C-064 a server is trusted by the authority of the configuration, by address and by name', async (t) => {
  const server = await serveTls();
  t.after(server.close);
  assert.equal(textOf(await sendOnce(tls(trusted), { url: server.url })), 'TLSv1.3 false');
  assert.equal(textOf(await sendOnce(tls(trusted), { url: `https://localhost:${server.port}` })), 'TLSv1.3 localhost');
  assert.equal(textOf(await sendOnce({ ...tls(trusted), enableHttp2: false }, { url: server.url })), 'TLSv1.3 false');
});

test('C-064 server_name is asked for and verified', async (t) => {
  const server = await serveTls();
  t.after(server.close);
  assert.equal(textOf(await sendOnce(tls({ ...trusted, serverName: 'exporter.test' }), { url: server.url })), 'TLSv1.3 exporter.test');
  const wrong = textOf(await sendOnce(tls({ ...trusted, serverName: 'other.test' }), { url: server.url }));
  assert.match(wrong, /^tls: Get "https.*": tls: failed to verify certificate: x509: certificate is not valid for this name: /);
});

test('C-064 an authority replaces the system roots, and insecure_skip_verify asks for none', async (t) => {
  const server = await serveTls();
  t.after(server.close);
  for (const config of [tls({}), tls({ ca: inline(foreign.cert) })]) {
    const text = textOf(await sendOnce(config, { url: server.url }));
    assert.match(text, /^tls: Get ".*": tls: failed to verify certificate: x509: certificate signed by unknown authority$/);
  }
  assert.equal(textOf(await sendOnce(tls({ insecureSkipVerify: true }), { url: server.url })), 'TLSv1.3 false');
});

test('C-064 versions are limited from both sides, TLS 1.2 being the least unless configured', async (t) => {
  const server = await serveTls({ maxVersion: 'TLSv1.2' });
  t.after(server.close);
  assert.equal(textOf(await sendOnce(tls(trusted), { url: server.url })), 'TLSv1.2 false');
  assert.match(textOf(await sendOnce(tls({ ...trusted, minVersion: 'TLS13' }), { url: server.url })), /^tls: Get ".*": tls: /);
  const modern = await serveTls();
  t.after(modern.close);
  assert.equal(textOf(await sendOnce(tls({ ...trusted, maxVersion: 'TLS12' }), { url: modern.url })), 'TLSv1.2 false');
  const old = await serveTls({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
  t.after(old.close);
  assert.match(textOf(await sendOnce(tls(trusted), { url: old.url })), /^tls: /);
  assert.equal(textOf(await sendOnce(tls({ ...trusted, minVersion: 'TLS10' }), { url: old.url })), 'TLSv1.1 false');
  assert.match(
    await refusalOf({ minVersion: 'TLS13', maxVersion: 'TLS12' }),
    /^LIMPET_HTTP_CLIENT_TLS: .*max_version must be greater than or equal/,
  );
});

test('C-064 a client certificate is shown to a server that asks for it', async (t) => {
  const server = await serveTls({ requestCert: true, rejectUnauthorized: true, ca: foreign.cert });
  t.after(server.close);
  const pair = { cert: inline(foreign.cert), key: { from: 'value', value: new Secret(foreign.key) } } as const;
  assert.equal(textOf(await sendOnce(tls({ ...trusted, ...pair }), { url: server.url })), 'TLSv1.3 false');
  assert.match(textOf(await sendOnce(tls(trusted), { url: server.url })), /^(?:tls|connectionReset): /);
});

test('C-063 material that is unreadable or unusable keeps the client from opening', async () => {
  const missing = { from: 'file', path: '/nowhere/x.pem' } as const;
  assert.equal(
    await refusalOf({ ca: missing }),
    'LIMPET_HTTP_CLIENT_TLS_FILE: unable to read CA cert: open /nowhere/x.pem: no such file or directory',
  );
  assert.equal(
    await refusalOf({ cert: missing, key: missing }),
    'LIMPET_HTTP_CLIENT_TLS_FILE: unable to read client cert: open /nowhere/x.pem: no such file or directory',
  );
  for (const ca of ['', 'nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
    assert.equal(await refusalOf({ ca: inline(ca) }), 'LIMPET_HTTP_CLIENT_TLS: unable to use specified CA cert <inline>');
  }
  const mixed = { cert: inline(own.cert), key: { from: 'value', value: new Secret(foreign.key) } } as const;
  const refusal = await refusalOf(mixed);
  assert.match(refusal, /^LIMPET_HTTP_CLIENT_TLS: unable to use specified client cert \(<inline>\) & key \(<inline>\): /);
  assert.doesNotMatch(refusal, /BEGIN/);
});

test('C-063 changed files make a new connection at the next request, unchanged ones do not', async (t) => {
  const files: Record<string, string> = { '/ca': foreign.cert };
  const readFile = (path: string): Promise<Uint8Array> => {
    const text = files[path];
    return text === undefined ? Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' })) : Promise.resolve(Buffer.from(text));
  };
  const server = await serveTls();
  t.after(server.close);
  const client = await opened(tls({ ca: { from: 'file', path: '/ca' } }), { readFile });
  t.after(() => client.close());
  const connection = client.connect(server.url);
  const text = async (): Promise<string> => textOf(await send(connection, { url: server.url }));
  assert.match(await text(), /unknown authority$/);
  files['/ca'] = own.cert;
  assert.equal(await text(), 'TLSv1.3 false');
  const { accepted } = server.sockets;
  assert.equal(await text(), 'TLSv1.3 false');
  assert.equal(server.sockets.accepted, accepted);
  files['/ca'] = `${own.cert}\n${foreign.cert}`;
  assert.equal(await text(), 'TLSv1.3 false');
  assert.equal(server.sockets.accepted, accepted + 1);
  await eventually(() => server.sockets.open === 1);
  delete files['/ca'];
  assert.match(await text(), /^tls: Get ".*": unable to read CA cert: open \/ca: no such file or directory$/);
  files['/ca'] = 'half a cert';
  assert.match(await text(), /^tls: Get ".*": unable to use specified CA cert \/ca$/);
});

test('HTTP/2 is spoken where the server offers it in TLS and the configuration allows it', async (t) => {
  const requests: SeenRequest[] = [];
  const http2 = createSecureServer({ ...own, allowHTTP1: true }, (request, response) => {
    response.setHeader('X-Request', String(request.headers['x-scope']));
    if (request.url === '/slow') return;
    response.end(`HTTP/${request.httpVersion} `.repeat(20_000));
  });
  const server = await listen(http2, requests, { scheme: 'https' });
  t.after(server.close);
  const httpHeaders = { 'X-Scope': { values: ['a', 'b'], secrets: [], files: [] } };
  const client = await opened({ ...tls(trusted), httpHeaders });
  t.after(() => client.close());
  const connection = client.connect(server.url);
  for (let time = 0; time < 3; time++) {
    const outcome = await send(connection, { url: server.url });
    assert.equal(textOf(outcome), 'HTTP/2.0 '.repeat(20_000));
    assert.ok(outcome.ok);
    assert.equal(outcome.statusText, 'OK');
    assert.equal(outcome.headers['x-request'], 'a, b');
  }
  assert.equal(server.sockets.accepted, 1);
  assert.equal(textOf(await send(connection, { url: server.url, bodyLimitBytes: 1_000 })), 'bodyLimit: body size limit exceeded');
  const controller = new AbortController();
  const slow = send(connection, { url: `${server.url}/slow`, signal: controller.signal });
  setImmediate(() => controller.abort());
  assert.match(textOf(await slow), /^aborted: /);
  assert.equal(textOf(await send(connection, { url: server.url })), 'HTTP/2.0 '.repeat(20_000));
  assert.equal(textOf(await sendOnce({ ...tls(trusted), enableHttp2: false }, { url: server.url })), 'HTTP/1.1 '.repeat(20_000));
});

test('S-171 TLS to a server that speaks plain HTTP, and the reverse, are failures', async (t) => {
  const plain = await serve((_, response) => response.end());
  t.after(plain.close);
  assert.match(
    textOf(await sendOnce({}, { url: plain.url.replace('http:', 'https:') })),
    /^(?:tls: Get ".*": http: server gave HTTP response to HTTPS client|connectionReset: .*)$/,
  );
  const server = await serveTls();
  t.after(server.close);
  assert.match(textOf(await sendOnce({}, { url: server.url.replace('https:', 'http:') })), /^(?:connectionReset|protocol): Get /);
});

test('an abort during a TLS handshake frees the socket', async (t) => {
  const server = await listen(
    createTcpServer((socket) => socket.resume()),
    [],
    { scheme: 'https' },
  );
  t.after(server.close);
  const client = await opened();
  t.after(() => client.close());
  const controller = new AbortController();
  const sent = send(client.connect(server.url), { url: server.url, signal: controller.signal });
  await eventually(() => server.sockets.open === 1);
  controller.abort();
  assert.match(textOf(await sent), /^aborted: /);
  await eventually(() => server.sockets.open === 0);
});
