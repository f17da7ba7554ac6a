import assert from 'node:assert/strict';
import test from 'node:test';
import { changedFields, changedSections } from './changed-fields.ts';
import type { Config, ScrapeConfig } from './config.ts';
import { equalConfigs } from './equal-configs.ts';
import { parseConfig } from './parse-config.ts';

function configOf(text: object): Config {
  const parsed = parseConfig({ file: 'test.yml', text: JSON.stringify(text) });
  if (!parsed.ok) throw parsed.error;
  return parsed.value.config;
}

function jobOf(fields: object): ScrapeConfig {
  const [job] = configOf({ scrape_configs: [{ job_name: 'a', ...fields }] }).scrapeConfigs;
  if (job === undefined) throw new Error('no job');
  return job;
}

const CHANGES: readonly (readonly [object, object, readonly string[]])[] = [
  [{}, {}, []],
  [{}, { honor_labels: false }, []],
  [{}, { scrape_interval: '20s' }, ['scrape_interval']],
  [{}, { scrape_interval: '5s' }, ['scrape_interval', 'scrape_timeout']], // the timeout is capped
  [{ sample_limit: 1 }, { sample_limit: 2, label_limit: 3 }, ['sample_limit', 'label_limit']],
  [{}, { relabel_configs: [{ action: 'labeldrop', regex: 'x' }] }, ['relabel_configs']],
  [{ basic_auth: { username: 'u', password: 'one' } }, { basic_auth: { username: 'u', password: 'two' } }, ['basic_auth']],
  [{ basic_auth: { username: 'u' } }, { authorization: { credentials: 'c' } }, ['basic_auth', 'authorization']],
  [{}, { tls_config: { insecure_skip_verify: true }, proxy_url: 'http://p:1' }, ['tls_config', 'proxy_url']],
  [{ static_configs: [{ targets: ['h:1'] }] }, { static_configs: [{ targets: ['h:2'] }] }, ['static_configs']],
  [{ static_configs: [{ targets: ['h:1'] }] }, { http_sd_configs: [{ url: 'http://sd/' }] }, ['http_sd_configs', 'static_configs']],
];

for (const [before, after, expected] of CHANGES) {
  test(`C-180 from ${JSON.stringify(before)} to ${JSON.stringify(after)} ${expected.join(' and ') || 'nothing'} changes`, () => {
    const [left, right] = [jobOf(before), jobOf(after)];
    assert.deepEqual(changedFields(left, right), expected);
    assert.equal(expected.length === 0, equalConfigs(left, right));
  });
}

test('sections that are no jobs are named where they differ', () => {
  const empty = configOf({});
  assert.deepEqual(changedSections(empty, empty), []);
  const changed = configOf({ global: { external_labels: { a: 'b' } }, remote_write: [{ url: 'http://far/' }] });
  assert.deepEqual(changedSections(empty, changed), ['global', 'remote_write']);
});
