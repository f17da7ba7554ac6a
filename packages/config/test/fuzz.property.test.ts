import assert from 'node:assert/strict';
import test from 'node:test';
import { equalConfigs, ConfigError, ConfigErrors, formatConfig, parseConfig, parseTargetGroups } from '../src/index.ts';
import type { Config } from '../src/index.ts';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { fakeFiles } from './loading.ts';

const VALID = `
global:
  scrape_interval: 15s
  external_labels: {region: "$REGION"}
scrape_config_files: ["/a.yml"]
scrape_configs:
- &base
  job_name: a
  honor_timestamps: no
  params: {x: [y]}
  body_size_limit: 10MB
  basic_auth: {username: u, password: hunter2}
  tls_config: {insecure_skip_verify: true, min_version: TLS12}
  relabel_configs:
  - {source_labels: [__address__], regex: "(.*):.*", target_label: x, replacement: "\${1}"}
  - {action: hashmod, modulus: 8, target_label: h}
  metric_relabel_configs: [{action: labeldrop, regex: x}]
  static_configs: [{targets: ["a:1"], labels: {b: c}}]
- <<: *base
  job_name: b
  http_sd_configs: [{url: "http://u:hunter3@h/x", refresh_interval: 30s}]
  dns_sd_configs: [{names: [a.b], type: mx, port: 80, refresh_interval: 1m}]
  docker_sd_configs: [{host: "tcp://u:hunter4@h:1", filters: [{name: a, values: [b]}], match_first_network: no}]
  consul_sd_configs: [{server: h, token: hunter5, tags: [a], node_meta: {b: c}, allow_stale: off}]
  file_sd_configs: [{files: [a/*.json]}]
  kubernetes_sd_configs: [{role: pod, selectors: [{role: pod, label: "a=b", field: c=d}], namespaces: {names: [e]}}]
remote_write:
- url: http://h/x
  queue_config: {capacity: 5}
  write_relabel_configs: [{action: keep, source_labels: [a], regex: b}]
`;
const files = fakeFiles({ '/a.yml': 'scrape_configs:\n- job_name: c\n' });

/** Loads a text and checks what holds for every one. */
function loadAny(text: string): Config | undefined {
  const result = parseConfig({ file: 'a.yml', text, files, env: { REGION: 'eu' } });
  if (result.ok) return result.value.config;
  assert.ok(result.error instanceof ConfigErrors);
  assert.ok(result.error.errors.length > 0);
  for (const error of result.error.errors) {
    assert.ok(error instanceof ConfigError);
    assert.ok(error.line >= 1 && error.column >= 1);
    assert.match(error.code, /^LIMPET_CONFIG_/);
    assert.ok((error.hint ?? '') !== '', error.print());
  }
  assert.ok(result.error.print().length > 0);
  return undefined;
}

/** One change of a text: a piece cut out, doubled, moved, or replaced by something that means something to YAML. */
const mutation = fc.record({
  at: fc.nat(VALID.length),
  length: fc.nat(12),
  insert: fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '\n',
      '\n  ',
      '- ',
      ': ',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '*base',
      '<<: ',
      '!!binary ',
      '!!int ',
      '~',
      '|\n',
      '#',
      '%',
      '\t',
      '\0',
      '\ud800',
      'null',
      '0',
      '-1',
      '1e9',
      '$',
      '? ',
    ),
    fc.string({ maxLength: 5 }),
  ),
});

test('no change of a valid file makes the loader throw, and what loads can be written and loaded again', () => {
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (changes) => {
      const text = changes.reduce((text, { at, length, insert }) => text.slice(0, at) + insert + text.slice(at + length), VALID);
      const config = loadAny(text);
      if (config === undefined) return;
      assert.ok(loadAny(formatConfig(config)) !== undefined, text);
    }),
    { numRuns: 400 },
  );
});

test('a valid file loads with itself as the result', () => {
  const config = loadAny(VALID);
  assert.ok(config !== undefined);
  assert.ok(equalConfigs(config, loadAny(VALID) ?? config));
  assert.equal(config.scrapeConfigs.length, 3);
});

const scalar = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 1e30, '', '10s', 'a/b', '$1', '(', 'http://a:b@c', '<<', '*'),
  fc.string({ maxLength: 6 }),
);
const FIELDS = [
  'global',
  'scrape_interval',
  'scrape_configs',
  'job_name',
  'static_configs',
  'targets',
  'labels',
  'relabel_configs',
  'source_labels',
  'regex',
  'action',
  'modulus',
  'remote_write',
  'url',
  'queue_config',
  'basic_auth',
  'password',
  'oauth2',
  'tls_config',
  'http_headers',
  'external_labels',
  'storage',
  'tsdb',
  'params',
  'dns_sd_configs',
  'docker_sd_configs',
  'filters',
  'consul_sd_configs',
  'node_meta',
  'kubernetes_sd_configs',
  'role',
  'selectors',
  'namespaces',
  'alerting',
  'scrape_config_files',
];
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    scalar,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...FIELDS), tie('tree'), { maxKeys: 5 }),
  ),
}));

test('no document of known fields in unknown places makes the loader throw', () => {
  fc.assert(
    fc.property(tree, (value) => {
      loadAny(stringify(value));
    }),
    { numRuns: 400 },
  );
});

const YAML_CHARACTERS = 'ab:-[]{}&*!|>\'"%@`#,? \n\t~.0<\u0085\ud800'.split('');

test('no text at all makes the loader throw', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60, unit: fc.constantFrom(...YAML_CHARACTERS) }), (text) => {
      loadAny(text);
    }),
    { numRuns: 600 },
  );
});

test('C-103 neither YAML nor JSON groups make the reader throw, and the same groups read the same', () => {
  const group = fc.record(
    {
      targets: fc.array(fc.string({ unit: 'grapheme', maxLength: 5 })),
      labels: fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.string({ maxLength: 4 })),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(group, { maxLength: 3 }), (groups) => {
      const text = JSON.stringify(groups);
      const json = parseTargetGroups({ file: 'a', text, format: 'json' });
      const yaml = parseTargetGroups({ file: 'a', text, format: 'yaml' });
      assert.ok(json.ok && yaml.ok);
      assert.deepEqual(json.value, yaml.value);
    }),
    { numRuns: 100 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 30 }),
        fc.json({ maxDepth: 3 }),
        tree.map((value) => JSON.stringify(value) ?? ''),
      ),
      (text) => {
        for (const format of ['json', 'yaml'] as const) {
          const result = parseTargetGroups({ file: 'a', text, format });
          assert.ok(result.ok || result.error.errors[0] instanceof ConfigError);
        }
      },
    ),
    { numRuns: 300 },
  );
});
