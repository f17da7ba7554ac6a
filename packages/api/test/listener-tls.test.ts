import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { Hono } from 'hono';
import { silentLog } from '@limpet/model';
import { checkWebConfig, listen } from '../src/index.ts';
import type { ListenOptions } from '../src/index.ts';
import { makeCertificate, temporaryFolder } from './certificates.ts';
import type { Certificate } from './certificates.ts';
import { RawClient, rawClient } from './raw-client.ts';

/** Listens with a web configuration, and gives what changes it. */
async function serving(
  t: TestContext,
  text: string,
  { folder = temporaryFolder(t), ...over }: Partial<ListenOptions> & { folder?: string } = {},
) {
  const webConfigFile = join(folder, 'web.yml');
  const write = (newText: string) => writeFileSync(webConfigFile, newText);
  write(text);
  const api = new Hono().get('/x', (context) => context.text('here'));
  const common = { addresses: ['127.0.0.1:0'], readTimeoutMs: 60_000, maxConnections: 100, log: silentLog };
  const listener = await listen(api, { ...common, webConfigFile, ...over });
  t.after(() => listener.close());
  const [address = ''] = listener.addresses;
  return { address, write, listener };
}

interface Asked {
  readonly status: number;
  readonly text: string;
  readonly certificate: string;
}

/** One request over a connection of its own. Rejects where the connection is ended instead. */
function ask(address: string, { ca, user, ...options }: ConnectionOptions & { readonly user?: string }): Promise<Asked> {
  const authorization = user === undefined ? {} : { authorization: `Basic ${btoa(user)}` };
  const url = `https://localhost:${address.split(':').at(-1)}/x`;
  const { promise, resolve, reject } = Promise.withResolvers<Asked>();
  const asking = request(
    url,
    { ...options, host: '127.0.0.1', servername: 'localhost', ca, agent: false, headers: authorization },
    (response) => {
      const certificate = (response.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? '';
      let text = '';
      response.on('data', (bytes: Buffer) => (text += bytes.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, certificate }));
    },
  );
  asking.on('error', reject).end();
  return promise;
}

const tlsBlock = ({ certFile, keyFile }: Certificate, more = '') =>
  `tls_server_config:\n  cert_file: ${certFile}\n  key_file: ${keyFile}\n${more}`;

test('TLS is spoken as the web configuration says, certificates in files or in place, and plain HTTP is not', async (t) => {
  const folder = temporaryFolder(t);
  const certificate = makeCertificate(folder, 'server');
  const { address, listener } = await serving(t, tlsBlock(certificate), { folder });
  assert.equal(listener.isTls, true);
  assert.equal((await ask(address, { ca: certificate.cert })).text, 'here');
  await assert.rejects(ask(address, { ca: makeCertificate(folder, 'other').cert }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  const inPlace = `tls_server_config:\n  cert: ${JSON.stringify(certificate.cert)}\n  key: ${JSON.stringify(certificate.key)}\n`;
  const other = await serving(t, inPlace);
  assert.equal((await ask(other.address, { ca: certificate.cert })).status, 200);
  const plain = await rawClient(address);
  plain.send('GET /x HTTP/1.1\r\nHost: h\r\n\r\n');
  await plain.closed();
  assert.doesNotMatch(plain.received, /here/);
  assert.equal((await ask(address, { ca: certificate.cert })).status, 200);
});

test('a certificate that is replaced is served at the next handshake; one that does not fit closes the door until it does', async (t) => {
  const folder = temporaryFolder(t);
  const before = makeCertificate(folder, 'server');
  const { address, write } = await serving(t, tlsBlock(before), { folder });
  const first = await ask(address, { ca: before.cert });
  const after = makeCertificate(folder, 'server');
  const second = await ask(address, { ca: after.cert });
  assert.notEqual(first.certificate, second.certificate);
  writeFileSync(after.certFile, before.cert);
  await assert.rejects(ask(address, { ca: before.cert }), /ECONNRESET|hang up|disconnected/);
  writeFileSync(after.certFile, after.cert);
  assert.equal((await ask(address, { ca: after.cert })).status, 200);
  write('nonsense: true\n');
  await assert.rejects(ask(address, { ca: after.cert }), /ECONNRESET|hang up|disconnected/);
  write('');
  await assert.rejects(ask(address, { ca: after.cert }), /ECONNRESET|hang up|disconnected/, 'TLS is never switched off while running');
  write(tlsBlock(after));
  assert.equal((await ask(address, { ca: after.cert })).status, 200);
});

test('HTTP/2 is offered with TLS unless it is switched off, and HTTP/1.1 always', async (t) => {
  const folder = temporaryFolder(t);
  const certificate = makeCertificate(folder, 'server');
  for (const [isOn, more] of [
    [true, ''],
    [false, 'http_server_config: {http2: false}\n'],
  ] as const) {
    const { address } = await serving(t, tlsBlock(certificate) + more, { folder });
    const socket = connect({
      port: Number(address.split(':').at(-1)),
      ca: certificate.cert,
      servername: 'localhost',
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    await once(socket, 'secureConnect');
    assert.equal(socket.alpnProtocol, isOn ? 'h2' : 'http/1.1');
    socket.destroy();
    assert.equal((await ask(address, { ca: certificate.cert })).status, 200);
    if (!isOn) continue;
    const session = connectHttp2(`https://localhost:${address.split(':').at(-1)}`, { ca: certificate.cert });
    const stream = session.request({ ':path': '/x' });
    const [headers] = (await once(stream, 'response')) as [{ readonly ':status': number }];
    assert.equal(headers[':status'], 200);
    session.destroy();
  }
});

test('versions and ciphers outside the configured ones are refused', async (t) => {
  const folder = temporaryFolder(t);
  const certificate = makeCertificate(folder, 'server');
  const { cert: ca } = certificate;
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const onlyNew = await serving(t, tlsBlock(certificate, '  min_version: TLS13\n'), { folder });
  await assert.rejects(ask(onlyNew.address, { ca, maxVersion: 'TLSv1.2' }));
  assert.equal((await ask(onlyNew.address, { ca })).status, 200);
  const usual = await serving(t, tlsBlock(certificate));
  await assert.rejects(ask(usual.address, { ca, ...old }));
  const veryOld = await serving(t, tlsBlock(certificate, '  min_version: TLS10\n'));
  assert.equal((await ask(veryOld.address, { ca, ...old })).status, 200);
  const chosen = '  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n  curve_preferences: [CurveP384]\n';
  const strict = await serving(t, tlsBlock(certificate, chosen));
  assert.equal((await ask(strict.address, { ca })).status, 200);
  await assert.rejects(ask(strict.address, { ca, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }));
  await assert.rejects(ask(strict.address, { ca, ecdhCurve: 'X25519' }));
});

const clientTypes = [
  { type: 'NoClientCert', welcome: [true, true, true] },
  { type: 'RequestClientCert', welcome: [true, true, true] },
  { type: 'RequireAnyClientCert', welcome: [false, true, true] },
  { type: 'VerifyClientCertIfGiven', welcome: [true, false, true] },
  { type: 'RequireAndVerifyClientCert', welcome: [false, false, true] },
] as const;

test('each type of client authentication takes and turns away whom it should', async (t) => {
  const folder = temporaryFolder(t);
  const authority = makeCertificate(folder, 'authority');
  const server = makeCertificate(folder, 'server');
  const signed = makeCertificate(folder, 'client', { issuer: authority, names: 'DNS:client.example' });
  const stranger = makeCertificate(folder, 'stranger', { names: 'DNS:client.example' });
  for (const { type, welcome } of clientTypes) {
    const ca = type === 'NoClientCert' ? '' : `  client_ca_file: ${authority.certFile}\n`;
    const { address } = await serving(t, tlsBlock(server, `  client_auth_type: ${type}\n${ca}`), { folder });
    const clients = [{}, { cert: stranger.cert, key: stranger.key }, { cert: signed.cert, key: signed.key }];
    const found = clients.map((client) =>
      ask(address, { ca: server.cert, ...client }).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
    assert.deepEqual(await Promise.all(found), welcome, type);
  }
  const named = (name: string) =>
    `  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ${authority.certFile}\n  client_allowed_sans: [${name}]\n`;
  const { address, write } = await serving(t, tlsBlock(server, named('client.example')), { folder });
  const client = { ca: server.cert, cert: signed.cert, key: signed.key };
  assert.equal((await ask(address, client)).status, 200);
  write(tlsBlock(server, named('other.example')));
  await assert.rejects(ask(address, client));
  const session = connectHttp2(`https://localhost:${address.split(':').at(-1)}`, client);
  session.on('error', () => {});
  await once(session, 'close'); // it is turned away without an answer
});

test('A-014 the cap holds for TLS: a place is free again when its connection ends, also after a failed handshake', async (t) => {
  const folder = temporaryFolder(t);
  const certificate = makeCertificate(folder, 'server');
  const { address } = await serving(t, tlsBlock(certificate), { folder, maxConnections: 1 });
  for (const _ of [1, 2, 3]) assert.equal((await ask(address, { ca: certificate.cert })).status, 200);
  const garbage = await rawClient(address);
  garbage.send('no greeting\r\n\r\n');
  await garbage.closed();
  const socket = connect({ port: Number(address.split(':').at(-1)), ca: certificate.cert, servername: 'localhost' });
  await once(socket, 'secureConnect');
  const client = new RawClient(socket);
  client.send('GET /x HTTP/1.1\r\nHost: h\r\n\r\n');
  await client.answers(1);
  const waiting = ask(address, { ca: certificate.cert });
  client.send('GET /x HTTP/1.1\r\nHost: h\r\n\r\n');
  await client.answers(2);
  socket.end();
  assert.equal((await waiting).status, 200);
});

test('a client that never finishes its handshake is cut off', async (t) => {
  const folder = temporaryFolder(t);
  const { address } = await serving(t, tlsBlock(makeCertificate(folder, 'server')), { folder, readTimeoutMs: 200 });
  const [silent, half] = [await rawClient(address), await rawClient(address)];
  half.send('\x16\x03\x01');
  await Promise.all([silent.closed(), half.closed()]);
});

test('users are asked for their password, compared with bcrypt in a thread of its own, and a changed file counts at once', async (t) => {
  const users = (password: string) => `basic_auth_users:\n  alice: ${JSON.stringify(hashSync(password, 4))}\n`;
  const { address, write, listener } = await serving(t, users('right'));
  assert.equal(listener.isTls, false);
  const status = async (user?: string) => {
    const headers: Record<string, string> = user === undefined ? {} : { authorization: `Basic ${btoa(user)}` };
    return (await fetch(`http://${address}/x`, { headers })).status;
  };
  assert.deepEqual(await Promise.all([status(), status('alice:right'), status('alice:wrong'), status('eve:right')]), [401, 200, 401, 401]);
  write(users('new'));
  assert.deepEqual(await Promise.all([status('alice:right'), status('alice:new')]), [401, 200]);
  write('basic_auth_users: {alice: }\n');
  assert.equal(await status('alice:new'), 500);
  write('');
  assert.equal(await status(), 200);
});

test('A-075 a bad web configuration is found once the address is bound, and nothing is served', async (t) => {
  const folder = temporaryFolder(t);
  const [one, two] = [makeCertificate(folder, 'one'), makeCertificate(folder, 'two')];
  const taken = await serving(t, '');
  const cases = [
    { text: 'nonsense: 1\n', code: 'LIMPET_CONFIG' },
    { text: tlsBlock({ ...one, keyFile: two.keyFile }), code: 'LIMPET_WEB_CONFIG_TLS' },
    { text: tlsBlock({ ...one, keyFile: join(folder, 'none') }), code: 'LIMPET_WEB_CONFIG_FILE' },
    { text: tlsBlock({ ...one, certFile: folder }), code: 'LIMPET_WEB_CONFIG_FILE' },
  ];
  for (const { text, code } of cases) {
    await assert.rejects(serving(t, text, { folder }), { code });
    const checked = checkWebConfig(join(folder, 'web.yml'));
    assert.equal(checked.ok || checked.error.code, code);
    await assert.rejects(serving(t, text, { folder, addresses: [taken.address] }), { code: 'EADDRINUSE' });
  }
  await assert.rejects(serving(t, '', { webConfigFile: join(folder, 'gone.yml') }), { code: 'LIMPET_WEB_CONFIG_FILE' });
});
