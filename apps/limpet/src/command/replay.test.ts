import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { configText } from '@limpet/agent';
import { settled, VirtualClock } from '@limpet/driver';
import { liveRecordingFolder, recordAgent } from '@limpet/replay';
import { capture, jsonLines } from '../../test/captured-run.ts';

/** Two minutes of an agent whose one target does not exist, recorded on disk. */
async function recording(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-replay-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const clock = new VirtualClock();
  const config = configText('scrape_configs: [{job_name: a, scrape_interval: 10s, static_configs: [{targets: ["gone:80"]}]}]');
  const openHttpClient = (): Promise<never> => Promise.resolve({ ok: false, error: new Error('there is no network') } as never);
  const recorded = await recordAgent({ config, ports: { clock, openHttpClient } }, { folder: liveRecordingFolder(folder) });
  void recorded.agent.start();
  await clock.advanceSettled(120_000, async () => {
    await settled();
    await recorded.atRest();
  });
  await recorded.close();
  return folder;
}

test('replay --verify says that a recording is equal, and where it is not', async (t) => {
  const folder = await recording(t);
  const equal = await capture(t, ['replay', folder, '--verify']);
  assert.equal(equal.exitCode, 0, equal.err);
  assert.match(
    equal.err,
    /^\d+ inputs over .* replayed in \d+\.\d\d s; the recording ends because it was closed\nequal: transitions sha256:/,
  );
  const log = join(folder, 'log.ndjson');
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  writeFileSync(log, `${lines.filter((_, index) => index !== 3).join('\n')}\n`);
  const differs = await capture(t, ['replay', folder, '--verify']);
  assert.equal(differs.exitCode, 1);
  assert.match(differs.err, /\ninput 4: input 3 is missing\n/);
});

test('replay --print --until shows what each input did, up to a time', async (t) => {
  const folder = await recording(t);
  const { out, exitCode } = await capture(t, ['replay', folder, '--print', '--until=1s']);
  assert.equal(exitCode, 0);
  const turns = jsonLines(out) as { readonly input: number; readonly kind: string; readonly transitions: readonly string[] }[];
  assert.deepEqual([turns[0]?.input, turns[0]?.kind], [1, 'in']);
  assert.ok(turns.some(({ transitions }) => transitions.some((line) => line.includes(' agent '))));
  const all = await capture(t, ['replay', folder, '--print']);
  assert.ok(jsonLines(all.out).length > turns.length);
});

test('replay --mode=scenario tells a recording, and one of other machines is told by itself', async (t) => {
  const folder = await recording(t);
  const asked = await capture(t, ['replay', folder, '--mode=scenario']);
  assert.match(asked.err, /^told as a scenario \(as asked\); recorded by Limpet /);
  const log = join(folder, 'log.ndjson');
  writeFileSync(log, readFileSync(log, 'utf8').replace(/"pool":"sha256:[0-9a-f]+"/, '"pool":"sha256:0"'));
  assert.match((await capture(t, ['replay', folder])).err, /^told as a scenario \(other machines: pool\)/);
  assert.equal((await capture(t, ['replay', folder, '--mode=exact', '--verify'])).exitCode, 0);
});

test('replay refuses what is no recording, and flags that make no sense', async (t) => {
  const missing = await capture(t, ['replay', 'nowhere']);
  assert.deepEqual([missing.exitCode, missing.err], [1, 'error: ./nowhere: there is no such recording\n']);
  const empty = await capture(t, ['replay', '.']);
  assert.match(empty.err, /no recording is in this folder: it has no log\.ndjson/);
  const folder = await recording(t);
  assert.equal((await capture(t, ['replay', folder, '--speed=fast'])).exitCode, 2);
  assert.equal((await capture(t, ['replay', folder, '--until=soon'])).exitCode, 2);
  writeFileSync(join(folder, 'log.ndjson'), '{"n":0,"k":"boot","v":7}\n');
  assert.match((await capture(t, ['replay', folder])).err, /log\.ndjson:1: format 7 is not known, this program reads 1/);
});

test('a folder that holds a recording is not written over', async (t) => {
  const folder = await recording(t);
  await assert.rejects(
    recordAgent({ config: configText('') }, { folder: liveRecordingFolder(folder) }),
    /a recording is in this folder already/,
  );
});
