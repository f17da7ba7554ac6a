import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { repositoryPath } from './golden-file.ts';

/** A process in a folder of its own, with what it said. */
interface Running {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** Resolves with what was said so far when a word was, or when the process has ended. */
  readonly until: (word: string) => Promise<string>;
  readonly exitCode: () => Promise<number | null>;
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-storage-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'store.yml'), 'scrape_configs: []\n');
  writeFileSync(join(folder, 'remote.yml'), 'remote_write: [{url: "http://127.0.0.1:1/write"}]\n');
  writeFileSync(join(folder, 'file'), '');
  return folder;
}

function limpet(t: TestContext, cwd: string, ...words: readonly string[]): Running {
  const program = repositoryPath('apps/limpet/src/main.ts');
  const given = ['--conditions=development', program, 'run', '--web.listen-address=127.0.0.1:0', ...words];
  const child = spawn(process.execPath, given, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const closed = once(child, 'close');
  t.after(() => child.kill('SIGKILL'));
  return {
    child,
    said: () => text,
    exitCode: async () => ((await closed) as [number | null])[0],
    until: async (word) => {
      while (!text.includes(word) && child.exitCode === null && child.signalCode === null) {
        await Promise.race([once(child.stderr, 'data'), closed]);
      }
      return text;
    },
  };
}

for (const [config, path, words] of [
  ['store.yml', 'file/data', /storage did not open: the folder \\?"file\/data\\?" cannot be used: ENOTDIR/],
  ['remote.yml', 'file/data', /storage did not open: the folder \\?"file\/data\\?" cannot be used: ENOTDIR/],
  ['store.yml', 'damaged', /the embedded store could not be opened: .*unable to open database file/],
] as const) {
  test(`A-073 A-075 storage in ${path}, which cannot be used, ends the start with ${config} in code 1 and words that say so`, async (t) => {
    const folder = folderOf(t);
    await mkdir(join(folder, 'damaged', 'recent.sqlite'), { recursive: true });
    const run = limpet(t, folder, `--config.file=${config}`, `--storage.agent.path=${path}`);
    assert.equal(await run.exitCode(), 1);
    assert.match(run.said(), words);
    assert.doesNotMatch(run.said(), /msg=ready/);
  });
}

test('A-073 a second process does not start on the folder of one that lives, unless it is told to, and does after one was killed', async (t) => {
  const folder = folderOf(t);
  const words = ['--config.file=store.yml', '--storage.agent.path=data'];
  const first = limpet(t, folder, ...words);
  assert.match(await first.until('msg=ready'), /msg=ready/);
  const second = limpet(t, folder, ...words);
  assert.equal(await second.exitCode(), 1);
  assert.match(second.said(), /storage did not open: the folder \\?"data\\?" is in use by another agent/);
  const bold = limpet(t, folder, ...words, '--storage.agent.no-lockfile');
  assert.match(await bold.until('msg=ready'), /msg=ready/);
  first.child.kill('SIGKILL');
  await first.exitCode();
  const third = limpet(t, folder, ...words);
  assert.match(await third.until('msg=ready'), /msg=ready/);
  third.child.kill('SIGTERM');
  assert.equal(await third.exitCode(), 0);
});
