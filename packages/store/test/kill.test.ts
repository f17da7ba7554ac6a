import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { everything, makeBench, temporaryFolder } from './bench.ts';

test('a store that was killed while it wrote opens again, whole, with everything up to the last write', async () => {
  const folder = temporaryFolder();
  try {
    const path = join(folder.path, 'history.db');
    const script = join(import.meta.dirname, 'write-until-killed.ts');
    const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let acknowledged = 0;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      acknowledged = Number(chunk.toString().trim().split('\n').at(-1));
      if (acknowledged >= 130) break; // past two chunks, into the journal
    }
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const database = new DatabaseSync(path);
    assert.equal(database.prepare('PRAGMA integrity_check').get()?.['integrity_check'], 'ok');
    database.close();
    const { store, logged } = makeBench(path);
    assert.deepEqual(logged, []);
    const samples = everything(store);
    const rounds = samples.filter(({ labels }) => labels['n'] === '7').map(({ value }) => value);
    assert.deepEqual(
      rounds.slice(0, acknowledged),
      Array.from({ length: acknowledged }, (_, index) => index + 1),
    );
    assert.ok(samples.length >= acknowledged * 200);
    await store.close();
  } finally {
    folder.remove();
  }
});
