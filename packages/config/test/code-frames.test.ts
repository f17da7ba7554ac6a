import assert from 'node:assert/strict';
import test from 'node:test';
import { configErrorAt } from '../src/index.ts';
import { firstError, refusal } from './loading.ts';

test('an error prints its place, its message and the lines around it with a marker', () => {
  const error = firstError(
    'global:\n  scrape_interval: 15s\nscrape_configs:\n- job_name: a\n  honor_labels: maybe\n  scheme: https\n  metrics_path: /m\n',
  );
  assert.equal(
    error.print(),
    `/etc/prom/prometheus.yml:5:17: cannot unmarshal !!str \`maybe\` into bool (write true or false without quotes)
  3 | scrape_configs:
  4 | - job_name: a
> 5 |   honor_labels: maybe
    |                 ^^^^^
  6 |   scheme: https
  7 |   metrics_path: /m`,
  );
  assert.equal(error.path, 'scrape_configs[0].honor_labels');
});

test('a marker stands under the place also in a line too long to show, and after line ends of Windows', () => {
  const long = firstError(`scrape_configs: [{job_name: ${'a'.repeat(500)}, honor_labels: maybe}]`);
  const [shown = '', marker = ''] = long.frame.split('\n');
  assert.ok(shown.length < 200);
  assert.equal(shown.slice(marker.indexOf('^'), marker.lastIndexOf('^') + 1), 'maybe');
  assert.match(firstError('global:\r\n  x: 1\r\n').frame, /^> 2 \| {3}x: <secret>$/m);
});

/** Files with a mistake near a secret; every secret contains `hunter`, and no frame may. */
const LEAKY: readonly string[] = [
  'remote_write:\n- url: http://a\n  basic_auth:\n    username: u\n    pasword: hunter2',
  'remote_write:\n- url: http://a\n  basic_auth:\n    password: hunter2\n    usrname: x',
  'remote_write:\n- url: http://a\n  basic_auth: {password: hunter2, usrname: x}',
  'remote_write:\n- url: http://a\n  basic_auth: {usrname: x, "password":"hunter2"}',
  'remote_write:\n- url: http://a\n  basic_auth: user:hunter2',
  'remote_write:\n- url: http://a\n  authorization: hunter2',
  'remote_write:\n- url: http://a\n  basic_auth:\n    password: [hunter2]',
  'remote_write:\n- url: http://a\n  basic_auth:\n    password: |\n      hunter1\n\n      hunter2\n    usrname: x',
  'remote_write:\n- url: http://a\n  basic_auth:\n    password: "hunter1\n      hunter2"\n    usrname: x',
  'remote_write:\n- url: http://a\n  basic_auth:\n    password:\n      hunter2\n    usrname: x',
  'remote_write:\n- url: http://a\n  bearer_token: hunter2\n  bearer_tokn: x',
  'remote_write:\n- url: http://a\n  authorization:\n    credentials: !!binary hunter2\n',
  'remote_write:\n- url: http://a\n  http_headers:\n    X-A:\n      secrets:\n      - hunter2\n      valuess: []',
  'remote_write:\n- url: http://a\n  http_headers:\n    Authorization:\n      values: [hunter2]',
  'remote_write:\n- url: http://a\n  headers:\n    Authorization: Bearer hunter2',
  'remote_write:\n- url: http://a\n  proxy_connect_header:\n    A: hunter2',
  'remote_write:\n- url: http://a\n  proxy_connect_header:\n    A: [hunter2]\n',
  'remote_write:\n- url: http://u:hunter2@a\n  nme: x',
  'remote_write:\n- url: http://u:hunter2@a:b\n',
  'remote_write:\n- url: http://u:hunter/2@a\n',
  'remote_write:\n- url: "http://u:hunter 2@a b"\n',
  'remote_write:\n- url: http://a\n  proxy_url: http://u:hunter2@a\n  nme: x',
  'remote_write:\n- url: http://a\n  tls_config:\n    cert: x\n    key: hunter2\n    key_file: y\n',
  'remote_write:\n- url: http://a\n  sigv4: {access_key: hunter2, secret_key: hunter3}\n',
  'remote_write:\n- url: http://a\n  oauth2: {client_id: a, client_secret: hunter2, tokn_url: x}',
  'remote_write:\n- url: http://a\n  oauth2: {client_id: a, endpoint_params: {password_hash: hunter2}, tokn_url: x}',
  'scrape_configs:\n- job_name: a\n  nomad_sd_configs:\n  - token: hunter2\n',
  'scrape_configs:\n- job_name: a\n  consul_sd_configs:\n  - token: hunter2\n    tokn: x\n',
  // a user and a password without a scheme in front
  'scrape_configs:\n- job_name: a\n  consul_sd_configs:\n  - server: u:hunter2@c:8500\n    servr: x\n',
  'scrape_configs:\n- job_name: a\n  consul_sd_configs: [{server: "u.v-w:hunter@2@c:8500", servr: x}]\n',
  'scrape_configs:\n- job_name: a\n  static_configs:\n  - targets: [a:1, "u:hun/ter2@c:1"]\n    x: 1\n',
  "scrape_configs:\n- job_name: a\n  static_configs:\n  - targets: ['u:1hunter@c']\n    x: 1\n",
  'scrape_configs:\n- job_name: a\n  params: {token: [hunter2]}\n  x: 1',
  'alerting:\n  alertmanagers:\n  - basic_auth: {password: hunter2}',
  'base: &base\n  password: hunter2\nremote_write:\n- url: http://a\n  basic_auth: {<<: *base, usrname: x}',
  // not YAML at all
  'remote_write:\n- url: http://a\n  basic_auth:\n    password: hunter2: x\n',
  'remote_write:\n- url: http://a\n  basic_auth:\n    password: @hunter2\n',
  'remote_write:\n- url: http://a\n  basic_auth:\n    password: "hunter2\n    username: x\n',
  'remote_write:\n- url: http://a\n  basic_auth:\n    password: hunter2\n   username: x\n',
  'remote_write:\n- url: http://u:hunter2@a\n  {',
  'remote_write:\n- url: http://a\n  headers:\n    Authorization: Bearer hunter2\n   {',
  'remote_write: [{bearer_token: hunter2',
  'remote_write: [{url: http://a, bearer_token:\nhunter2',
  'remote_write: [{url: http://a, bearer_token:\n"hunter2"\n, nme: x}]',
  'remote_write:\n- url: http://a\n  basic_auth:\n    password: *hunter2\n',
  'remote_write:\n- bearer_token:\n  - hunter2\n  - hunter3\n  {',
  'hunter2',
];

test('neither messages nor frames show what is secret or may be', () => {
  for (const text of LEAKY) {
    const errors = refusal(text);
    const shown = `${errors.print()}\n${errors.message}\n${errors.errors.map((error) => error.stack).join('\n')}`;
    const allowed = shown.replaceAll("unknown anchor 'hunter2' referenced", '');
    assert.doesNotMatch(allowed, /hunter/, `${text}\n→\n${shown}`);
  }
});

test('what is no secret is shown', () => {
  const { frame } = firstError(
    'scrape_configs:\n- job_name: a\n  basic_auth: {username_file: f, password_file: g}\n  scheem: x\n  metrics_path: /p',
  );
  assert.match(frame, /password_file: g/);
  assert.match(frame, /metrics_path: \/p/);
  const { frame: limits } = firstError('scrape_configs:\n- job_name: a\n  sample_limit: x\n  authorization:\n    credentials_file: f');
  assert.match(limits, /credentials_file: f/);
  const { frame: hosts } = firstError(
    'scrape_configs:\n- job_name: a\n  static_configs: [{targets: ["a:9100", "http://b:80/c@d"]}]\n  metrics_path: /y@z\n  x: 1',
  );
  assert.match(hosts, /"a:9100", "http:\/\/b:80\/c@d"/);
  assert.match(hosts, /metrics_path: \/y@z/);
});

test('a fault found elsewhere is shown with its secrets masked too', () => {
  const text = 'scrape_configs:\n- job_name: a\n  basic_auth: {password: hunter2}\n  bearer_token: hunter3\n';
  const steps = ['scrape_configs', 0, 'job_name'];
  const error = configErrorAt({ file: 'a.yml', text, steps, code: 'LIMPET_CONFIG_FILE', message: 'missing' });
  assert.deepEqual([error?.line, error?.path], [2, 'scrape_configs[0].job_name']);
  assert.doesNotMatch(error?.print() ?? '', /hunter/);
});
