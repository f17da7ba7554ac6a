// Runs every test: one process for the suites in virtual time, one for those that need a browser or real programs.
//   node scripts/unit.mjs [FILE…]     with files: only those
// Ends with the line `N passed, N failed, N skipped`; exits non-zero where one failed or none ran.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const linked = join(root, 'node_modules/.bin/node');
const node = existsSync(linked) ? linked : process.execPath;
// What is compiled has to be there; nothing happens where it is.
spawnSync(node, [join(root, 'packages/line-template/scripts/build-wasm.mjs')], { stdio: 'inherit' });
const isReal = (file) => /\.(interop|browser)\.test\.ts$/.test(file);
const everything = globSync(['packages/*/{src,test}/**/*.test.ts', 'apps/*/{src,test}/**/*.test.ts', 'docs/**/*.test.ts'], {
  cwd: root,
}).sort();
const chosen = process.argv.length > 2 ? process.argv.slice(2) : everything;
const folder = mkdtempSync(join(tmpdir(), 'limpet-tests-'));

/** One node:test process over some files; resolves with its counts. Output is kept together, printed at the end. */
function runSuite(name, files, env = {}) {
  const counts = join(folder, name);
  const words = ['--conditions=development', '--disable-warning=ExperimentalWarning', '--import', join(root, 'scripts/property-seed.mjs')];
  words.push('--test', '--test-isolation=none');
  words.push('--test-reporter=dot', '--test-reporter-destination=stdout');
  words.push(`--test-reporter=${join(root, 'scripts/count-reporter.mjs')}`, `--test-reporter-destination=${counts}`);
  const child = spawn(node, [...words, ...files], { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      process.stdout.write(`\n== ${name}: ${files.length} files\n`);
      process.stdout.write(Buffer.concat(output));
      const line = existsSync(counts) ? readFileSync(counts, 'utf8') : '';
      const result = line === '' ? { passed: 0, failed: 1, skipped: 0 } : JSON.parse(line);
      resolve(code === 0 || result.failed > 0 ? result : { ...result, failed: 1 });
    });
  });
}

// Where no real programs have to run beside them, the suites in virtual time have the machine to themselves: two halves.
const virtual = chosen.filter((file) => !isReal(file));
const halves = process.env.LIMPET_REQUIRE_INTEROP === '1' || virtual.length < 20 ? 1 : 2;
const suites = [
  ...Array.from({ length: halves }, (_, half) => [
    halves === 1 ? 'virtual' : `virtual ${half + 1}`,
    virtual.filter((_file, index) => index % halves === half),
  ]),
  ['real', chosen.filter(isReal)],
  // appending again, with every line read by the reference parsers
  ['reference', chosen.filter((file) => /packages\/scrape\/src\/append\//.test(file)), { LIMPET_LINE_TEMPLATE: 'off' }],
].filter(([, files]) => files.length > 0);
const results = await Promise.all(suites.map((suite) => runSuite(...suite)));
rmSync(folder, { recursive: true, force: true });
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
