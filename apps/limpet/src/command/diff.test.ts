import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { capture, jsonLines } from '../../test/captured-run.ts';
import type { CapturedRun } from '../../test/captured-run.ts';

type Files = Readonly<Record<string, string>>;

/** Runs `limpet diff old.yml new.yml`. */
function diff(
  t: TestContext,
  [older, newer]: readonly [object, object],
  { files = {}, words = [] }: { files?: Files; words?: readonly string[] } = {},
): Promise<CapturedRun> {
  const both = { 'old.yml': JSON.stringify(older), 'new.yml': JSON.stringify(newer) };
  return capture(t, ['diff', ...words, 'old.yml', 'new.yml'], { files: { ...both, ...files } });
}

const node = { job_name: 'node', scrape_interval: '15s', scrape_timeout: '10s', static_configs: [{ targets: ['a:1', 'b:1'] }] };
const web = { job_name: 'web', scrape_interval: '30s', static_configs: [{ targets: ['w:1'] }] };
const jobs = (...scrape_configs: readonly object[]): object => ({ scrape_configs });

test('A-098 nothing changes: exit 0, and only the sum is printed', async (t) => {
  const same = await diff(t, [jobs(node, web), jobs(web, { ...node, honor_labels: false })]);
  assert.deepEqual(same, { exitCode: 0, out: 'loops: 3 kept, 0 added, 0 retargeted, 0 restarted, 0 removed\n', err: '' });
});

test('A-098 something changes: exit 3, and a table says what, why and at what price', async (t) => {
  const newer = jobs(
    { ...node, scrape_interval: '20s' },
    { job_name: 'fresh', static_configs: [{ targets: ['f:1'] }] },
    { job_name: 'cloud', http_sd_configs: [{ url: 'http://sd/' }] },
  );
  const { exitCode, out, err } = await diff(t, [jobs(node, web), { ...newer, remote_write: [{ url: 'http://far/' }] }]);
  assert.deepEqual([exitCode, err], [3, '']);
  assert.equal(
    out,
    `CHANGE      JOB    LOOPS  WHY              GAP
retargeted  node   2      scrape_interval  up to 35s between two scrapes
added       fresh  1      job added        first scrape within 1m
added       cloud  ?      job added        of http_sd_configs, unknown until discovered
removed     web    1      job removed      ends, not marked stale
also changed: remote_write
loops: 0 kept, 1 added, 2 retargeted, 0 restarted, 1 removed
`,
  );
});

test('S-024 --loops names every loop, --kept those too that stay', async (t) => {
  const newer = jobs({ ...node, static_configs: [{ targets: ['b:1', 'c:1'] }] }, web);
  const { out } = await diff(t, [jobs(node, web), newer], { words: ['--loops', '--kept'] });
  assert.equal(
    out,
    `CHANGE     JOB   TARGET              WHY             GAP
removed    node  http://a:1/metrics  static_configs  ends, marked stale
restarted  node  http://b:1/metrics  static_configs  up to 15s between two scrapes; series known anew
added      node  http://c:1/metrics  static_configs  first scrape within 15s
kept       web   http://w:1/metrics                  none
loops: 1 kept, 1 added, 0 retargeted, 1 restarted, 1 removed
`,
  );
});

test('--format=json has a line for each job and each of its loops, and the sum', async (t) => {
  const { exitCode, out } = await diff(t, [jobs(web), jobs({ ...web, honor_labels: true })], { words: ['--format=json'] });
  assert.equal(exitCode, 3);
  assert.deepEqual(jsonLines(out), [
    {
      entry: 'job',
      job: 'web',
      change: 'restarted',
      fields: ['honor_labels'],
      undiscovered: [],
      undiscoveredBefore: [],
      dropped: 0,
      failed: 0,
      forced: null,
    },
    {
      entry: 'loop',
      job: 'web',
      change: 'restarted',
      url: 'http://w:1/metrics',
      labels: { instance: 'w:1', job: 'web' },
      intervalMs: 30_000,
      reason: { kind: 'fieldsChanged', fields: ['honor_labels'] },
      gap: { kind: 'newSeriesCache', upToMs: 30_000, markersAfterMs: 33_000 },
      steps: ['reload'],
    },
    { entry: 'total', loops: { added: 0, kept: 0, retargeted: 0, restarted: 1, removed: 0, unknown: 0 }, changedSections: [] },
  ]);
});

test('target files are read, relative to the old configuration; one that cannot be used is a warning', async (t) => {
  const sd = (targets: readonly string[]): string => JSON.stringify([{ targets }]);
  const files = {
    'etc/old.yml': JSON.stringify(jobs({ job_name: 'files', file_sd_configs: [{ files: ['sd/*.json', 'none.json'] }] })),
    'etc/sd/a.json': sd(['a:1', 'b:1']),
    'etc/sd/bad.json': 'no JSON',
    'new.yml': JSON.stringify(jobs({ job_name: 'files', sample_limit: 3, file_sd_configs: [{ files: ['sd/*.json', 'none.json'] }] })),
  };
  const { exitCode, out, err } = await capture(t, ['diff', 'etc/old.yml', 'new.yml'], { files });
  assert.equal(exitCode, 3);
  assert.match(out, /^retargeted  files  2      sample_limit  none$/m);
  assert.equal(err.match(/none\.json/g)?.length, 1, err);
  assert.match(err, /^warning: .*bad\.json/m);
});

test('targets that nobody knows without an agent are named by their section, those that go too', async (t) => {
  const cloud = { job_name: 'cloud', http_sd_configs: [{ url: 'http://sd/' }] };
  const lookups = { job_name: 'cloud', dns_sd_configs: [{ names: ['a.test'] }] };
  const same = await diff(t, [jobs(cloud), jobs(cloud)]);
  assert.deepEqual([same.exitCode, same.out.split('\n').length], [0, 2]);
  const faster = await diff(t, [jobs(cloud), jobs({ ...cloud, sample_limit: 9 })]);
  assert.match(faster.out, /^retargeted  cloud  \?      sample_limit  of http_sd_configs, unknown until discovered$/m);
  const moved = await diff(t, [jobs(cloud), jobs(lookups)]);
  assert.match(moved.out, /^restarted  cloud  \?      dns_sd_configs, http_sd_configs  of dns_sd_configs, unknown/m);
  assert.match(moved.out, /^removed    cloud  \?      dns_sd_configs, http_sd_configs  of http_sd_configs, unknown/m);
  const gone = await diff(t, [jobs(cloud), jobs()]);
  assert.match(gone.out, /^removed  cloud  \?      job removed  of http_sd_configs, unknown until discovered$/m);
});

test('S-037 S-044 targets that cannot be built and limits that are exceeded are told', async (t) => {
  const broken = {
    ...node,
    relabel_configs: [{ target_label: '__scrape_timeout__', source_labels: ['__address__'], regex: 'a:1', replacement: '1h' }],
  };
  const { out } = await diff(t, [jobs(node), jobs({ ...broken, target_limit: 1 })]);
  assert.match(out, /^job "node" has 1 target that cannot be built$/m);
  const limited = await diff(t, [jobs(node), jobs({ ...node, target_limit: 1 })]);
  assert.match(limited.out, /^job "node" is not scraped: target_limit exceeded \(number of targets: 2, limit: 1\)$/m);
});

test('A-098 a configuration that does not load is a failure, with its place', async (t) => {
  const { exitCode, out, err } = await capture(t, ['diff', 'old.yml', 'new.yml'], {
    files: { 'old.yml': 'scrape_configs: []\n', 'new.yml': 'scrape_configs:\n  - job_nam: x\n' },
  });
  assert.deepEqual([exitCode, out], [1, '']);
  assert.match(err, /^new\.yml:2:5: .*field job_nam not found/m);
  assert.equal((await capture(t, ['diff', 'old.yml', 'none.yml'], { files: { 'old.yml': '' } })).exitCode, 1);
});

test('A-098 one side may be standard input, both are wrong usage', async (t) => {
  const files = { 'new.yml': JSON.stringify(jobs(web)) };
  assert.equal((await capture(t, ['diff', '-', 'new.yml'], { files, stdin: JSON.stringify(jobs(web)) })).exitCode, 0);
  assert.equal((await capture(t, ['diff', '-', '-'], { files })).exitCode, 2);
  assert.equal((await capture(t, ['diff', 'new.yml'], { files })).exitCode, 2);
});

test('a changed password changes its job, and is in no line', async (t) => {
  const secret = (password: string): object => jobs({ ...node, basic_auth: { username: 'u', password } });
  for (const words of [[], ['--format=json'], ['--loops']]) {
    const { out, err, exitCode } = await diff(t, [secret('first-word'), secret('second-word')], { words });
    assert.equal(exitCode, 3);
    assert.match(out, /basic_auth/);
    assert.doesNotMatch(out + err, /first-word|second-word/);
  }
});
