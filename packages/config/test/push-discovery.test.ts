import assert from 'node:assert/strict';
import test from 'node:test';
import { formatConfig } from '../src/index.ts';
import { load, refusal } from './loading.ts';

const job = (section: string) => `scrape_configs:\n  - job_name: a\n    push_sd_configs: [${section}]\n`;

test('a section of push_sd_configs has a name and a longest time to live', () => {
  const config = load(job('{ name: services }, { name: other_1, max_ttl: 5m }'));
  assert.deepEqual(config.scrapeConfigs[0]?.serviceDiscovery, [
    { mechanism: 'push', name: 'services', maxTtlMs: 3_600_000 },
    { mechanism: 'push', name: 'other_1', maxTtlMs: 300_000 },
  ]);
  assert.match(formatConfig(config), /push_sd_configs:\n {2}- name: services\n {4}max_ttl: 1h\n {2}- name: other_1\n {4}max_ttl: 5m\n/);
});

test('a name that is none, and a time that is too short, are refused with their place', () => {
  for (const name of ['""', 'a.b', 'a/b', '"a b"'])
    assert.match(refusal(job(`{ name: ${name} }`)).print(), /:3:\d+: push service discovery name .* is not valid/);
  assert.match(refusal(job('{}')).print(), /is not valid/);
  assert.match(refusal(job('{ name: a, max_ttl: 500ms }')).print(), /max_ttl must be at least 1s/);
});
