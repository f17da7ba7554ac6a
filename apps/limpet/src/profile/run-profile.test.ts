import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { silentLog } from '@limpet/model';
import { Profile } from 'pprof-format';
import { fakeInspector } from '../../test/fake-inspector.ts';
import { FlagError } from '../flag/run-options.ts';
import { RUN_PROFILE_MS_MAX, startRunProfile } from './run-profile.ts';

/** A profile of a run in a folder of its own, whose longest time is over when the test says so. */
function rig(t: TestContext, failing: { method?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-profile-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { told, ports, v8 } = fakeInspector(failing);
  const timers: { readonly delayMs: number; readonly run: () => void }[] = [];
  const errors: string[] = [];
  const log = { ...silentLog, error: (text: string) => void errors.push(text) };
  const after = (delayMs: number, run: () => void) => {
    const timer = { delayMs, run };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), 1);
  };
  const start = (file: string) => startRunProfile({ ...ports, file: join(folder, file), log, after });
  const read = (file: string) => readFileSync(join(folder, file));
  return { start, read, told, timers, errors, v8, folder };
}

test('the profile of a run is written at its end, as gzipped pprof, for its owner alone', async (t) => {
  const { start, read, told, timers, folder } = rig(t);
  const end = await start('run.pb.gz');
  assert.deepEqual(
    timers.map(({ delayMs }) => delayMs),
    [RUN_PROFILE_MS_MAX],
  );
  await end();
  assert.equal(Number(Profile.decode(gunzipSync(read('run.pb.gz'))).period), 10_000_000);
  assert.equal(statSync(join(folder, 'run.pb.gz')).mode & 0o777, 0o600);
  assert.deepEqual([told.at(-1), timers], ['disconnect', []]);
});

test('a name that ends in .cpuprofile gets what V8 writes', async (t) => {
  const { start, read, v8 } = rig(t);
  await (
    await start('run.cpuprofile')
  )();
  assert.deepEqual(JSON.parse(read('run.cpuprofile').toString()), v8);
});

test('after the longest time the profile is written once, and the end of the run adds nothing', async (t) => {
  const { start, read, told, timers } = rig(t);
  const end = await start('run.cpuprofile');
  timers[0]?.run();
  await end();
  assert.equal(told.filter((one) => one === 'Profiler.stop').length, 1);
  assert.ok(read('run.cpuprofile').length > 0);
});

test('a file that cannot be written, or an inspector that refuses, ends the start with exit code 1', async (t) => {
  const isFlagError = (error: unknown) => error instanceof FlagError && error.exitCode === 1;
  await assert.rejects(rig(t).start('no/such/folder.pb.gz'), isFlagError);
  await assert.rejects(rig(t, { method: 'Profiler.start' }).start('a.pb.gz'), isFlagError);
});

test('a profile that V8 does not hand over is an error in the log, and the run ends as it would', async (t) => {
  const { start, errors } = rig(t, { method: 'Profiler.stop' });
  await (
    await start('run.pb.gz')
  )();
  assert.deepEqual(errors, ['the CPU profile could not be written']);
});
