import assert from 'node:assert/strict';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { silentLog } from '@limpet/model';
import { FailureLogs } from './failure-logs.ts';

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'limpet-failure-log-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

const failure = (error: string) => ({ job: 'a', target: 'http://t/metrics', error, atMs: 0 });

async function errorsIn(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
}

test('C-182 a failure log is created, appended to in order, and opened anew with every configuration', async (t) => {
  const folder = await folderOf(t);
  const [file, rotated] = [join(folder, 'failures.log'), join(folder, 'failures.log.1')];
  const logs = new FailureLogs(silentLog);
  await logs.open(1, new Set([file]));
  assert.equal(logs.refusalOf(1), undefined);
  for (let n = 0; n < 20; n++) logs.write(file, failure(`first ${n}`));
  await rename(file, rotated);
  logs.write(file, failure('still in the old file'));
  await logs.open(2, new Set([file]));
  logs.write(file, failure('second'));
  await logs.close();
  assert.deepEqual(await errorsIn(rotated), [...Array.from({ length: 20 }, (_, n) => `first ${n}`), 'still in the old file']);
  assert.deepEqual(await errorsIn(file), ['second']);
  const again = new FailureLogs(silentLog);
  await again.open(1, new Set([file]));
  again.write(file, failure('third'));
  await again.close();
  assert.deepEqual(await errorsIn(file), ['second', 'third']);
});

test('C-182 where one file cannot be opened, the files of before stay open and the revision is refused', async (t) => {
  const folder = await folderOf(t);
  const [file, other] = [join(folder, 'a.log'), join(folder, 'b.log')];
  const logs = new FailureLogs(silentLog);
  await logs.open(1, new Set([file]));
  await logs.open(2, new Set([other, join(folder, 'missing', 'c.log')]));
  assert.match(logs.refusalOf(2) ?? '', /^failed to create file for scrape failure logger: ENOENT.*c\.log'$/);
  logs.write(file, failure('goes on'));
  logs.write(other, failure('is not open'));
  await logs.open(3, new Set([other]));
  assert.equal(logs.refusalOf(3), undefined);
  await logs.close();
  assert.deepEqual(await errorsIn(file), ['goes on']);
  assert.deepEqual(await errorsIn(other), []);
});

test('C-182 files that are still being opened refuse the revision; without files nothing is waited for', () => {
  const logs = new FailureLogs(silentLog);
  void logs.open(1, new Set());
  assert.equal(logs.refusalOf(1), undefined);
  void logs.open(2, new Set(['/nowhere/a.log']));
  assert.equal(logs.refusalOf(2), 'the scrape failure logs were not opened in time');
});
