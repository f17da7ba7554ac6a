import assert from 'node:assert/strict';
import test from 'node:test';
import { INCLUDED_FILES_MAX } from '../src/index.ts';
import { fakeFiles, firstError, load, refusal } from './loading.ts';

const job = (name: string, fields = ''): string => `scrape_configs:\n- job_name: ${name}\n${fields}`;

test('C-051 jobs of included files follow those of the main file, pattern by pattern, under the same global', () => {
  const files = fakeFiles({
    '/etc/prom/z.yml': job('z'),
    '/etc/prom/d/b.yml': job('b'),
    '/etc/prom/d/a.yml': job('a', '  scrape_interval: 5s'),
  });
  const config = load(
    'global: {scrape_interval: 20s}\nscrape_configs: [{job_name: main}]\nscrape_config_files: [z.yml, "d/*.yml", none.yml]',
    { files },
  );
  assert.deepEqual(
    config.scrapeConfigs.map(({ jobName, scrapeIntervalMs }) => [jobName, scrapeIntervalMs]),
    [
      ['main', 20_000],
      ['z', 20_000],
      ['a', 5000],
      ['b', 20_000],
    ],
  );
  assert.deepEqual(config.scrapeConfigFiles, ['/etc/prom/z.yml', '/etc/prom/d/*.yml', '/etc/prom/none.yml']);
  assert.deepEqual(config.includedJobs, ['z', 'a', 'b']);
});

test('C-051 paths of an included file are resolved against its own directory', () => {
  const files = fakeFiles({ '/srv/jobs/a.yml': job('a', '  bearer_token_file: t\n  file_sd_configs: [{files: [x.yml]}]') });
  const [config] = load('scrape_config_files: [/srv/jobs/a.yml]', { files }).scrapeConfigs;
  assert.deepEqual(config?.httpClient.authentication, {
    kind: 'authorization',
    type: 'Bearer',
    credentials: { from: 'file', path: '/srv/jobs/t' },
  });
  assert.deepEqual(config?.serviceDiscovery, [{ mechanism: 'file', files: ['/srv/jobs/x.yml'], refreshIntervalMs: 300_000 }]);
});

test('C-051 an included file holds jobs and nothing else; an empty one holds none', () => {
  const files = fakeFiles({ '/a.yml': 'global: {}', '/b.yml': '' });
  const error = firstError('scrape_config_files: [/a.yml]', { files });
  assert.equal(error.message, '"/a.yml": field global not found in type scrape config file');
  assert.deepEqual([error.file, error.line, error.column], ['/a.yml', 1, 1]);
  assert.deepEqual(load('scrape_config_files: [/b.yml]', { files }).scrapeConfigs, []);
});

test('C-052 a job twice names the file where it was found first', () => {
  const files = fakeFiles({ '/a.yml': job('x'), '/b.yml': job('x') });
  const twice = firstError('scrape_config_files: [/a.yml, /b.yml]', { files });
  assert.equal(twice.message, '"/b.yml": found multiple scrape configs with job name "x", first found in "/a.yml"');
  assert.deepEqual([twice.file, twice.line], ['/b.yml', 2]);
  const main = firstError(`${job('x')}\nscrape_config_files: [/a.yml]`, { files });
  assert.equal(main.message, '"/a.yml": found multiple scrape configs with job name "x", first found in main config file');
  const imported = firstError('scrape_config_files: [/a.yml, /a.yml]', { files });
  assert.match(imported.message, /^"\/a\.yml": found multiple scrape configs with job name "x"/);
});

test('C-052 errors of an included file begin with its name and stand beside those of the others', () => {
  const files = fakeFiles({ '/a.yml': job('x', '  scrape_protocols: []'), '/b.yml': job('y', '  z: 1'), '/c.yml': 'a: "b' });
  const { errors } = refusal('scrape_config_files: [/a.yml, /b.yml, /c.yml, /d.yml]', {
    files: { ...files, glob: (pattern) => [pattern] },
  });
  assert.deepEqual(
    errors.map(({ file, code }) => [file, code]),
    [
      ['/etc/prom/prometheus.yml', 'LIMPET_CONFIG_FILE'],
      ['/a.yml', 'LIMPET_CONFIG_VALUE'],
      ['/b.yml', 'LIMPET_CONFIG_UNKNOWN_FIELD'],
      ['/c.yml', 'LIMPET_CONFIG_SYNTAX'],
    ],
  );
  assert.match(errors[0]?.message ?? '', /^"\/d\.yml": ENOENT/);
  assert.ok(errors[0]?.cause instanceof Error);
  for (const error of errors) assert.match(error.message, /^"\/[abcd]\.yml": /);
});

test('C-053 what the files say decides the load: a change in one changes the configuration', () => {
  const text = 'scrape_config_files: [/a.yml]';
  const before = load(text, { files: fakeFiles({ '/a.yml': job('x') }) });
  const after = load(text, { files: fakeFiles({ '/a.yml': job('y') }) });
  assert.deepEqual([before.scrapeConfigs[0]?.jobName, after.scrapeConfigs[0]?.jobName], ['x', 'y']);
  firstError(text, { files: fakeFiles({ '/a.yml': 'x' }) });
});

test('patterns without a reader, a glob that fails and too many files are refused', () => {
  assert.equal(firstError('scrape_config_files: [/a.yml]').code, 'LIMPET_CONFIG_NOT_SUPPORTED');
  const glob = (): never => {
    throw new Error('syntax error in pattern');
  };
  const failed = firstError('scrape_config_files: ["/["]', { files: { readText: () => '', glob } });
  assert.match(failed.message, /error retrieving scrape config files for "\/\[": syntax error in pattern/);
  const files = { readText: () => '', glob: () => Array.from({ length: INCLUDED_FILES_MAX + 1 }, String) };
  assert.equal(firstError('scrape_config_files: ["/*"]', { files }).code, 'LIMPET_CONFIG_LIMIT');
});
