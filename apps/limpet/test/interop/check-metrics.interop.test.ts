import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { capture } from '../captured-run.ts';
import { findPeer, isAtLeast, releaseOf } from './program/peer-program.ts';

const promtool = findPeer({ variable: 'PROMTOOL_BIN', program: 'promtool' });

interface Outcome {
  readonly exitCode: number | null;
  readonly out: string;
  readonly lines: readonly string[];
}

const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
/** None has two units: which of them counted was left to chance before release 3. */
const NAMES = [
  'a', 'aB', 'A_B', 'a:b', 'a_total', 'a_total_x', 'x_bucket', 'x_count', 'x_sum', 'a_gauge', 'a_Counter_x', 'gauge_a', 'a_histogram',
  'a_summary', 'a_s', 'a_MS_x', 'a_m_s', 'as', 'a_kb', 'a_d', 'a_h_b_m', 'a_seconds', 'a_milliseconds', 
  'a_kibibytes', 'a_mibibytes', 'a_kilobits_total', 'a_Minutes', 'a_kelvins', 'a_decikelvin', 'a_inches', 'metres',
  'a_kilometres', 'a_hectograms', 'a_ounces', 'a_fahrenheit', 'a_kilo', 'a_calories', 'a_exabytes', 'a_days_x', 'picovolts', 'a__ms__b',
]; // prettier-ignore
const LABELS = ['', '{b="1"}', '{le="1"}', '{quantile="0.5"}', '{le="1",quantile="0.5",bC="x"}', '{bC="1",dE="2"}', '{b="\\"}{,"}'];

/** Every name as every type, with the series that the type has. */
function named(type: string): string {
  return NAMES.map((name, index) => `${index % 2 === 0 ? `# HELP ${name} x\n` : ''}# TYPE ${name} ${type}\n${series(name, type)}`).join('');
}

function series(name: string, type: string): string {
  if (type === 'histogram') return `${name}_bucket{le="1"} 1\n${name}_bucket{le="+Inf"} 2\n${name}_sum 1\n${name}_count 2\n`;
  if (type === 'summary') return `${name}{quantile="0.5"} 1\n${name}_sum 1\n${name}_count 2\n`;
  return `${name} 1\n`;
}

const CORPUS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(TYPES.map((type) => [`every name as ${type}`, named(type)])),
  ...Object.fromEntries(
    TYPES.map((type) => [`every label of a ${type}`, `# TYPE a ${type}\n${LABELS.map((labels) => `a${labels} 1\n`).join('')}`]),
  ),
  'no types': NAMES.map((name) => `${name} 1\n`).join(''),
  'parts of families out of order': '# TYPE h histogram\nh_sum 1\na 1\nh_bucket{le="1",x="1"} 1\nh_count{x="1"} 1\na{b="1"} 1\nh_count 1\n',
  'suffixes of types that have none': '# TYPE a gauge\na_sum 1\na_count 1\na_bucket{le="1"} 1\n# TYPE s summary\ns_bucket{le="1"} 1\n',
  'a family of its own for a suffix': '# TYPE s_count gauge\ns_count 1\n# TYPE s summary\ns_sum 1\n',
  'families without metrics': '# TYPE a counter\n# HELP b x\n# HELP c x\nc 1\n',
  'help after samples': 'a 1\n# HELP a x\n',
  'empty help': '# HELP a \n# TYPE a gauge\na 1\n# HELP b\nb 1\n',
  'blanks, comments and timestamps': '# a comment\n#another\n\n \ta { b = "1" , } 1 5\nc 1 1700000000000\n',
  'values that are no plain numbers': 'a +Inf\nb -Inf\nc NaN\nd 1e-3\ne -0\n',
  nothing: '',
};

/** What both refuse: the place may be told in other words. */
const REFUSED: readonly string[] = [
  'a\n',
  'a{ 1\n',
  'a{b=1} 1\n',
  'a 1 x\n',
  '# TYPE a info\na 1\n',
  'a{b="1",,c="2"} 1\n',
  '9a 1\n',
  'a one\n',
];

/** Findings of Limpet that are an error of promtool: it reads with a stricter parser than its scrapes do. */
const STRICT: readonly string[] = [
  'a{b="1" c="2"} 1\n',
  '# HELP a x\n# HELP a y\na 1\n',
  '# TYPE a gauge\n# TYPE a counter\na 1\n',
  'a 1\n# TYPE a gauge\n',
  '# TYPE a histogram\na_bucket{le="few"} 1\n',
  '# TYPE a summary\na{quantile="most"} 1\n',
  'a{b="1",b="2"} 1\n',
  'a{__name__="b"} 1\n',
  'a 1',
];

/** Tables of bodies without findings: an old promtool prints none beside findings. */
const CLEAN: readonly string[] = [
  '',
  '# HELP a x\na{b="1"} 1\na{b="2"} 1\na{b="3"} 1\n# HELP long_name_of_a_metric x\nlong_name_of_a_metric 1\n',
  '# HELP h x\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\nh_count{x="1"} 1\n# HELP a x\na 1\n',
  '# HELP s x\n# TYPE s summary\ns{quantile="0.5"} 1\ns{quantile="0.9"} 1\ns_sum 1\n# HELP t_total x\n# TYPE t_total counter\nt_total 1\n',
];

suite('findings beside those of promtool', { skip: promtool.skip }, () => {
  for (const [name, body] of Object.entries(CORPUS))
    test(`A-091 A-093 A-094 the same findings and exit code: ${name}`, async (t) => {
      const theirs = await promtoolCheck(body);
      const ours = await limpetCheck(t, body);
      const isKnown = knownDifference();
      const expected = theirs.lines.filter((line) => !isKnown(line));
      assert.deepEqual(
        ours.lines.filter((line) => !isKnown(line)),
        expected,
      );
      if (expected.length === theirs.lines.length) assert.equal(ours.exitCode, theirs.exitCode);
    });

  for (const body of REFUSED)
    test(`A-090 refused by both: ${JSON.stringify(body)}`, async (t) => {
      for (const outcome of [await promtoolCheck(body), await limpetCheck(t, body)]) {
        assert.equal(outcome.exitCode, 1);
        assert.match(outcome.lines[0] ?? '', /^error while linting: /);
      }
    });

  for (const body of STRICT)
    test(`A-090 an error of promtool is a finding: ${JSON.stringify(body)}`, async (t) => {
      assert.equal((await promtoolCheck(body)).exitCode, 1);
      const ours = await limpetCheck(t, body);
      assert.equal(ours.exitCode, 3);
      assert.doesNotMatch(ours.lines.join('\n'), /error while linting/);
    });

  for (const body of CLEAN)
    test(`A-092 the same table: ${JSON.stringify(body)}`, async (t) => {
      assert.deepEqual(await limpetCheck(t, body, '--extended'), await promtoolCheck(body, '--extended'));
    });
});

/**
 * Lines that a release before 3 writes and a later one does not, or the other way round: the type in a name was looked for
 * in untyped metrics too, and whatever type it was; nothing was said of a metric that comes twice.
 */
function knownDifference(): (line: string) => boolean {
  if (isAtLeast(releaseOf(promtool.command), '3.0')) return () => false;
  return (line) => /metric name should not include type|metric not unique$/.test(line);
}

function promtoolCheck(body: string, ...words: string[]): Promise<Outcome> {
  const child = spawn(promtool.command, ['check', 'metrics', ...words], { stdio: 'pipe' });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.end(body);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, out, lines: linesOf(err) }));
  });
}

async function limpetCheck(t: TestContext, body: string, ...words: string[]): Promise<Outcome> {
  const { exitCode, out, err } = await capture(t, ['check', 'metrics', ...words], { stdin: body });
  return { exitCode, out, lines: linesOf(err) };
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
