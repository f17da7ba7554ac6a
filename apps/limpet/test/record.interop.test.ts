import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { capture } from './captured-run.ts';
import { waitUntil } from './interop/wait-until.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('a run that was killed with -9 replays to the bit; a byte of a body that is changed on disk is found', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-record-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  const target = createServer((_, response) => {
    count++;
    if (count % 5 === 0) response.statusCode = 503;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(`requests_total ${count}\n`);
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  t.after(() => target.close());
  const { port } = target.address() as AddressInfo;
  const config = `scrape_configs: [{job_name: a, scrape_interval: 200ms, scrape_timeout: 150ms, basic_auth: {username: u, password: SECRET-WORD}, file_sd_configs: [{files: [targets.json]}]}]\n`;
  writeFileSync(join(folder, 'prometheus.yml'), config);
  writeFileSync(join(folder, 'targets.json'), JSON.stringify([{ targets: [`127.0.0.1:${port}`] }]));
  const words = ['--web.listen-address=127.0.0.1:0', '--scrape.reload-on-startup', '--storage.agent.path=data', '--record=recording'];
  const agent = spawn(process.execPath, [MAIN, 'run', '--config.file=prometheus.yml', ...words], { cwd: folder, stdio: 'ignore' });
  t.after(() => agent.kill('SIGKILL'));
  await waitUntil({ what: 'ten scrapes', until: () => count >= 10, timeoutMs: 30_000 });
  writeFileSync(join(folder, 'targets.json'), JSON.stringify([{ targets: [`127.0.0.1:${port}`], labels: { env: 'new' } }]));
  agent.kill('SIGHUP');
  const before = count;
  await waitUntil({ what: 'thirty more', until: () => count >= before + 30, timeoutMs: 30_000 });
  agent.kill('SIGKILL');
  await once(agent, 'exit');
  const recording = join(folder, 'recording');
  const equal = await capture(t, ['replay', recording, '--verify']);
  assert.equal(equal.exitCode, 0, equal.err);
  assert.match(equal.err, /^\d+ inputs over .* the recording ends because it was cut off\nequal: transitions sha256:/);
  const log = readFileSync(join(recording, 'log.ndjson'), 'utf8');
  assert.ok(log.includes('"push"') && log.includes('"reload"') && log.includes('"status":503'));
  assert.ok(!log.includes('SECRET-WORD'));

  appendFileSync(join(recording, 'log.ndjson'), '{"n":'); // as a kill in the middle of a write leaves it
  const again = await capture(t, ['replay', recording, '--verify']);
  assert.equal(again.err.split('\n')[1], equal.err.split('\n')[1]);

  const body = bodyFiles(recording).find((file) => gunzipSync(readFileSync(file)).toString() === 'requests_total 7\n') ?? '';
  writeFileSync(body, gzipSync('requests_total 8\n'));
  const changed = await capture(t, ['replay', recording, '--verify']);
  assert.equal(changed.exitCode, 1);
  assert.match(
    changed.err,
    /input \d+: a body is not the one that was recorded\n.*\n  input  fx scrape:a http:\/\/127\.0\.0\.1:\d+\/metrics#7\n/,
  );
});

function bodyFiles(recording: string): string[] {
  const bodies = join(recording, 'bodies');
  return readdirSync(bodies, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.gz'))
    .map((name) => join(bodies, name));
}
