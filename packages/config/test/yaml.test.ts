import assert from 'node:assert/strict';
import test from 'node:test';
import { CONFIG_ERRORS_MAX, parseConfig, YAML_CHARS_MAX, YAML_DEPTH_MAX } from '../src/index.ts';
import { firstError, load, loadJob, loadRemoteWrite, refusal } from './loading.ts';

test('C-001 paths are resolved against the directory of their file; empty and absolute ones stay', () => {
  const job = loadJob(`
scrape_failure_log_file: log/failures
tls_config: {ca_file: ../ca.pem, cert_file: /abs/cert.pem, key_file: ./key.pem}
basic_auth: {username_file: user, password_file: ""}
http_headers: {X-A: {files: [a/../b]}}
file_sd_configs:
- files: ["targets/*.yml", /srv/x.json]
`);
  assert.equal(job.scrapeFailureLogFile, '/etc/prom/log/failures');
  assert.deepEqual(job.httpClient.tls.ca, { from: 'file', path: '/etc/ca.pem' });
  assert.deepEqual(job.httpClient.tls.cert, { from: 'file', path: '/abs/cert.pem' });
  assert.deepEqual(job.httpClient.tls.key, { from: 'file', path: '/etc/prom/key.pem' });
  assert.deepEqual(job.httpClient.authentication, {
    kind: 'basic',
    username: { from: 'file', path: '/etc/prom/user' },
    password: undefined,
  });
  assert.deepEqual(job.httpClient.httpHeaders['X-A']?.files, ['/etc/prom/b']);
  assert.deepEqual(job.serviceDiscovery, [
    { mechanism: 'file', files: ['/etc/prom/targets/*.yml', '/srv/x.json'], refreshIntervalMs: 300_000 },
  ]);
});

test('C-001 without a directory, paths stay relative; the error names the file that did not load', () => {
  const { global } = load('global: {scrape_failure_log_file: a}', { file: 'prometheus.yml' });
  assert.equal(global.scrapeFailureLogFile, 'a');
  assert.match(refusal('a: 1', { file: 'prometheus.yml' }).message, /^parsing YAML file prometheus\.yml: /);
});

test('C-002 all problems of a document come together, each with its line', () => {
  const text = 'global: {a: 1}\nscrape_configs:\n- job_name: a\n  b: 1\n  honor_labels: 3\n- job_name: c\n  scrape_timeout: 2m\n';
  const { message, errors } = refusal(text);
  assert.match(message, /unmarshal errors:/);
  assert.deepEqual(
    errors.map(({ line, column, code }) => [line, column, code]),
    [
      [1, 10, 'LIMPET_CONFIG_UNKNOWN_FIELD'],
      [4, 3, 'LIMPET_CONFIG_UNKNOWN_FIELD'],
      [5, 17, 'LIMPET_CONFIG_TYPE'],
    ],
  );
  const checked = refusal(text.replace('{a: 1}', '{}'));
  assert.deepEqual(
    checked.errors.map(({ line }) => line),
    [4, 5, 7],
  );
});

test('C-002 an unknown field is refused with the field that was meant', () => {
  const error = firstError('scrape_configs:\n- job_name: a\n  honour_labels: true');
  assert.equal(error.hint, 'did you mean honor_labels?');
  assert.equal(
    error.summary,
    '/etc/prom/prometheus.yml:3:3: field honour_labels not found in type scrape_config (did you mean honor_labels?)',
  );
});

test('C-003 an empty file, a comment and a null are all defaults', () => {
  for (const text of ['', '# nothing', '~', '---\n', '{}']) {
    const config = load(text);
    assert.equal(config.global.scrapeIntervalMs, 60_000);
    assert.deepEqual([config.scrapeConfigs, config.remoteWrite, config.outOfOrderTimeWindowMs], [[], [], 0]);
  }
});

test('C-003 only the first document counts', () => {
  assert.equal(load('global: {scrape_interval: 5s}\n---\nnot: known\n').global.scrapeIntervalMs, 5000);
});

test('C-003 anchors, aliases and merge keys work; what stands later wins', () => {
  const { scrapeConfigs } = load(`
scrape_configs:
- &base
  job_name: a
  scheme: https
  params: &p {x: ["1"]}
- <<: *base
  job_name: b
  params: {<<: *p, y: ["2"]}
- <<: [{scheme: first}, {scheme: second, metrics_path: /p}]
  job_name: c
`);
  assert.deepEqual(
    scrapeConfigs.map(({ jobName, scheme, metricsPath, params }) => [jobName, scheme, metricsPath, params]),
    [
      ['a', 'https', '/metrics', { x: ['1'] }],
      ['b', 'https', '/metrics', { x: ['1'], y: ['2'] }],
      ['c', 'first', '/p', {}],
    ],
  );
});

test('C-003 an anchor that is not known, contains itself or multiplies without end is refused', () => {
  assert.match(firstError('global: *a').message, /unknown anchor 'a'/);
  assert.match(firstError('global: &a [*a]').message, /contains itself/);
  const bomb = 'bcdefghij'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(', ')}]`);
  const error = firstError(['a: &a [x, x]', ...bomb].join('\n'));
  assert.match(error.message, /excessive aliasing/);
  assert.equal(error.code, 'LIMPET_CONFIG_LIMIT');
});

test('C-003 lists and mappings in brackets may be indented at will, as files for upstream are', () => {
  const rows = [
    "- targets: [\n    'a',\n    'b'\n  ]\n",
    "- targets: [\n  'a',\n  'b',\n  ]\n    labels: {\n  }\n",
    "- targets: [\n'a',\n'b']\n",
    '- {targets:\n[a,\nb]\n}\n',
    '- {targets: [a # one\n,b]}\n',
  ];
  for (const groups of rows) {
    const [config] = load(
      `scrape_configs:\n- job_name: a\n  static_configs:\n${groups.replace(/^(?=- )/gm, '  ')}  metrics_path: /x\n`,
    ).scrapeConfigs;
    assert.equal(config?.metricsPath, '/x');
    assert.ok(config.serviceDiscovery[0]?.mechanism === 'static');
    assert.deepEqual(config.serviceDiscovery[0].groups[0]?.targets, [[['__address__', 'a']], [['__address__', 'b']]]);
  }
  assert.equal(load('scrape_configs: [\n{job_name: a},\n{job_name: b}\n]\n').scrapeConfigs.length, 2);
});

test('C-004 an explicit null is the zero value of its type, not the default', () => {
  const job = loadJob(
    'honor_timestamps:\nmetrics_path: ~\nscheme: null\nfollow_redirects:\nenable_compression:\nscrape_interval:\nparams:\ntls_config:\nhttp_headers:\nbasic_auth:',
  );
  assert.deepEqual([job.honorTimestamps, job.metricsPath, job.scheme, job.enableCompression], [false, '', '', false]);
  assert.deepEqual([job.httpClient.followRedirects, job.httpClient.authentication, job.params], [false, undefined, {}]);
  assert.equal(job.scrapeIntervalMs, 60_000);
  const [rule] = loadJob('relabel_configs: [{target_label: x, regex: , replacement: , separator: ~, source_labels: }]').relabelConfigs;
  assert.deepEqual(rule, { action: 'replace', modulus: 0n, regex: '', replacement: '', separator: '', sourceLabels: [], targetLabel: 'x' });
  assert.deepEqual(loadRemoteWrite('metadata_config:').metadata, { send: false, sendIntervalMs: 0, maxSamplesPerSend: 0 });
  assert.equal(load('global:\nruntime:\n').global.scrapeTimeoutMs, 10_000);
  assert.deepEqual(load('scrape_configs:\nscrape_config_files:\nremote_write:\nrule_files:\nalerting:\nremote_read:\n').scrapeConfigs, []);
});

test('C-005 booleans are those of YAML 1.1', () => {
  const spellings = { true: 'true True TRUE yes Yes YES on On ON y Y', false: 'false False FALSE no No NO off Off OFF n N' };
  for (const word of spellings.true.split(' ')) assert.equal(loadJob(`honor_labels: ${word}`).honorLabels, true, word);
  for (const word of spellings.false.split(' ')) assert.equal(loadJob(`honor_timestamps: ${word}`).honorTimestamps, false, word);
  assert.equal(loadJob('honor_labels: !!bool "yes"').honorLabels, true);
  for (const word of ['tRUE', 'yEs', '"on"', "'y'", '0', 'enabled', '!!str true', '[]'])
    firstError(`scrape_configs: [{job_name: a, honor_labels: ${word}}]`);
});

test('C-005 integers are those of YAML 1.1', () => {
  const rows: readonly (readonly [text: string, value: number])[] = [
    ['10', 10],
    ['+10', 10],
    ['1_000', 1000],
    ['0x10', 16],
    ['010', 8],
    ['0o10', 8],
    ['09', 9],
    ['0b101', 5],
    ['1e3', 1000],
    ['1.0', 1],
    ['1.9', 1],
    ['0', 0],
    ['!!int "7"', 7],
    ['18446744073709551615', 2 ** 64],
  ];
  for (const [text, value] of rows) assert.equal(loadJob(`sample_limit: ${text}`).sampleLimit, value, text);
  for (const text of ['"10"', '-1', '18446744073709551616', '.inf', '.nan', '1x', '_1', '0x', 'true', '{}', '12:30', '2020-01-01']) {
    firstError(`scrape_configs: [{job_name: a, sample_limit: ${text}}]`);
  }
  assert.equal(loadJob('native_histogram_min_bucket_factor: 1_0.5e1').nativeHistogramMinBucketFactor, 105);
  assert.equal(loadJob('native_histogram_min_bucket_factor: 0x10').nativeHistogramMinBucketFactor, 16);
  firstError('scrape_configs: [{job_name: a, native_histogram_min_bucket_factor: "1"}]');
});

test('C-005 strings keep the text that the file has', () => {
  for (const text of ['1.10', 'true', 'yes', '2020-01-01', '12:30', '0644', '1e3', '0x10', '1_000', '.5', 'Null x', '=']) {
    assert.equal(loadJob(`metrics_path: ${text}`).metricsPath, text);
    assert.equal(load(`global: {external_labels: {a: ${text}}}`).global.externalLabels['a'], text);
  }
  assert.equal(loadJob('metrics_path: "null"').metricsPath, 'null');
  assert.equal(loadJob('metrics_path: !!str null').metricsPath, 'null');
  assert.equal(loadJob('metrics_path: ! ~').metricsPath, '~');
  assert.equal(loadJob('metrics_path: "a\\u00e9\\n"').metricsPath, 'aé\n');
  assert.equal(loadJob('metrics_path: |-\n  a\n  b').metricsPath, 'a\nb');
});

test('C-005 binary texts are decoded, and only they can be something else than UTF-8', () => {
  assert.equal(loadJob('metrics_path: !!binary L23DqQ==').metricsPath, '/mé');
  assert.match(firstError('scrape_configs: [{job_name: !!binary /w==}]').message, /not valid UTF-8/);
});

test('a mapping may have any key, also those of the language', () => {
  const { externalLabels } = load('global: {external_labels: {__proto__: a, constructor: b}}').global;
  assert.deepEqual(Object.entries(externalLabels), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
  assert.match(firstError('constructor: {}').message, /field constructor not found/);
});

test('a text that is no YAML is refused at the place where it ends to be', () => {
  const error = firstError('global:\n  scrape_interval: 15s\n   scrape_timeout: 5s');
  assert.deepEqual([error.code, error.line], ['LIMPET_CONFIG_SYNTAX', 2]);
  assert.match(error.message, /^yaml: /);
  assert.equal(firstError('a: "b').code, 'LIMPET_CONFIG_SYNTAX');
  assert.equal(firstError('a: [b').code, 'LIMPET_CONFIG_SYNTAX');
});

test('nesting, length and the number of errors are limited', () => {
  assert.equal(firstError('['.repeat(YAML_DEPTH_MAX + 1) + ']'.repeat(YAML_DEPTH_MAX + 1)).code, 'LIMPET_CONFIG_LIMIT');
  assert.equal(firstError('['.repeat(50_000)).code, 'LIMPET_CONFIG_LIMIT');
  const long = parseConfig({ file: 'a', text: ' '.repeat(YAML_CHARS_MAX + 1) });
  assert.ok(!long.ok && long.error.errors[0]?.code === 'LIMPET_CONFIG_LIMIT');
  const many = refusal(Array.from({ length: CONFIG_ERRORS_MAX + 7 }, (_, index) => `a${index}: b`).join('\n'));
  assert.deepEqual([many.errors.length, many.omittedCount], [CONFIG_ERRORS_MAX, 7]);
  assert.match(many.message, /and 7 more/);
});
