import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { banFaults, exportFaults, importFaults, markFaults, nameFaults, sizeFaults } from './house-rules.ts';
import { packageTable } from './package-table.ts';
import { ROOT, sourceFiles } from './source-file.ts';

const packages = sourceFiles(['packages/*/src/**/*.ts', 'packages/*/test/**/*.ts']);
const apps = sourceFiles(['apps/*/src/**/*.{ts,tsx}', 'apps/*/test/**/*.ts']);
const everything = [...packages, ...apps];
const rows = packageTable(readFileSync(`${ROOT}docs/style.md`, 'utf8'));
const folders = [...new Set(packages.map(({ path }) => path.split('/')[1] ?? ''))];

/** Runs a check over files; seeing none is a fault of the check. */
function none<File>(files: readonly File[], check: (file: File) => string[]): void {
  assert.ok(files.length > 0, 'the check saw no file');
  assert.deepEqual(files.flatMap(check), []);
}

test('file names are kebab-case and name a concept', () => none(everything, nameFaults));
test('files stay within their size limits', () => none(everything, sizeFaults));
test('clock, random, timers, fetch and process are reached through ports only', () => none(packages, banFaults));
test('exports are named one by one', () => none(everything, exportFaults));
test('nothing unfinished is marked as to do', () => none(everything, markFaults));
test('imports follow the package table of docs/style.md', () => none(packages, (file) => importFaults(file, rows)));

test('the package table has a row for every package and was read', () => {
  assert.ok(rows.length >= 15, `only ${rows.length} rows were read`);
  assert.deepEqual(
    folders.filter((folder) => !rows.some(({ name }) => name === folder)),
    [],
  );
});

test('every package has a README, one public door and a name of the workspace', () => {
  assert.ok(folders.length > 10, 'too few packages were seen');
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(`${ROOT}packages/${folder}/package.json`, 'utf8')) as { name: string; exports?: object };
    assert.equal(manifest.name, `@limpet/${folder}`);
    // This package is imported by nobody.
    assert.deepEqual(Object.keys(manifest.exports ?? {}), folder === 'tidy' ? [] : ['.']);
    if (folder !== 'tidy') assert.ok(existsSync(`${ROOT}packages/${folder}/src/index.ts`), `${folder} has no public door`);
    assert.ok(existsSync(`${ROOT}packages/${folder}/README.md`), `${folder} has no README`);
  }
});

test('pino appears in apps only, and every version is in the catalog', () => {
  for (const file of packages) assert.ok(!/^import .* from 'pino/m.test(file.text), `${file.path} imports pino`);
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(`${ROOT}packages/${folder}/package.json`, 'utf8')) as Record<string, Record<string, string>>;
    const versions = Object.values({ ...manifest['dependencies'], ...manifest['devDependencies'] });
    assert.deepEqual(
      versions.filter((version) => version !== 'catalog:' && version !== 'workspace:*'),
      [],
      folder,
    );
  }
});

test('the top level holds what the layout names and nothing else', () => {
  const needed = 'packages apps docs scripts .ci tsconfig.base.json pnpm-workspace.yaml turbo.json package.json pnpm-lock.yaml';
  const texts =
    'README.md LICENSE CHANGELOG.md CONTRIBUTING.md docs/architecture.md docs/parity.md docs/spec/architecture.md docs/style.md';
  for (const name of `${needed} ${texts}`.split(' ')) assert.ok(existsSync(ROOT + name), `${name} is missing`);
});
