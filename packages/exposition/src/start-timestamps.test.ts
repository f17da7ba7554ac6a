import assert from 'node:assert/strict';
import test from 'node:test';
import { parseOpenMetrics } from './openmetrics-parser.ts';
import { ParseError } from './parse-error.ts';

/** `name{labels}` of every sample with its start timestamp, `undefined` where it has none. */
function starts(text: string): (readonly [series: string, startTimestampMs: number | undefined])[] {
  const body = new TextEncoder().encode(text);
  return [...parseOpenMetrics(body, { startTimestamps: true })].flatMap((entry) =>
    entry.kind === 'sample' ? [[text.slice(entry.keyStart, entry.keyEnd), entry.startTimestampMs] as const] : [],
  );
}

test('E-119 _created lines of counters, histograms and summaries become start timestamps', () => {
  const text = [
    '# TYPE c counter',
    'c_total{a="b"} 1 # {t="x"} 2',
    'c_created{a="b"} 1.0059',
    '# TYPE h histogram',
    'h_bucket{le="1.0"} 1',
    'h_bucket{le="+Inf"} 2',
    'h_count 2',
    'h_created 20',
    '# TYPE s summary',
    's{quantile="0.5",a="b"} 1',
    's_sum{a="b"} 1',
    's_created{a="b"} 30',
    '# EOF\n',
  ];
  assert.deepEqual(starts(text.join('\n')), [
    ['c_total{a="b"}', 1005],
    ['h_bucket{le="1.0"}', 20_000],
    ['h_bucket{le="+Inf"}', 20_000],
    ['h_count', 20_000],
    ['s{quantile="0.5",a="b"}', 30_000],
    ['s_sum{a="b"}', 30_000],
  ]);
});

test('E-119 _created of gauges and unknown types stays a series', () => {
  assert.deepEqual(starts('# TYPE g gauge\ng 1\ng_created 5\nu_created 6\n# EOF\n'), [
    ['g', undefined],
    ['g_created', undefined],
    ['u_created', undefined],
  ]);
});

test('E-119 a _created line whose value is no time gives none, and is swallowed all the same', () => {
  assert.deepEqual(starts('# TYPE c counter\nc_total 1\nc_created NaN\n# EOF\n'), [['c_total', undefined]]);
});

test('E-120 the look ahead ends at the first _created line, even one of another label set', () => {
  const text = '# TYPE c counter\nc_total{a="1"} 1\nc_total{a="2"} 1\nc_created{a="1"} 1\nc_created{a="2"} 2\n# EOF\n';
  assert.deepEqual(starts(text), [
    ['c_total{a="1"}', 1000],
    ['c_total{a="2"}', undefined],
  ]);
});

test('E-120 a _created line in front of its family is missed', () => {
  assert.deepEqual(starts('# TYPE c counter\nc_created 1\nc_total 1\n# EOF\n'), [['c_total', undefined]]);
});

test('E-120 the look ahead ends at a metadata line', () => {
  assert.deepEqual(starts('# TYPE c counter\nc_total 1\n# HELP c x\nc_created 1\n# EOF\n'), [['c_total', undefined]]);
});

test('E-120 samples behind the line that was found keep its time while they are of the same metric', () => {
  const text = '# TYPE h histogram\nh_count 1\nh_created 1\nh_bucket{le="1"} 1\nh_bucket{le="1",a="b"} 1\nh_sum 1\n# EOF\n';
  assert.deepEqual(starts(text), [
    ['h_count', 1000],
    ['h_bucket{le="1"}', 1000],
    ['h_bucket{le="1",a="b"}', undefined],
    ['h_sum', undefined],
  ]);
});

test('E-120 a parse error ends the look ahead: what stands before it is yielded without a start, then it is thrown', () => {
  const seen: (number | undefined)[] = [];
  const body = new TextEncoder().encode('# TYPE c counter\nc_total 1\nc_total{a="b"} 1\nc_created oops\n# EOF\n');
  assert.throws(() => {
    for (const entry of parseOpenMetrics(body, { startTimestamps: true })) if (entry.kind === 'sample') seen.push(entry.startTimestampMs);
  }, ParseError);
  assert.deepEqual(seen, [undefined, undefined]);
});

test('metadata keeps its place between samples that were held back', () => {
  const body = new TextEncoder().encode('# TYPE c counter\nc_total 1\n# TYPE d counter\nd_total 1\nd_created 1\n# EOF\n');
  assert.deepEqual(
    [...parseOpenMetrics(body, { startTimestamps: true })].map((entry) => entry.kind),
    ['type', 'sample', 'type', 'sample'],
  );
});
