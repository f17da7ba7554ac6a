import assert from 'node:assert/strict';
import test from 'node:test';
import { parseWebConfig } from './parse-web-config.ts';
import type { WebConfig } from './web-config.ts';

const HASH = '$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG';
const parse = (text: string) => parseWebConfig({ file: '/etc/limpet/web.yml', text });

function good(text: string): WebConfig {
  const parsed = parse(text);
  assert(parsed.ok, parsed.ok ? '' : parsed.error.message);
  return parsed.value;
}

const CERTIFIED = 'tls_server_config:\n  cert_file: a.crt\n  key_file: sub/a.key\n';

test('an empty web configuration asks for nothing', () => {
  for (const text of ['', '{}', 'tls_server_config:\n', 'tls_server_config: {min_version: TLS13}\nhttp_server_config: {}\n']) {
    const config = good(text);
    assert.deepEqual([config.tls, config.isHttp2Enabled, config.headers, config.users.size], [undefined, true, {}, 0], text);
  }
});

test('TLS has the defaults of upstream, and paths are taken from the directory of the file', () => {
  assert.deepEqual(good(CERTIFIED).tls, {
    cert: { from: 'file', path: '/etc/limpet/a.crt' },
    key: { from: 'file', path: '/etc/limpet/sub/a.key' },
    clientCa: undefined,
    clientAuthType: 'NoClientCert',
    clientAllowedSans: undefined,
    minVersion: 'TLS12',
    maxVersion: 'TLS13',
    cipherSuites: [],
    preferServerCipherSuites: true,
    curvePreferences: [],
  });
});

test('every field of a web configuration is read', () => {
  const config = good(`
tls_server_config:
  cert: CERT
  key: KEY
  client_ca: CA
  client_auth_type: RequireClientCert
  client_allowed_sans: [one, two]
  min_version: TLS10
  max_version: TLS12
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: false
  headers: {X-Frame-Options: deny, X-XSS-Protection: '1'}
basic_auth_users:
  alice: ${HASH}
rate_limit: {interval: 1s, burst: 20}
`);
  const { tls } = config;
  assert.equal(tls?.key.from === 'value' && tls.key.value.reveal(), 'KEY');
  assert.deepEqual(tls?.cert, { from: 'value', value: 'CERT' });
  assert.deepEqual(tls?.clientCa, { from: 'value', value: 'CA' });
  assert.deepEqual(
    [tls.clientAuthType, tls.clientAllowedSans, tls.minVersion, tls.maxVersion, tls.preferServerCipherSuites],
    ['RequireAnyClientCert', ['one', 'two'], 'TLS10', 'TLS12', false],
  );
  assert.deepEqual([tls.cipherSuites, tls.curvePreferences], [['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'], ['X25519', 'CurveP256']]);
  assert.deepEqual(config.headers, { 'X-Frame-Options': 'deny', 'X-XSS-Protection': '1' });
  assert.equal(config.isHttp2Enabled, false);
  assert.equal(config.users.get('alice')?.reveal(), HASH);
  assert.deepEqual(config.rateLimit, { intervalMs: 1_000, burst: 20 });
});

const refusals = [
  { text: 'tls_server_cfg: {}', error: /1:1: field tls_server_cfg not found .*did you mean tls_server_config/ },
  { text: 'tls_server_config: {cert_file: a}', error: /missing one of key or key_file/ },
  { text: 'tls_server_config: {key_file: a}', error: /missing one of cert or cert_file/ },
  { text: 'tls_server_config: {client_auth_type: RequireAnyClientCert}', error: /missing one of cert or cert_file/ },
  { text: `${CERTIFIED}  client_auth_type: Sometimes\n`, error: /4:21: invalid ClientAuth: "Sometimes"/ },
  { text: `${CERTIFIED}  client_ca_file: ca\n`, error: /client CA's have been configured without a Client Auth Policy/ },
  { text: `${CERTIFIED}  client_auth_type: RequestClientCert\n  client_allowed_sans: [a]\n`, error: /client_allowed_sans requires/ },
  { text: `${CERTIFIED}  min_version: TLS14\n`, error: /unknown TLS version: TLS14/ },
  { text: `${CERTIFIED}  min_version: TLS13\n  max_version: TLS12\n`, error: /max_version TLS12 is below min_version TLS13/ },
  { text: `${CERTIFIED}  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n`, error: /unknown cipher: TLS_RSA_WITH_RC4_128_SHA/ },
  { text: `${CERTIFIED}  curve_preferences: [X25519, ]\n  cipher_suites: [~]\n`, error: /unknown cipher: / },
  { text: `${CERTIFIED}  curve_preferences: [CurveP255]\n`, error: /unknown curve: CurveP255/ },
  { text: 'http_server_config: {headers: {X-Powered-By: me}}', error: /HTTP header "X-Powered-By" can not be configured/ },
  {
    text: 'http_server_config: {headers: {X-Frame-Options: allow}}',
    error: /invalid value for X-Frame-Options. Expected one of: \["deny" "sameorigin"\], but got: "allow"/,
  },
  { text: 'http_server_config: {headers: {X-XSS-Protection: "a\\r\\nb"}}', error: /a header cannot hold this text/ },
  { text: 'basic_auth_users: {alice: hunter2}', error: /1:27: is not a bcrypt hash/ },
  { text: 'basic_auth_users: {alice: }', error: /the user "alice" has no bcrypt hash/ },
  { text: 'basic_auth_users: [', error: /web\.yml/ },
];
for (const { text, error } of refusals) {
  test(`a web configuration is refused: ${JSON.stringify(text)}`, () => {
    const parsed = parse(text);
    assert(!parsed.ok);
    assert.match(parsed.error.message, error);
    assert.doesNotMatch(parsed.error.print(), /hunter2/);
  });
}
