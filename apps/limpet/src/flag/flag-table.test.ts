import assert from 'node:assert/strict';
import test from 'node:test';
import { FLAGS, serverOnlyFlags } from './flag-table.ts';
import { FlagError, runOptions } from './run-options.ts';

const options = (given = {}) => runOptions(given, () => false);

test('A-051 every flag has a fallback that shows when it is not given', () => {
  const { flags } = options({ 'web.listen-address': ['127.0.0.1:1', '127.0.0.1:2'] });
  assert.equal(Object.keys(flags).length, FLAGS.length);
  assert.equal(flags['web.listen-address'], '127.0.0.1:1,127.0.0.1:2');
  assert.equal(flags['storage.agent.path'], 'data-agent/');
  assert.equal(new Set(FLAGS.map(({ name }) => name)).size, FLAGS.length);
});

test('A-072 flags of the server mode are all found and named', () => {
  const words = ['--agent', '--storage.tsdb.path=x', '--query.timeout', '1m', '--no-rules.alert.x', '--storage.remote.read-sample-limit=1'];
  assert.deepEqual(serverOnlyFlags(words), [
    '--storage.tsdb.path',
    '--query.timeout',
    '--rules.alert.x',
    '--storage.remote.read-sample-limit',
  ]);
  assert.deepEqual(serverOnlyFlags(['--storage.agent.path=x', '--storage.remote.flush-deadline=1s']), []);
});

test('A-073 values out of bounds end with 1, values that cannot be read with 2', () => {
  const refusals: [Record<string, string>, number, RegExp][] = [
    [{ 'storage.agent.wal-segment-size': '1MB' }, 1, /between 10MB and 256MB/],
    [{ 'storage.agent.wal-segment-size': '1GB' }, 1, /between 10MB and 256MB/],
    [{ 'storage.agent.checkpoint-batch-size': '0' }, 1, /must be greater than 0/],
    [{ 'auto-gomemlimit.ratio': '0' }, 1, /ratio/],
    [{ 'web.read-timeout': 'soon' }, 2, /duration/],
    [{ 'scrape.concurrency': '-1' }, 2, /whole number/],
    [{ 'scrape.body-memory': '1MiBi' }, 2, /unit/],
    [{ 'scrape.body-memory': '1023KB' }, 1, /at least 1MB/],
    [{ 'web.cors.origin': '(' }, 2, /regular expression/],
  ];
  for (const [given, exitCode, message] of refusals) {
    assert.throws(
      () => options(given),
      (error: unknown) => error instanceof FlagError && error.exitCode === exitCode && message.test(error.message),
    );
  }
});

test('A-071 an unknown feature is a warning, a flag without effect too', () => {
  const { warnings, features } = options({
    'enable-feature': ['no-such', 'type-and-unit-labels,auto-reload-config'],
    'web.user-assets': 'x',
  });
  assert.deepEqual(warnings, ['--web.user-assets is accepted and has no effect', "Unknown option 'no-such' for --enable-feature"]);
  assert.ok(features.has('type-and-unit-labels'));
});

test('A-009 the auto-reload interval is never below a second', () => {
  assert.equal(options({ 'config.auto-reload': true, 'config.auto-reload-interval': '10ms' }).autoReloadIntervalMs, 1_000);
  assert.equal(options({ 'enable-feature': ['auto-reload-config'] }).autoReloadIntervalMs, 30_000);
  assert.equal(options().autoReloadIntervalMs, undefined);
});

test('the demo runs only where no configuration is named or found', () => {
  assert.equal(options().configFile, undefined);
  assert.equal(runOptions({}, () => true).configFile, 'prometheus.yml');
  assert.equal(options({ 'config.file': 'a.yml' }).configFile, 'a.yml');
});
