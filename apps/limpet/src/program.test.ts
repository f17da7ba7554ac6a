import assert from 'node:assert/strict';
import test from 'node:test';
import { capture } from '../test/captured-run.ts';
import type { RunOptions } from './flag/run-options.ts';
import { OutputClosed } from './io/command-io.ts';

const COMMANDS = [['run'], ['check'], ['check', 'config'], ['parse'], ['relabel'], ['machines'], ['scrape']];

/** The options that a command line of the agent arrives with. */
async function optionsOf(t: Parameters<typeof capture>[0], words: readonly string[], files = {}): Promise<RunOptions> {
  let seen: RunOptions | undefined;
  const { exitCode, err } = await capture(t, words, {
    files,
    run: (options) => {
      seen = options;
      return Promise.resolve(0);
    },
  });
  assert.equal(exitCode, 0, err);
  assert(seen !== undefined);
  return seen;
}

for (const words of COMMANDS) {
  test(`limpet ${words.join(' ')} --help explains itself, and with an example where it does something`, async (t) => {
    const { exitCode, out, err } = await capture(t, [...words, '--help']);
    assert.deepEqual([exitCode, err], [0, '']);
    assert.match(out, new RegExp(`^Usage: limpet ${words.join(' ')} `));
    if (words.join() !== 'check') assert.match(out, /Examples:\n {2}.*limpet /);
  });
}

test('A-073 --help and --version exit with 0', async (t) => {
  assert.equal((await capture(t, ['--help'])).exitCode, 0);
  const version = await capture(t, ['--version']);
  assert.equal(version.exitCode, 0);
  assert.match(version.out, /^limpet, version \d+\.\d+\.\d+\n/);
  assert.deepEqual(await capture(t, ['--config.file=x', '--version']), version);
});

for (const words of [[], ['--config.file=other.yml'], ['run'], ['run', '--config.file', 'other.yml']]) {
  test(`limpet ${words.join(' ')} runs the agent and ends with its exit code`, async (t) => {
    const run = await capture(t, words, { run: () => Promise.resolve(1) });
    assert.equal(run.exitCode, 1);
  });
}

test('flags are taken with = and with a space, switches with and without no-', async (t) => {
  const words = ['--web.max-connections', '7', '--config.file=a.yml', '--web.enable-lifecycle', '--no-scrape.adjust-timestamps'];
  const options = await optionsOf(t, words);
  assert.equal(options.maxConnections, 7);
  assert.equal(options.configFile, 'a.yml');
  assert.equal(options.isLifecycleEnabled, true);
  assert.equal(options.timestampToleranceMs, 0);
  assert.equal(options.flags['scrape.adjust-timestamps'], 'false');
});

test('a flag that may repeat keeps every value in order', async (t) => {
  const options = await optionsOf(t, [
    '--web.listen-address=:1',
    '--web.listen-address',
    ':2',
    '--enable-feature=a,b',
    '--enable-feature=c',
  ]);
  assert.deepEqual(options.listenAddresses, [':1', ':2']);
  assert.deepEqual([...options.features], ['a', 'b', 'c']);
});

test('A-072 flags of the agent mode need no --agent, and --agent changes nothing', async (t) => {
  const options = await optionsOf(t, ['--storage.agent.path=data', '--agent']);
  assert.equal(options.storagePath, 'data');
});

test('without --config.file the demo runs, unless the folder has a prometheus.yml', async (t) => {
  assert.equal((await optionsOf(t, [])).configFile, undefined);
  assert.equal((await optionsOf(t, [], { 'prometheus.yml': '' })).configFile, 'prometheus.yml');
});

const wrongUsage = [
  { words: ['--no.such-flag'], err: /unknown option '--no\.such-flag'/ },
  { words: ['--web.max-connection=1'], err: /Did you mean --web\.max-connections\?/ },
  { words: ['--web.max-connections=many'], err: /not a number/ },
  { words: ['--web.read-timeout=5'], err: /web\.read-timeout.*invalid/ },
  { words: ['--log.level=loud'], err: /Allowed choices are debug, info, warn, error/ },
  { words: ['--config.file=a', '--config.file=b'], err: /cannot be repeated/ },
  { words: ['--web.cors.origin=('], err: /--web\.cors\.origin: not a regular expression/ },
  { words: ['--storage.agent.wal-segment-size=big'], err: /--storage\.agent\.wal-segment-size: / },
  { words: ['--config.file'], err: /argument missing/ },
  { words: ['--web.enable-lifecycle=yes'], err: /unknown option/ },
  { words: ['run', 'stray'], err: /too many arguments/ },
  { words: ['pares'], err: /unknown command 'pares'\n\(Did you mean parse\?\)/ },
  { words: ['parse', 'a', 'b'], err: /too many arguments/ },
  { words: ['parse', '--fallback=Text'], err: /Allowed choices are PrometheusProto/ },
  { words: ['relabel'], err: /required option '--rules <file>' not specified/ },
  { words: ['relabel', '--rules=-'], err: /--rules takes a file/ },
  { words: ['machines', '--format=svg'], err: /Allowed choices are mermaid, json/ },
  { words: ['machines', 'nobody'], err: /unknown machine 'nobody'; there are agent, / },
  { words: ['scrape'], err: /missing required argument 'target'/ },
  { words: ['scrape', 'ftp://a/'], err: /'ftp:\/\/a\/' is neither an http or https URL nor host:port/ },
  { words: ['check', 'config'], err: /missing required argument 'file'/ },
];

for (const { words, err } of wrongUsage) {
  const rule = words[0]?.startsWith('--') === true || words[0] === 'run' ? 'A-073' : 'A-098';
  test(`${rule} limpet ${words.join(' ')} is wrong usage: exit 2, a sentence on standard error`, async (t) => {
    const run = await capture(t, words);
    assert.equal(run.exitCode, 2);
    assert.equal(run.out, '');
    assert.match(run.err, err);
  });
}

test('A-073 values out of the bounds of a flag exit with 1', async (t) => {
  const run = await capture(t, ['--storage.agent.wal-segment-size=5MB']);
  assert.deepEqual([run.exitCode, run.out], [1, '']);
  assert.match(run.err, /between 10MB and 256MB/);
});

test('A-072 flags of the server mode exit with 3 and are all named, whatever else is wrong', async (t) => {
  const run = await capture(t, ['--storage.tsdb.path=x', '--no.such-flag', '--query.timeout', '1m']);
  assert.equal(run.exitCode, 3);
  assert.equal(run.err, 'The following flag(s) can not be used in agent mode: ["--storage.tsdb.path" "--query.timeout"]\n');
});

test('a reader that goes away ends a command quietly', async (t) => {
  const gone = { writeOut: () => Promise.reject(new OutputClosed('gone')) };
  const run = await capture(t, ['parse'], { stdin: 'a 1\n', io: gone });
  assert.deepEqual(run, { exitCode: 0, out: '', err: '' });
  assert.equal((await capture(t, ['--help'], { io: gone })).exitCode, 0);
});

test('an exception that nobody expected is not taken for an answer', async (t) => {
  await assert.rejects(capture(t, [], { run: () => Promise.reject(new Error('a fault')) }), /a fault/);
});
