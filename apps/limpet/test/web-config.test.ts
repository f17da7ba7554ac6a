import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { repositoryPath } from './golden-file.ts';

/** Runs the agent on an empty configuration with a web configuration, on a free port. */
function agentWith(t: TestContext, webConfig: string) {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-web-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'prometheus.yml'), '');
  writeFileSync(join(folder, 'web.yml'), webConfig);
  const flags = ['--web.config.file=web.yml', '--web.listen-address=127.0.0.1:0', '--log.format=json'];
  const program = ['--conditions=development', repositoryPath('apps/limpet/src/main.ts'), 'run', ...flags];
  const child = spawn(process.execPath, program, { cwd: folder });
  t.after(() => child.kill('SIGKILL'));
  let err = '';
  const address = new Promise<string>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      const found = /"address":"([^"]+)"/.exec(err)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const exited = new Promise<number | null>((resolve) => {
    child.on('close', (exitCode) => resolve(exitCode));
  });
  return { address, exited, errText: () => err, stop: () => child.kill('SIGTERM') };
}

test('A-073 A-075 a bad web configuration ends the start with 1, and its place is shown', async (t) => {
  const agent = agentWith(t, 'basic_auth_users:\n  alice: hunter2\n');
  assert.equal(await agent.exited, 1);
  assert.match(agent.errText(), /web\.yml:2:10: is not a bcrypt hash/);
  assert.doesNotMatch(agent.errText(), /hunter2/);
});

test('the users of a web configuration guard every route', async (t) => {
  const hash = '$2b$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC';
  const agent = agentWith(t, `basic_auth_users:\n  alice: ${hash}\n`);
  const address = await agent.address;
  for (const path of ['/-/healthy', '/metrics', '/api/v1/targets', '/agent', '/nowhere']) {
    assert.equal((await fetch(`http://${address}${path}`)).status, 401, path);
  }
  const authorized = { headers: { authorization: `Basic ${btoa('alice:right')}` } };
  assert.equal((await fetch(`http://${address}/-/ready`, authorized)).status, 200);
  agent.stop();
  assert.equal(await agent.exited, 0);
});
