import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { repositoryPath } from './golden-file.ts';

/** Runs the program itself. `readMax`: goes away after so many bytes of its output. */
function limpet(
  words: readonly string[],
  stdin: string,
  readMax = Infinity,
): Promise<{ exitCode: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--conditions=development', repositoryPath('apps/limpet/src/main.ts'), ...words]);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (out.length >= readMax) child.stdout.destroy();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => {}); // it may end before it has read everything
  child.stdin.end(stdin);
  return new Promise((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, out, err }));
  });
}

test('A-098 the program hands results, errors and exit codes to whoever started it', async () => {
  const { exitCode, out, err } = await limpet(['parse'], 'a 1\nb{\n');
  assert.equal(exitCode, 1);
  assert.match(out, /^\{"entry":"sample".*\}\n$/);
  assert.match(err, /^<stdin>:2:3: /);
});

test('a reader that goes away in the middle of a big result ends the program quietly', async () => {
  const body = Array.from({ length: 40_000 }, (_, index) => `series_${index} ${index}\n`).join('');
  const { exitCode, err } = await limpet(['parse'], body, 1);
  assert.deepEqual([exitCode, err], [0, '']);
});

for (const [flag, exitCode, words] of [
  ['--web.external-url="http://x"', 2, /^error: --web\.external-url must not begin or end with quotes$/m],
  ['--web.external-url=here', 2, /^error: --web\.external-url: not a URL with a scheme/m],
  ['--web.listen-address=127.0.0.1:99999', 1, /^error: --web\.listen-address: no URL has this port: 99999$/m],
] as const) {
  test(`A-070 A-073 ${flag} ends the start with exit code ${exitCode}`, async () => {
    const ended = await limpet([flag], '');
    assert.equal(ended.exitCode, exitCode);
    assert.match(ended.err, words);
  });
}
