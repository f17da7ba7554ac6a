import assert from 'node:assert/strict';
import test from 'node:test';
import { banFaults, exportFaults, importFaults, markFaults, nameFaults, sizeFaults } from './house-rules.ts';
import { importedModules, packageTable } from './package-table.ts';
import { withoutTexts } from './source-file.ts';

const file = (path: string, text: string) => ({ path, text, code: withoutTexts(text) });
const rows = packageTable(
  '| `model` | labels | – | xxhash-wasm |\n| `relabel` | rules | model | re2js |\n| `agent` | root | all above | xstate |\n',
);

test('every ban fires in shipped code and nowhere else', () => {
  const uses = [
    'Date.now()',
    'new Date()',
    'Math.random()',
    'setTimeout(f, 1)',
    'setInterval(f)',
    'fetch(url)',
    'process.env',
    'performance.now()',
  ];
  for (const use of uses) {
    assert.equal(banFaults(file('packages/scrape/src/loop/grid.ts', `export const a = ${use};`)).length, 1, use);
    assert.equal(banFaults(file('packages/scrape/src/live-thing.ts', `export const a = ${use};`)).length, 0, use);
    assert.equal(banFaults(file('packages/scrape/src/loop/grid.test.ts', `export const a = ${use};`)).length, 0, use);
    assert.equal(banFaults(file('packages/scrape/src/grid.ts', `// ${use}\nconst a = '${use}';`)).length, 0, use);
  }
  assert.equal(banFaults(file('packages/scrape/src/grid.ts', 'clock.setTimeout(f, 1); new Date(0);')).length, 0);
});

test('names, sizes, exports and marks that break the rules are found', () => {
  for (const path of [
    'packages/a/src/utils.ts',
    'packages/a/src/loop.types.ts',
    'packages/a/src/Loop.ts',
    'packages/a/src/string-helpers.ts',
  ]) {
    assert.equal(nameFaults({ path }).length, 1, path);
  }
  assert.deepEqual(nameFaults({ path: 'packages/a/src/loop.machine.ts' }), []);
  assert.equal(sizeFaults({ path: 'packages/a/src/a.ts', text: '\n'.repeat(401) }).length, 1);
  assert.equal(sizeFaults({ path: 'packages/a/src/a.test.ts', text: '\n'.repeat(401) }).length, 0);
  assert.equal(exportFaults(file('packages/a/src/index.ts', "export * from './a.ts';")).length, 1);
  assert.equal(exportFaults(file('packages/a/src/a.ts', 'export default 1;')).length, 1);
  assert.equal(markFaults({ path: 'a.ts', text: '// TODO later' }).length, 1);
});

test('the package table allows and refuses imports', () => {
  assert.deepEqual(
    importFaults(file('packages/relabel/src/a.ts', "import { a } from '@limpet/model';\nimport re from 're2js';"), rows),
    [],
  );
  assert.equal(importFaults(file('packages/model/src/a.ts', "import { a } from '@limpet/relabel';"), rows).length, 1);
  assert.equal(importFaults(file('packages/model/src/a.ts', "import { a } from 'node:fs';"), rows).length, 1);
  assert.equal(importFaults(file('packages/model/src/a.ts', "import { a } from 'lodash';"), rows).length, 1);
  assert.equal(importFaults(file('packages/agent/src/a.ts', "import { a } from '@limpet/model/src/labels.ts';"), rows).length, 1);
  assert.deepEqual(importFaults(file('packages/agent/src/a.ts', "import type { a } from '@limpet/relabel';"), rows), []);
  assert.equal(importFaults(file('packages/unknown/src/a.ts', ''), rows).length, 1);
});

test('imports are recognised over several lines, as exports and when dynamic', () => {
  const text =
    "import {\n  a,\n} from '@limpet/model';\nexport { b } from 'xstate';\nimport 'side';\nconst c = await import('lazy');\nimport { d } from './d.ts';";
  assert.deepEqual(importedModules(text), ['@limpet/model', 'xstate', 'side', 'lazy']);
});
