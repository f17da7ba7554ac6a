import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { capture } from '../../test/captured-run.ts';
import type { CapturedRun } from '../../test/captured-run.ts';

type Files = Readonly<Record<string, string>>;

/** Runs `limpet check config` on prometheus.yml. */
function check(
  t: TestContext,
  text: string,
  { files = {}, words = [] }: { files?: Files; words?: readonly string[] } = {},
): Promise<CapturedRun> {
  return capture(t, ['check', 'config', ...words, 'prometheus.yml'], { files: { 'prometheus.yml': text, ...files } });
}

/** A job named `node` with more fields, two spaces deeper than a job's. */
const job = (fields: string): string => `scrape_configs:\n  - job_name: node\n${fields.replaceAll(/^/gm, '    ')}\n`;
const GOOD = job("static_configs: [{targets: ['a:1', 'b:1']}]");

test('A-080 a good configuration is named, said to be valid, and what it would run follows', async (t) => {
  const text = `${GOOD}remote_write:\n  - url: http://user:pass@far/push\n`;
  assert.deepEqual(await check(t, text), {
    exitCode: 0,
    out: `Checking prometheus.yml
 SUCCESS: prometheus.yml is valid prometheus config file syntax
  job "node" every 1m, timeout 10s: 2 known targets, from static
  remote write to http://user:xxxxx@far/push

`,
    err: '',
  });
});

test('A-080 A-081 A-087 every file is checked, a bad one fails with place and code frame', async (t) => {
  const files = { 'bad.yml': 'scrape_configs:\n  - job_nam: x\n', 'good.yml': GOOD };
  const { exitCode, out, err } = await capture(t, ['check', 'config', 'nowhere.yml', 'bad.yml', 'good.yml'], { files });
  assert.equal(exitCode, 1);
  assert.match(out, /^Checking nowhere\.yml\n\nChecking bad\.yml\n\nChecking good\.yml\n SUCCESS: good\.yml is valid/);
  const [unreadable, heading, place] = err.split('\n');
  assert.equal(unreadable, '  FAILED: cannot read nowhere.yml: no such file or directory');
  assert.equal(heading, '  FAILED: parsing YAML file bad.yml: unmarshal errors:');
  assert.match(place ?? '', /^bad\.yml:2:5: .*field job_nam not found/);
  assert.match(err, /> 2 \|   - job_nam: /);
});

test('A-074 the agent rules are always on', async (t) => {
  const { exitCode, err } = await check(t, 'rule_files: [rules.yml]\n', { words: ['--agent', '--ignore-unknown-fields'] });
  assert.equal(exitCode, 1);
  assert.match(err, /field rule_files is not allowed in agent mode/);
});

const references = [
  {
    name: 'credentials',
    fields: 'authorization:\n  credentials_file: gone',
    err: /^prometheus\.yml:4:25: error checking authorization credentials/,
  },
  {
    name: 'a bearer token',
    fields: 'bearer_token_file: gone',
    err: /error checking authorization credentials or bearer token file "gone"/,
  },
  {
    name: 'a password',
    fields: 'basic_auth:\n  password_file: gone',
    err: /^prometheus\.yml:4:22: error checking basic auth password file/,
  },
  { name: 'a CA', fields: 'tls_config:\n  ca_file: gone', err: /^prometheus\.yml:4:16: error checking CA file "gone"/ },
  {
    name: 'a certificate',
    fields: 'tls_config:\n  key_file: here\n  cert_file: gone',
    err: /^prometheus\.yml:5:18: error checking client cert file/,
  },
  {
    name: 'an OAuth 2 secret',
    fields: 'oauth2:\n  client_id: me\n  token_url: http://a/\n  client_secret_file: gone',
    err: /^prometheus\.yml:6:27: error checking OAuth 2 client secret file/,
  },
  {
    name: 'credentials of a discovery',
    fields: 'http_sd_configs:\n  - url: http://a/\n    basic_auth:\n      password_file: gone',
    err: /^prometheus\.yml:6:26: error checking basic auth password file/,
  },
  {
    name: 'credentials of the second Consul section, beside one of another mechanism',
    fields:
      'docker_sd_configs:\n  - host: unix:///x\nconsul_sd_configs:\n  - {}\n  - server: a\n    authorization:\n      credentials_file: gone',
    err: /^prometheus\.yml:9:29: error checking authorization credentials or bearer token file/,
  },
  {
    name: 'a certificate of Docker',
    fields: 'docker_sd_configs:\n  - host: https://a\n    tls_config: {cert_file: gone, key_file: here}',
    err: /^prometheus\.yml:5:33: error checking client cert file/,
  },
  {
    name: 'a kubeconfig',
    fields: 'kubernetes_sd_configs:\n  - {role: pod, kubeconfig_file: gone}',
    err: /^prometheus\.yml:4:38: error checking kubeconfig file "gone"/,
  },
  {
    name: 'a token of Kubernetes',
    fields: 'kubernetes_sd_configs:\n  - {role: pod, api_server: "https://k", bearer_token_file: gone}',
    err: /error checking authorization credentials or bearer token file "gone"/,
  },
  {
    name: 'a header',
    fields: 'http_headers:\n  X-One:\n    files: [here, gone]',
    err: /^prometheus\.yml:5:23: error checking file of HTTP header X-One/,
  },
];
for (const { name, fields, err } of references) {
  test(`A-083 the file of ${name} must exist, except with --syntax-only`, async (t) => {
    const options = { files: { here: '' } };
    const run = await check(t, job(fields), options);
    assert.equal(run.exitCode, 1);
    const [, ...places] = run.err.split('\n');
    assert.match(places.join('\n'), err);
    assert.equal((await check(t, job(fields.replaceAll('gone', 'here')), options)).exitCode, 0);
  });
  test(`A-082 --syntax-only does not look for the file of ${name}`, async (t) => {
    assert.equal((await check(t, job(fields), { words: ['--syntax-only'] })).exitCode, 0);
  });
}

test('a summary says where the API server of Kubernetes is, without its password', async (t) => {
  const sections = ['{role: pod}', '{role: node, api_server: "https://u:hunter2@k"}', '{role: ingress, kubeconfig_file: here}'];
  const { out } = await check(t, job(`kubernetes_sd_configs: [${sections.join(', ')}]`), { files: { here: '' } });
  assert.match(out, /from kubernetes pod, kubernetes node at https:\/\/u:xxxxx@k, kubernetes ingress by \S*here$/m);
});

test('A-083 remote write credentials must exist too', async (t) => {
  const run = await check(t, 'remote_write:\n  - url: http://far/\n    basic_auth: {password_file: gone}\n');
  assert.equal(run.exitCode, 1);
  assert.match(run.err, /^prometheus\.yml:3:33: error checking basic auth password file "gone"/m);
});

test('A-082 A-083 a TLS certificate without its key fails, with --syntax-only too', async (t) => {
  for (const words of [[], ['--syntax-only']]) {
    const run = await check(t, job('tls_config: {cert_file: here}'), { words, files: { here: '' } });
    assert.equal(run.exitCode, 1);
    assert.match(run.err, /key_file must be configured/);
  }
});

test('A-083 an included file without a star must exist; one with a star may match nothing', async (t) => {
  const run = await check(t, 'scrape_config_files: [jobs/none-*.yml, jobs/gone.yml]\n');
  assert.equal(run.exitCode, 1);
  assert.match(run.err, /^prometheus\.yml:1:\d+: "jobs\/gone\.yml" does not point to an existing file \(check that .*\)$/m);
  assert.equal((await check(t, 'scrape_config_files: [jobs/none-*.yml]\n')).exitCode, 0);
});

test('included files are checked, and their faults shown in their place', async (t) => {
  const text = 'scrape_config_files: [jobs/*.yml]\n';
  const included = job("static_configs: [{targets: ['a/b']}]\nrelabel_configs: []");
  const run = await check(t, text, { files: { 'jobs/a.yml': GOOD.replace('node', 'first'), 'jobs/b.yml': included } });
  assert.equal(run.exitCode, 1);
  assert.match(run.err, /jobs\/b\.yml:3:\d+: .*"a\/b" is not a valid hostname/);
  const good = await check(t, text, { files: { 'jobs/a.yml': GOOD } });
  assert.match(good.out, /job "node" every 1m/);
  assert.equal((await check(t, text, { files: { 'jobs/a.yml': 'nonsense' }, words: ['--syntax-only'] })).exitCode, 0);
});

test('A-084 a target file that matches nothing is a warning on standard output', async (t) => {
  const { exitCode, out, err } = await check(t, job('file_sd_configs: [{files: [none.json]}]'));
  assert.deepEqual([exitCode, err], [0, '']);
  assert.match(out, /^Checking .*\n {2}WARNING: file "none\.json" for file_sd in scrape job "node" does not exist\n SUCCESS/);
});

const targetFiles = [
  { name: 'sd.json', text: '[{"targets":["a:1"]}, null]', err: /sd\.json:1:\d+: nil target group item found/ },
  { name: 'sd.json', text: '[{"target":["a:1"]}]', err: /sd\.json:1:\d+: unknown field "target"/ },
  { name: 'sd.yml', text: '- targets: [a:1]\n  label: {}\n', err: /sd\.yml:2:3: .*label not found/ },
  {
    name: 'sd.yaml',
    text: '- targets: [a:1]\n- targets: [b/c]\n',
    err: /sd\.yaml:2:13: job "node": instance 0 in group .*: "b\/c" is not a valid hostname/,
  },
];
for (const { name, text, err } of targetFiles) {
  test(`A-084 A-085 ${name} with ${JSON.stringify(text)} fails with its place`, async (t) => {
    const run = await check(t, job(`file_sd_configs: [{files: ['*${name.slice(2)}']}]`), { files: { [name]: text } });
    assert.equal(run.exitCode, 1);
    assert.match(run.err, err);
  });
}

test('A-084 target files are read, counted and relabelled; --syntax-only does not open them', async (t) => {
  const fields =
    'file_sd_configs: [{files: [sd.json]}]\nrelabel_configs: [{source_labels: [__meta_filepath, env], regex: ".*sd.json;test", action: drop}]';
  const files = { 'sd.json': '[{"targets":["a:1","b:1"]},{"targets":["c:1"],"labels":{"env":"test"}}]' };
  const { exitCode, out } = await check(t, job(fields), { files });
  assert.equal(exitCode, 0);
  assert.match(out, /2 known targets \(1 more dropped by relabelling\), from file sd\.json\n/);
  assert.equal((await check(t, job(fields), { files: { 'sd.json': '[null]' }, words: ['--syntax-only'] })).exitCode, 0);
});

test('A-082 A-085 a static target that relabelling spoils fails with its place, with --syntax-only too', async (t) => {
  const fields = 'relabel_configs: [{target_label: __scrape_timeout__, replacement: 2m}]\nstatic_configs:\n  - targets: [a:1]';
  for (const words of [[], ['--syntax-only']]) {
    const run = await check(t, job(fields), { words });
    assert.equal(run.exitCode, 1);
    assert.match(run.err, /^ {2}FAILED: job "node": instance 0 in group 0: scrape timeout cannot be greater than scrape interval/);
    assert.match(run.err, /^prometheus\.yml:5:19: job "node"/m);
  }
});

const slow = GOOD.replace('job_name: node', 'job_name: node\n    scrape_interval: 5m');

test('A-081 A-086 a too long interval is found when asked for, and fails only with --lint-fatal', async (t) => {
  assert.equal((await check(t, slow)).err, '');
  for (const lint of ['too-long-scrape-interval', 'all']) {
    const run = await check(t, slow, { words: [`--lint=${lint}`] });
    const finding = 'too long scrape interval found, data point will be marked as stale - job: node, interval: 5m';
    assert.deepEqual([run.exitCode, run.err], [0, `  FAILED: ${finding}\n`]);
    assert.equal((await check(t, slow, { words: ['--lint', lint, '--lint-fatal'] })).exitCode, 3);
  }
  assert.equal((await check(t, slow, { words: ['--lint=all', '--query.lookback-delta=6m', '--lint-fatal'] })).exitCode, 0);
  assert.equal((await check(t, slow, { words: ['--lint=all', '--syntax-only', '--lint-fatal'] })).exitCode, 0);
  assert.equal((await check(t, slow, { words: ['--lint=none', '--lint-fatal'] })).exitCode, 0);
});

test('A-081 a failure outweighs a lint finding', async (t) => {
  const files = { 'slow.yml': slow, 'bad.yml': 'nonsense' };
  assert.equal((await capture(t, ['check', 'config', '--lint=all', '--lint-fatal', 'slow.yml', 'bad.yml'], { files })).exitCode, 1);
});

test('A-086 an unknown lint is a warning and nothing more', async (t) => {
  const { exitCode, out, err } = await check(t, GOOD, { words: ['--lint=spelling', '--lint-fatal'] });
  assert.deepEqual([exitCode, err], [0, '']);
  assert.match(out, /^WARNING: unknown lint option: "spelling"\nChecking/);
});

test('A-098 a lookback that is no duration is wrong usage', async (t) => {
  const run = await check(t, GOOD, { words: ['--query.lookback-delta=soon'] });
  assert.deepEqual([run.exitCode, run.out], [2, '']);
  assert.match(run.err, /--query\.lookback-delta/);
});

test('neither errors nor frames show a secret', async (t) => {
  const run = await check(t, job('basic_auth:\n  password: open-sesame\n  username_file: gone\nstatic_configs: [{targets: [a/b]}]'));
  assert.equal(run.exitCode, 1);
  assert.doesNotMatch(run.err + run.out, /open-sesame/);
});
