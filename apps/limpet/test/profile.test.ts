import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { repositoryPath } from './golden-file.ts';

/** The program itself with the demo, on a port of its own. Resolves when it is ready. */
async function running(t: TestContext, flags: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-profile-'));
  const main = repositoryPath('apps/limpet/src/main.ts');
  const words = ['--web.listen-address=127.0.0.1:0', '--log.format=json', ...flags];
  const child = spawn(process.execPath, ['--conditions=development', main, ...words], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let err = '';
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      const found = /"address":"([^" ]+)/.exec(err)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(err)));
  });
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return { folder, url: `http://${address}`, stop };
}

const functionNames = (bytes: Uint8Array) => {
  const profile = Profile.decode(gunzipSync(bytes));
  return profile.function.map(({ name }) => profile.stringTable.strings[Number(name)]);
};

test('a running program hands out CPU profiles and heap snapshots, and writes the profile of its run at the end', async (t) => {
  const { folder, url, stop } = await running(t, ['--web.enable-debug', '--cpu-profile=run.pb.gz']);
  const profile = fetch(`${url}/debug/pprof/profile?seconds=1`);
  assert.match(await (await fetch(`${url}/metrics`)).text(), /^prometheus_http_requests_total\{/m);
  const answer = await profile;
  assert.equal(answer.status, 200);
  assert.ok(functionNames(new Uint8Array(await answer.arrayBuffer())).length > 0);

  const snapshot = JSON.parse(await (await fetch(`${url}/debug/pprof/heap`)).text()) as {
    readonly snapshot: { readonly node_count: number };
  };
  assert.ok(snapshot.snapshot.node_count > 10_000);

  const leaving = new AbortController();
  const left = fetch(`${url}/debug/pprof/profile?seconds=100`, { signal: leaving.signal });
  const isBusy = async () => (await fetch(`${url}/debug/pprof/profile?seconds=0.01`)).status === 409;
  while (!(await isBusy()));
  leaving.abort();
  await assert.rejects(left, { name: 'AbortError' });
  while (await isBusy());

  assert.equal((await fetch(`${url}/debug/pprof/heap`, { headers: { 'sec-fetch-site': 'cross-site' } })).status, 403);
  assert.equal(await stop(), 0);
  assert.ok(functionNames(readFileSync(join(folder, 'run.pb.gz'))).length > 0);
});

test('A-012 a program that was not told to has no debug endpoints', async (t) => {
  const { url, stop } = await running(t, []);
  assert.equal((await fetch(`${url}/debug/pprof/heap`)).status, 404);
  assert.equal(await stop(), 0);
});
