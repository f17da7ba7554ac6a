import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { protobufBody } from '@limpet/contract';
import { capture } from '../../test/captured-run.ts';
import type { CapturedRun } from '../../test/captured-run.ts';

function check(t: TestContext, stdin: string | Uint8Array, ...words: string[]): Promise<CapturedRun> {
  return capture(t, ['check', 'metrics', ...words], { stdin });
}

/** A family with help, so that one rule speaks at a time. */
function family(name: string, type: string, samples: readonly string[] = [`${name} 1`]): string {
  return `# HELP ${name} Helpful.\n# TYPE ${name} ${type}\n${samples.join('\n')}\n`;
}

const FINDINGS: readonly (readonly [rule: string, body: string, ...findings: string[]])[] = [
  ['a metric without help', 'a 1\n', 'a no help text'],
  ['empty help is no help', '# HELP a\n# HELP a \na 1\n', 'a no help text'],
  ['a counter without its suffix', family('a', 'counter'), 'a counter metrics should have "_total" suffix'],
  ['a counter with its suffix', family('a_total', 'counter')],
  ['a gauge named as a counter', family('a_total', 'gauge'), 'a_total non-counter metrics should not have "_total" suffix'],
  ['an untyped metric may be called anything', family('a_total', 'untyped') + family('b_bucket', 'untyped') + family('c_gauge', 'untyped')],
  ['a gauge named as a bucket', family('a_bucket', 'gauge'), 'a_bucket non-histogram metrics should not have "_bucket" suffix'],
  ['a summary named as a bucket', family('a_bucket', 'summary'), 'a_bucket non-histogram metrics should not have "_bucket" suffix'],
  ['a gauge named as a count', family('a_count', 'gauge'), 'a_count non-histogram and non-summary metrics should not have "_count" suffix'],
  ['a gauge named as a sum', family('a_sum', 'gauge'), 'a_sum non-histogram and non-summary metrics should not have "_sum" suffix'],
  ['a histogram and a summary named so', family('a_count', 'histogram') + family('b_sum', 'summary')],
  ['a gauge with le', family('a', 'gauge', ['a{le="1"} 1']), 'a non-histogram metrics should not have "le" label'],
  ['a gauge with quantile', family('a', 'gauge', ['a{quantile="1"} 1']), 'a non-summary metrics should not have "quantile" label'],
  [
    'once for each metric that has it',
    family('a', 'gauge', ['a{le="1"} 1', 'a{le="2"} 1']),
    'a non-histogram metrics should not have "le" label',
    'a non-histogram metrics should not have "le" label',
  ],
  ['labels of an untyped metric are its own business', family('a', 'untyped', ['a{le="1",quantile="2"} 1'])],
  [
    'a histogram with quantile, once for all its buckets',
    family('a', 'histogram', ['a_bucket{le="1",quantile="1"} 1', 'a_bucket{le="2",quantile="1"} 1']),
    'a non-summary metrics should not have "quantile" label',
  ],
  ['a gauge called so', family('a_gauge', 'gauge'), "a_gauge metric name should not include type 'gauge'"],
  ['its type inside of the name', family('a_Summary_x', 'summary'), "a_Summary_x metric name should not include type 'summary'"],
  ['another type is a word like any other', family('a_gauge', 'summary') + family('gauge_x', 'gauge')],
  ['a colon', family('a:b', 'gauge'), "a:b metric names should not contain ':'"],
  ['a name in camel case', family('aB', 'gauge'), "aB metric names should be written in 'snake_case' not 'camelCase'"],
  ['capitals alone', family('A_X', 'gauge')],
  [
    'a label in camel case',
    family('a', 'gauge', ['a{bC="1"} 1', 'a{d="1"} 1']),
    "a label names should be written in 'snake_case' not 'camelCase'",
  ],
  ...['s', 'ms', 'us', 'ns', 'sec', 'b', 'kb', 'mb', 'gb', 'tb', 'pb', 'm', 'h', 'd'].map(
    (unit) => [`the unit ${unit}`, family(`a_${unit}`, 'gauge'), `a_${unit} metric names should not contain abbreviated units`] as const,
  ),
  ['an abbreviated unit inside', family('a_MS_c', 'gauge'), 'a_MS_c metric names should not contain abbreviated units'],
  ['letters are no unit', family('as', 'gauge') + family('s_a', 'gauge') + family('a_sx', 'gauge')],
  ['a metric twice', family('a', 'gauge', ['a{b="1"} 1', 'a{b="2"} 1', 'a{b="1"} 2']), 'a metric not unique'],
  ['a family without metrics', '# TYPE a counter\n'],
];

for (const [rule, body, ...findings] of FINDINGS)
  test(`A-093 lint: ${rule}`, async (t) => {
    const { exitCode, out, err } = await check(t, body);
    assert.deepEqual(err.split('\n').slice(0, -1), findings);
    assert.equal(exitCode, findings.length === 0 ? 0 : 3);
    assert.equal(out, '');
  });

const UNITS: readonly (readonly [name: string, unit?: string, base?: string])[] = [
  ...['amperes', 'bytes', 'celsius', 'grams', 'joules', 'kelvin', 'meters', 'metres', 'seconds', 'volts'].map((unit) => [unit] as const),
  ...['minutes', 'hours', 'days', 'weeks'].map((unit) => [`a_${unit}`, unit, 'seconds'] as const),
  ['a_kelvins', 'kelvins', 'kelvin'],
  ['a_fahrenheit', 'fahrenheit', 'celsius'],
  ['a_rankine', 'rankine', 'celsius'],
  ...['inches', 'yards', 'miles'].map((unit) => [`a_${unit}`, unit, 'meters'] as const),
  ['a_bits', 'bits', 'bytes'],
  ['a_calories', 'calories', 'joules'],
  ['a_pounds', 'pounds', 'grams'],
  ['a_ounces', 'ounces', 'grams'],
  ...['pico', 'nano', 'micro', 'milli', 'centi', 'deci', 'deca', 'hecto', 'kilo', 'mega', 'giga', 'tera', 'peta'].map(
    (prefix) => [`a_${prefix}metres_x`, `${prefix}metres`, 'metres'] as const,
  ),
  ...['kibi', 'mibi', 'mebi', 'gibi', 'tebi', 'pebi'].map((prefix) => [`a_${prefix}bytes`, `${prefix}bytes`, 'bytes'] as const),
  ['a_kilobits_total', 'kilobits', 'bytes'],
  ['a_seconds_per_minutes'],
  ['a_minutes_seconds', 'minutes', 'seconds'],
  ['a_exabytes'],
  ['a_Minutes'],
];

for (const [name, unit, base] of UNITS)
  test(`A-094 the unit in ${name}`, async (t) => {
    const expected = unit === undefined ? '' : `${name} use base unit "${base}" instead of "${unit}"\n`;
    assert.equal((await check(t, family(name, 'untyped'))).err, expected);
  });

test('A-090 what a scrape refuses is an error with its place', async (t) => {
  const { exitCode, out, err } = await check(t, 'a 1\nb{ 1\n');
  assert.deepEqual([exitCode, out], [1, '']);
  assert.match(err, /^error while linting: <stdin>:2:4: expected label name/);
});

const STRICT: readonly (readonly [body: string, ...findings: string[]])[] = [
  ['# HELP a x\na{b="1" c="2"} 1\n', 'a labels should have commas between them'],
  ['# HELP a x\na{b="1, \\" 2" , c="2",} 1\na{"b"="1"} 1\n'],
  ['# HELP a x\n# HELP a y\na 1\n', 'a second HELP line'],
  ['# HELP a x\n# TYPE a gauge\n# TYPE a counter\na 1\n', 'a counter metrics should have "_total" suffix', 'a second TYPE line'],
  ['# HELP a x\na 1\n# TYPE a gauge\n', 'a TYPE line after samples'],
  ['# HELP a x\n# TYPE a histogram\na_bucket{le="few"} 1\n', 'a "le" label should be a number'],
  ['# HELP a x\n# TYPE a summary\na{quantile="most"} 1\n', 'a "quantile" label should be a number'],
  ['# HELP a x\na{b="1",b="2"} 1\n', 'a label names should not be repeated'],
  ['# HELP a x\na{__name__="b"} 1\n', 'a label names should not be repeated'],
  ['# HELP a x\na 1', 'a last line should end with a newline'],
  ['# HELP a x\na 1\n# HELP b y\nb 1\na{c="1"} 1\n'],
];

for (const [body, ...findings] of STRICT)
  test(`A-090 what only a strict reader refuses is a finding: ${JSON.stringify(body)}`, async (t) => {
    const { exitCode, err } = await check(t, body);
    assert.deepEqual(err.split('\n').slice(0, -1), findings);
    assert.equal(exitCode, findings.length === 0 ? 0 : 3);
  });

test('A-091 findings are sorted by metric, then by text', async (t) => {
  const { exitCode, err } = await check(t, 'b_ms 1\na_b:c 1\na 1\n');
  assert.equal(exitCode, 3);
  assert.deepEqual(err.split('\n'), [
    'a no help text',
    "a_b:c metric names should not contain ':'",
    'a_b:c no help text',
    'b_ms metric names should not contain abbreviated units',
    'b_ms no help text',
    '',
  ]);
});

test('A-091 without lints there is only the table, and without either the command line is wrong', async (t) => {
  const alone = await check(t, 'a 1\n', '--lint=none');
  assert.equal(alone.exitCode, 1);
  assert.match(alone.err, /--lint=none leaves nothing to do without --extended/);
  const extended = await check(t, 'a 1\n', '--lint=none', '--extended');
  assert.deepEqual([extended.exitCode, extended.err], [0, '']);
  assert.match(extended.out, /^a +1 +100\.00% +$/m);
  assert.equal((await check(t, 'a 1\n', '--lint=some')).exitCode, 2);
});

test('A-092 the table has the series of each family, the greatest first, and the lint still runs', async (t) => {
  const buckets = ['h_bucket{le="1"} 1', 'h_bucket{le="+Inf"} 1', 'h_sum 1', 'h_count 1', 'h_bucket{a="1",le="+Inf"} 1'];
  const body = family('h', 'histogram', buckets) + family('s', 'summary', ['s{quantile="0.5"} 1', 's_sum 1', 's_count 1']) + 'b 1\na 1\n';
  const { exitCode, out, err } = await check(t, body, '--extended');
  assert.equal(exitCode, 3);
  assert.equal(err, 'a no help text\nb no help text\n');
  assert.equal(
    out,
    [
      'Metric    Cardinality    Percentage    ',
      'h         8              61.54%        ',
      's         3              23.08%        ',
      'a         1              7.69%         ',
      'b         1              7.69%         ',
      'Total     13             100%          ',
      '',
    ].join('\n'),
  );
});

test('A-090 A-092 an empty body has nothing to find', async (t) => {
  const { exitCode, out, err } = await check(t, '', '--extended');
  assert.deepEqual([exitCode, err], [0, '']);
  assert.match(out, /^Total +0 +100% +\n$/m);
});

test('check metrics reads OpenMetrics and protobuf by their Content-Type, with the names that series have', async (t) => {
  const openMetrics =
    '# HELP a x\n# TYPE a counter\na_total 1\na_created 1\n# TYPE b info\nb_info{c="1"} 1\n# TYPE g_x gaugehistogram\ng_x_gcount 1\n# EOF\n';
  const text = await check(t, openMetrics, '--content-type=application/openmetrics-text; version=1.0.0', '--extended');
  assert.equal(text.err, 'b_info no help text\ng_x no help text\n');
  assert.match(text.out, /^a_total +1 +25\.00%/m);
  const native = { count: 3, sum: 4.5, schema: 0, positive: { spans: [[0, 2]], deltas: [1, 1] } } as const;
  const body = protobufBody([{ name: 'h', type: 'histogram', metrics: [{ histogram: native }] }]);
  assert.equal((await check(t, body, '--content-type=application/vnd.google.protobuf')).err, 'h no help text\n');
  const cut = await check(t, body.subarray(0, -1), '--content-type=application/vnd.google.protobuf');
  assert.match(cut.err, /^error while linting: <stdin>:1: protobuf: /);
  assert.match((await check(t, 'a 1\n', '--content-type=text/html')).err, /received unsupported Content-Type "text\/html"/);
});
