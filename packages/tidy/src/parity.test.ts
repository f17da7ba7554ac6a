import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { holdsTitle, parityRows, rowFaults, rulesNamed } from './parity-table.ts';
import { ROOT } from './source-file.ts';

/** Fewer lines than this were never written: the reader has missed some. */
const ROWS_MIN = 200;
const DECIDED_MIN = 30;
const DECIDED = 'Decided differences';

const document = readFileSync(`${ROOT}docs/parity.md`, 'utf8');
const rows = parityRows(document, 'docs');
const citations = rows.flatMap((row) => row.citations.map((citation) => ({ ...citation, line: row.line })));
const sources = new Map<string, string | undefined>();

/** The text of a file, read once; undefined where there is none. */
function sourceOf(file: string): string | undefined {
  if (!sources.has(file)) sources.set(file, existsSync(ROOT + file) ? readFileSync(ROOT + file, 'utf8') : undefined);
  return sources.get(file);
}

test('docs/parity.md was read: features and decided differences', () => {
  assert.ok(rows.length >= ROWS_MIN, `only ${rows.length} lines were read`);
  const decided = rows.filter(({ section }) => section === DECIDED);
  assert.ok(decided.length >= DECIDED_MIN, `only ${decided.length} decided differences were read`);
});

test('every feature of docs/parity.md that Limpet has names a test, every other one says what is missing', () => {
  assert.deepEqual(rows.flatMap(rowFaults), []);
});

test('every test that docs/parity.md names is there under its title', () => {
  assert.ok(citations.length >= ROWS_MIN, `only ${citations.length} tests are named`);
  const faults = citations.flatMap(({ title, file, line }) => {
    const source = sourceOf(file);
    if (source === undefined) return [`line ${line}: ${file} does not exist`];
    if (!/\.test\.tsx?$|\/test\//.test(file)) return [`line ${line}: ${file} is no test`];
    return holdsTitle(source, title) ? [] : [`line ${line}: ${file} has no test "${title}"`];
  });
  assert.deepEqual(faults, []);
});

test('every rule that docs/parity.md names is in the specification', () => {
  const texts = globSync('docs/spec/*.md', { cwd: ROOT })
    .map((path) => readFileSync(ROOT + path, 'utf8'))
    .join('');
  const named = [...new Set(rulesNamed(document))];
  assert.ok(named.length > 100, `only ${named.length} rules are named`);
  assert.deepEqual(
    named.filter((rule) => !texts.includes(rule)),
    [],
  );
});

test('every file that docs/parity.md links to exists', () => {
  const targets = [...document.matchAll(/\]\(([^()\s:#]+)\)/g)].map(([, target = '']) =>
    new URL(target, 'file:///docs/').pathname.slice(1),
  );
  assert.ok(targets.length > citations.length, 'too few links were read');
  assert.deepEqual(
    [...new Set(targets)].filter((target) => !existsSync(ROOT + target)),
    [],
  );
});

test('the reader of docs/parity.md finds every fault', () => {
  const head = '## A\n\n| Feature | Limpet | Difference | Test |\n| --- | --- | --- | --- |\n';
  const faults = (line: string) => parityRows(head + line, 'docs').flatMap(rowFaults);
  const cited = '[S-001 a \\| b\\<c>](../packages/a/src/a.test.ts)';
  assert.deepEqual(parityRows(`${head}| x | yes | | ${cited} |`, 'docs')[0], {
    line: 5,
    section: 'A',
    cells: { Feature: 'x', Limpet: 'yes', Difference: '', Test: cited },
    citations: [{ title: 'S-001 a | b<c>', file: 'packages/a/src/a.test.ts' }],
  });
  assert.deepEqual(faults(`| x | yes | | ${cited} |`), []);
  assert.deepEqual(faults('| x | no | not built | – |'), []);
  assert.deepEqual(faults('| x | yes | | – |'), ['line 5, A: no test is named']);
  assert.deepEqual(faults('| x | partly | some | – |'), ['line 5, A: no test is named']);
  assert.deepEqual(faults('| x | no | | – |'), ['line 5, A: Limpet says "no" and the difference is not named']);
  assert.deepEqual(faults(`| x | soon | later | ${cited} |`), ['line 5, A: Limpet says "soon", not yes, partly, no']);
  assert.deepEqual(faults(`| | yes | | ${cited} |`), ['line 5, A: Feature is empty']);
  const decided = '| Rule | Limpet | Test |\n| --- | --- | --- |\n';
  assert.deepEqual(parityRows(`${decided}| E-059 | strips | ${cited} |`, 'docs').flatMap(rowFaults), []);
  assert.deepEqual(parityRows(`${decided}| none | strips | – |`, 'docs').flatMap(rowFaults), [
    'line 3, : a decided difference names no rule',
    'line 3, : no test is named',
  ]);
});

test('a title counts only as a whole string', () => {
  assert.ok(holdsTitle("test('a b', () => {})", 'a b'));
  assert.ok(holdsTitle('test("it\'s", f)', "it's") && holdsTitle("test('it\\'s', f)", "it's"));
  assert.ok(holdsTitle('test(`a ${b} c`, f)', 'a ${b} c'));
  assert.ok(!holdsTitle("test('a b c', () => {})", 'a b') && !holdsTitle('// a b', 'a b'));
});
