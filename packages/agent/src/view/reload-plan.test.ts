import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfig } from '@limpet/config';
import type { Config } from '@limpet/config';
import { reloadPlan } from './reload-plan.ts';
import type { JobChange } from './reload-plan.ts';

function configOf(jobs: readonly object[], global: object = {}): Config {
  const parsed = parseConfig({ file: 'test.yml', text: JSON.stringify({ global, scrape_configs: jobs }) });
  if (!parsed.ok) throw parsed.error;
  return parsed.value.config;
}

const BASE = { job_name: 'a', scrape_interval: '15s', scrape_timeout: '10s', static_configs: [{ targets: ['h:1'] }] };

/** One row per kind of change to a job. */
const CHANGES: readonly (readonly [string, object, JobChange])[] = [
  ['nothing', {}, 'kept'],
  ['a value that is the default', { honor_labels: false }, 'kept'],
  ['the interval', { scrape_interval: '30s' }, 'retargeted'],
  ['the timeout', { scrape_timeout: '5s' }, 'retargeted'],
  ['the sample limit', { sample_limit: 5 }, 'retargeted'],
  ['the HTTP client', { basic_auth: { username: 'u', password: 'p' } }, 'retargeted'],
  ['honor_labels', { honor_labels: true }, 'restarted'],
  ['a relabelling rule', { metric_relabel_configs: [{ action: 'labeldrop', regex: 'x' }] }, 'restarted'],
  ['a static target', { static_configs: [{ targets: ['h:1', 'h:2'] }] }, 'restarted'],
];

for (const [what, change, expected] of CHANGES) {
  test(`a job of which ${what} changes is ${expected}`, () => {
    const plan = reloadPlan({ running: configOf([BASE]), candidate: configOf([{ ...BASE, ...change }]), loopCounts: new Map([['a', 7]]) });
    assert.deepEqual(plan, { jobs: [{ job: 'a', change: expected, loopCount: 7 }] });
  });
}

test('jobs come in the order of the new configuration, those that go away last', () => {
  const jobs = (names: string): readonly object[] => names.split('').map((name) => ({ ...BASE, job_name: name }));
  const plan = reloadPlan({ running: configOf(jobs('xab')), candidate: configOf(jobs('bna')), loopCounts: new Map([['x', 2]]) });
  assert.deepEqual(
    plan.jobs.map(({ job, change, loopCount }) => `${job} ${change} ${loopCount}`),
    ['b kept 0', 'n added 0', 'a kept 0', 'x removed 2'],
  );
});

test('before the first configuration everything is new', () => {
  const plan = reloadPlan({ running: undefined, candidate: configOf([BASE]), loopCounts: new Map() });
  assert.deepEqual(plan.jobs, [{ job: 'a', change: 'added', loopCount: 0 }]);
});

test('a change of global values reaches a job through what it inherits', () => {
  const inheriting = { job_name: 'inherits', static_configs: [] };
  const running = configOf([BASE, inheriting], { scrape_interval: '15s' });
  const candidate = configOf([BASE, inheriting], { scrape_interval: '20s' });
  assert.deepEqual(
    reloadPlan({ running, candidate, loopCounts: new Map() }).jobs.map(({ job, change }) => `${job} ${change}`),
    ['a kept', 'inherits retargeted'],
  );
});
