import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { capture } from '../../test/captured-run.ts';

const GOOD = `until: 20s
config: {scrape_configs: [{job_name: a, scrape_interval: 10s, static_configs: [{targets: ["a:80"]}]}]}
targets: {"a:80": x 1}
expect: [{series: up, values: 1 x2}]
`;
const BAD = GOOD.replace('1 x2', '1 0');

test('scenario test runs the files of a folder and answers like a test runner', async (t) => {
  const files = { 'stories/a.yml': GOOD, 'stories/b.yaml': BAD, 'stories/notes.txt': 'not a story' };
  const { exitCode, out } = await capture(t, ['scenario', 'test', 'stories'], { files });
  assert.equal(exitCode, 1);
  assert.match(out, /^✔ a \(\d+ms\)\n✖ b \(\d+ms\)\n {4}not ok up goes 1 0\n {6}- expected 1 0\n {6}\+ found {4}1 x2\n/);
  assert.match(out, /1 passed, 1 failed\n$/);
});

test('scenario test prints TAP and JUnit, and 0 where all is as expected', async (t) => {
  const tap = await capture(t, ['scenario', 'test', '--reporter=tap', 'a.yml'], { files: { 'a.yml': GOOD } });
  assert.equal(tap.exitCode, 0);
  assert.match(tap.out, /^TAP version 14\n1\.\.1\n/);
  const junit = await capture(t, ['scenario', 'test', '--reporter=junit', 'a.yml'], { files: { 'a.yml': GOOD } });
  assert.match(
    junit.out,
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites>\n {2}<testsuite name="a" file="a\.yml" tests="1" failures="0"/,
  );
});

test('scenario test --accept writes what was found, and says that it is to be reviewed', async (t) => {
  const { exitCode, err, out } = await capture(t, ['scenario', 'test', '--accept', 'b.yml'], { files: { 'b.yml': BAD } });
  assert.equal(exitCode, 0);
  assert.match(err, /^b\.yml: what was found is now what is expected; review it with git diff\n$/);
  assert.match(out, /^✔ b /);
});

test('scenario test says what is wrong with a file, and goes on with the next', async (t) => {
  const { exitCode, out } = await capture(t, ['scenario', 'test', 'c.yml', 'a.yml'], { files: { 'a.yml': GOOD, 'c.yml': 'until: 1m' } });
  assert.equal(exitCode, 1);
  assert.match(out, /✖ c\.yml .*\n {4}c\.yml: config is missing\n {4}c\.yml: expect is missing\n✔ a /);
  const missing = await capture(t, ['scenario', 'test', 'none.yml']);
  assert.equal(missing.exitCode, 1);
  assert.match(missing.err, /^error: cannot read none\.yml: ENOENT/);
});

test('scenario test --watch runs again when a file changes, until it is interrupted', async (t) => {
  let interrupt = (): void => {};
  let written = '';
  const waiting: (() => void)[] = [];
  const until = async (text: RegExp): Promise<void> => {
    while (!text.test(written)) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const folder = mkdtempSync(join(tmpdir(), 'limpet-watch-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.yml'), BAD);
  const io = {
    cwd: folder,
    writeOut: (text: string): Promise<void> => {
      written += text;
      for (const resolve of waiting.splice(0)) resolve();
      return Promise.resolve();
    },
    onSignal: (_: string, listener: () => void): (() => void) => {
      interrupt = listener;
      return () => {};
    },
  };
  const run = capture(t, ['scenario', 'test', '--watch', folder], { io });
  await until(/0 passed, 1 failed/);
  await new Promise((resolve) => setImmediate(resolve));
  writeFileSync(join(folder, 'a.yml'), GOOD);
  await until(/1 passed, 0 failed/);
  interrupt();
  assert.equal((await run).exitCode, 0);
});

test('scenario schema prints the schema', async (t) => {
  const { out } = await capture(t, ['scenario', 'schema']);
  assert.equal((JSON.parse(out) as { readonly title: string }).title, 'Limpet scenario');
});
