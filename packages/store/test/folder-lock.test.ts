import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { LOCK_FILE, lockFolder } from '../src/folder-lock.ts';
import { temporaryFolder } from './bench.ts';

function folderOf(t: TestContext): string {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  return folder.path;
}

test('A-073 a folder is made and locked, once, until it is given up', (t) => {
  const folder = join(folderOf(t), 'a', 'b');
  const first = lockFolder(folder);
  assert.ok(first.ok);
  const second = lockFolder(folder);
  assert.ok(!second.ok);
  assert.equal(second.error.code, 'LIMPET_STORE_LOCKED');
  assert.equal(second.error.message, `the folder ${JSON.stringify(folder)} is in use by another agent`);
  first.value.release();
  first.value.release();
  const third = lockFolder(folder);
  assert.ok(third.ok);
  third.value.release();
  assert.deepEqual(readdirSync(folder), [LOCK_FILE]);
  assert.equal(statSync(join(folder, LOCK_FILE)).size, 0);
});

test('A-073 another process keeps a folder locked as long as it lives, and not a moment longer', async (t) => {
  const folder = folderOf(t);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'hold-lock.ts'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  assert.equal(line.toString(), 'locked\n');
  const during = lockFolder(folder);
  assert.equal(during.ok ? 'locked' : during.error.code, 'LIMPET_STORE_LOCKED');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const after = lockFolder(folder);
  assert.ok(after.ok);
  after.value.release();
});

for (const [what, prepare] of [
  ['lies under a file', (folder: string) => (writeFileSync(join(folder, 'file'), ''), join(folder, 'file', 'data'))],
  ['is a file', (folder: string) => (writeFileSync(join(folder, 'file'), ''), join(folder, 'file'))],
  ['cannot be written to', (folder: string) => (mkdirSync(join(folder, LOCK_FILE)), folder)],
] as const) {
  test(`A-073 a folder that ${what} cannot be used, and the error names it`, (t) => {
    const folder = prepare(folderOf(t));
    const locked = lockFolder(folder);
    assert.ok(!locked.ok);
    assert.equal(locked.error.code, 'LIMPET_STORE_FOLDER');
    assert.ok(locked.error.message.startsWith(`the folder ${JSON.stringify(folder)} cannot be used: `));
  });
}
