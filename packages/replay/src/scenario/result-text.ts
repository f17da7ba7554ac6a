import type { ExpectationResult } from './check-expectation.ts';
import type { ScenarioResult } from './test-scenario.ts';

/** A scenario file and what came of it; `error` where it could not be run at all. */
export interface FileResult {
  readonly file: string;
  readonly name: string;
  readonly tookMs: number;
  readonly result: ScenarioResult | undefined;
  readonly error: string | undefined;
}

export function isOk({ result }: FileResult): boolean {
  return result?.ok === true;
}

/** Promises with both sides, as lines for people. */
export function resultLines(results: readonly ExpectationResult[]): readonly string[] {
  return results.flatMap(({ ok, title, expected, found, details }) => [
    `${ok ? 'ok' : 'not ok'} ${title}`,
    ...(ok ? [] : [`  - expected ${expected}`, `  + found    ${found}`, ...details.map((line) => `    ${line}`)]),
  ]);
}

/** As a test runner prints it: one line for each file, more for those that fail. */
export function specText(files: readonly FileResult[]): string {
  const lines = files.flatMap((file) => [
    `${isOk(file) ? '✔' : '✖'} ${file.name} (${file.tookMs.toFixed(0)}ms)`,
    ...(isOk(file) ? [] : failureLines(file).map((line) => `    ${line}`)),
  ]);
  const failedCount = files.filter((file) => !isOk(file)).length;
  return `${[...lines, '', `${files.length - failedCount} passed, ${failedCount} failed`].join('\n')}\n`;
}

/** Test Anything Protocol 14: a subtest for each file, a line for each promise. */
export function tapText(files: readonly FileResult[]): string {
  const lines = ['TAP version 14', `1..${files.length}`];
  for (const [index, file] of files.entries()) {
    const results = file.result?.results ?? [];
    lines.push(`# Subtest: ${file.name}`);
    if (results.length > 0) lines.push(`    1..${results.length}`);
    for (const [number, { ok, title, expected, found, details }] of results.entries()) {
      lines.push(`    ${ok ? 'ok' : 'not ok'} ${number + 1} - ${tapQuoted(title)}`);
      if (ok) continue;
      const diagnostics = [
        `expected: ${JSON.stringify(expected)}`,
        `found: ${JSON.stringify(found)}`,
        `details: ${JSON.stringify(details)}`,
      ];
      lines.push('      ---', ...diagnostics.map((line) => `      ${line}`), '      ...');
    }
    lines.push(`${isOk(file) ? 'ok' : 'not ok'} ${index + 1} - ${tapQuoted(file.name)} # time=${file.tookMs.toFixed(1)}ms`);
    if (file.error !== undefined) lines.push('  ---', `  error: ${JSON.stringify(file.error)}`, '  ...');
  }
  return `${lines.join('\n')}\n`;
}

/** JUnit XML as continuous integration reads it: a suite for each file, a case for each promise. */
export function junitText(files: readonly FileResult[]): string {
  const suites = files.map((file) => {
    const results = file.result?.results ?? [];
    const failures = results.filter(({ ok }) => !ok).length;
    const attributes = `name=${xml(file.name)} file=${xml(file.file)} tests="${results.length}" failures="${failures}" errors="${file.error === undefined ? 0 : 1}" time="${(file.tookMs / 1000).toFixed(3)}"`;
    const cases = results.map((result) => junitCase(file, result));
    if (file.error !== undefined)
      cases.push(`    <testcase name="it can be run" classname=${xml(file.name)}><error message=${xml(file.error)}/></testcase>`);
    return `  <testsuite ${attributes}>\n${cases.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

function junitCase({ name }: FileResult, result: ExpectationResult): string {
  const head = `    <testcase name=${xml(result.title)} classname=${xml(name)}`;
  if (result.ok) return `${head}/>`;
  const text = resultLines([result]).slice(1).join('\n');
  return `${head}><failure message=${xml(`expected ${result.expected}, found ${result.found}`)}>${escaped(text)}</failure></testcase>`;
}

function failureLines({ result, error }: FileResult): readonly string[] {
  return error === undefined ? resultLines((result?.results ?? []).filter(({ ok }) => !ok)) : error.split('\n');
}

function tapQuoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('#', '\\#').replaceAll('\n', ' ');
}

function xml(text: string): string {
  return `"${escaped(text)}"`;
}

/** Characters that XML does not have at all become `?`. */
function escaped(text: string): string {
  const isAllowed = (character: string): boolean => character >= ' ' || character === '\n' || character === '\t';
  return Array.from(text, (character) => (isAllowed(character) ? character : '?'))
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
