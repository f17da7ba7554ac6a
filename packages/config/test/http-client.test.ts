import assert from 'node:assert/strict';
import test from 'node:test';
import type { Secret } from '@limpet/model';
import type { HttpClientConfig, TextSource } from '../src/index.ts';
import { equalConfigs } from '../src/index.ts';
import { loadJob, loadRemoteWrite } from './loading.ts';

const client = (fields: string): HttpClientConfig => loadJob(fields).httpClient;

/** What a secret source holds, in the open. */
function revealed(source: TextSource<Secret>): string | undefined {
  return source?.from === 'value' ? source.value.reveal() : source?.path;
}

test('C-060 each way to authenticate is taken alone', () => {
  const basic = client('basic_auth: {username: u, password: p}').authentication;
  assert.ok(basic?.kind === 'basic');
  assert.deepEqual([basic.username, revealed(basic.password)], [{ from: 'value', value: 'u' }, 'p']);
  assert.deepEqual(client('basic_auth: {}').authentication, { kind: 'basic', username: undefined, password: undefined });
  const authorization = client('authorization: {type: " Token ", credentials: c}').authentication;
  assert.ok(authorization?.kind === 'authorization');
  assert.deepEqual([authorization.type, revealed(authorization.credentials)], ['Token', 'c']);
  const fromFile = client('authorization: {credentials_file: c}').authentication;
  assert.deepEqual(fromFile, { kind: 'authorization', type: 'Bearer', credentials: { from: 'file', path: '/etc/prom/c' } });
});

test('C-060 a bearer token is an authorization in the old spelling', () => {
  const inPlace = client('bearer_token: t').authentication;
  assert.ok(inPlace?.kind === 'authorization');
  assert.deepEqual([inPlace.type, revealed(inPlace.credentials)], ['Bearer', 't']);
  const fromFile = client('bearer_token_file: t').authentication;
  assert.deepEqual(fromFile, { kind: 'authorization', type: 'Bearer', credentials: { from: 'file', path: '/etc/prom/t' } });
  assert.equal(client('bearer_token: ""').authentication, undefined);
});

test('C-064 a TLS block holds texts or paths', () => {
  const { tls } = client(
    'tls_config: {ca: PEM, cert: C, key: K, server_name: s, insecure_skip_verify: true, min_version: TLS12, max_version: TLS13}',
  );
  assert.deepEqual([tls.ca, tls.cert, revealed(tls.key)], [{ from: 'value', value: 'PEM' }, { from: 'value', value: 'C' }, 'K']);
  assert.deepEqual([tls.serverName, tls.insecureSkipVerify, tls.minVersion, tls.maxVersion], ['s', true, 'TLS12', 'TLS13']);
});

test('C-066 headers of any other name are taken, values, secrets and files alike', () => {
  const header = client('http_headers: {X-A: {values: [1, b], secrets: [s], files: [f]}, Cookie: }').httpHeaders['X-A'];
  assert.deepEqual([header?.values, header?.secrets.map((secret) => secret.reveal()), header?.files], [['1', 'b'], ['s'], ['/etc/prom/f']]);
});

test('C-069 an oauth2 block has its own TLS and proxy', () => {
  const oauth2 = client(`
oauth2:
  client_id: id
  client_secret_file: s
  token_url: https://t/x
  grant_type: client_credentials
  scopes: [a, b]
  endpoint_params: {audience: x}
  tls_config: {server_name: n}
  proxy_url: http://proxy
  no_proxy: a,b
`).authentication;
  assert.ok(oauth2?.kind === 'oauth2');
  assert.deepEqual([oauth2.clientId, revealed(oauth2.clientSecret), oauth2.tokenUrl], ['id', '/etc/prom/s', 'https://t/x']);
  assert.deepEqual([oauth2.scopes, oauth2.endpointParams, oauth2.tls.serverName], [['a', 'b'], { audience: 'x' }, 'n']);
  assert.deepEqual([oauth2.proxy.url, oauth2.proxy.noProxy], ['http://proxy', 'a,b']);
});

test('a proxy is given or taken from the environment, with headers of its own', () => {
  const { proxy } = client('proxy_url: http://u:p@proxy\nno_proxy: x\nproxy_connect_header: {A: [b, c]}');
  assert.deepEqual(
    [proxy.url, proxy.noProxy, proxy.connectHeaders['A']?.map((secret) => secret.reveal())],
    ['http://u:p@proxy', 'x', ['b', 'c']],
  );
  assert.equal(client('proxy_from_environment: true\nproxy_connect_header: {A: [b]}').proxy.fromEnvironment, true);
  assert.equal(client('proxy_url: ""').proxy.url, undefined);
});

test('W-050 W-054 W-055 remote write has the defaults of upstream', () => {
  const { url, remoteTimeoutMs, protobufMessage, queue, metadata, httpClient, headers, sendExemplars, roundRobinDns } = loadRemoteWrite('');
  assert.deepEqual([url, remoteTimeoutMs, protobufMessage], ['http://receiver/api', 30_000, 'prometheus.WriteRequest']);
  assert.deepEqual(
    [httpClient.followRedirects, httpClient.enableHttp2, headers, sendExemplars, roundRobinDns],
    [true, false, {}, false, false],
  );
  assert.deepEqual(metadata, { send: true, sendIntervalMs: 60_000, maxSamplesPerSend: 2000 });
  assert.deepEqual(queue, {
    capacity: 10_000,
    maxShards: 50,
    minShards: 1,
    maxSamplesPerSend: 2000,
    batchSendDeadlineMs: 5000,
    minBackoffMs: 30,
    maxBackoffMs: 5000,
    retryOnHttp429: false,
    sampleAgeLimitMs: 0,
  });
  assert.deepEqual(loadRemoteWrite('queue_config: {}').queue, queue);
});

test('C-081 a queue takes what is consistent', () => {
  const { queue } = loadRemoteWrite(
    'queue_config: {min_shards: 50, min_backoff: 5s, retry_on_http_429: true, sample_age_limit: 1h, batch_send_deadline: 0}',
  );
  assert.deepEqual([queue.minShards, queue.minBackoffMs, queue.retryOnHttp429, queue.sampleAgeLimitMs], [50, 5000, true, 3_600_000]);
});

test('C-181 the hash is that of the masked form: secrets do not change it, everything else does', () => {
  const base = loadRemoteWrite('basic_auth: {username: u, password: a}');
  const hashes = [
    'basic_auth: {username: u, password: b}',
    'basic_auth: {username: v, password: a}',
    'basic_auth: {username: u, password: a}\nremote_timeout: 5s',
    'basic_auth: {username: u, password: a}\nwrite_relabel_configs: [{action: drop}]',
    'basic_auth: {username: u, password: a}\nname: x',
  ].map((fields) => loadRemoteWrite(fields).hash === base.hash);
  assert.deepEqual(hashes, [true, false, false, false, false]);
  assert.match(base.hash, /^[0-9a-f]{32}$/);
  assert.equal(base.name, base.hash.slice(0, 6));
  assert.equal(loadRemoteWrite('name: x').name, 'x');
});

test('C-013 C-180 secrets take part in equality', () => {
  const job = loadJob('basic_auth: {username: u, password: a}');
  assert.ok(equalConfigs(job, loadJob('basic_auth: {username: u, password: a}')));
  assert.ok(!equalConfigs(job, loadJob('basic_auth: {username: u, password: b}')));
  assert.ok(!equalConfigs(job, loadJob('basic_auth: {username: u}')));
});
