import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

test('the embedded example scrapes its own service, prints samples and stops cleanly', async () => {
  const script = fileURLToPath(new URL('embed.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=development', script], { timeout: 60_000 });
  assert.match(stdout, /^up: http:\/\/127\.0\.0\.1:\d+\/metrics$/m);
  for (const value of [1, 2, 3]) assert.match(stdout, new RegExp(`^visits_total\\{.*team="storefront"\\} ${value}$`, 'm'));
  assert.match(stdout, /^up\{.*job="own-service".*\} 1$/m);
  assert.match(stdout, /^stopped with exit code 0$/m);
});
