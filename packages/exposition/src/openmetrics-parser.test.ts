import assert from 'node:assert/strict';
import test from 'node:test';
import type { ParseOptions } from './entry.ts';
import { parseOpenMetrics } from './openmetrics-parser.ts';
import { ParseError } from './parse-error.ts';
import type { ParseErrorFamily } from './parse-error.ts';

/** The bytes of a body in which each character stands for one byte: `'\xfe'` is the byte 254. */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function labelsText(labels: readonly (readonly [string, string])[]): string {
  return labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' ');
}

/** Samples as `series value [@timestamp] [# exemplar]`, metadata as `TYPE family type`, in the order of the body. */
function read(text: string, options?: ParseOptions): string[] {
  return [...parseOpenMetrics(bytes(text), options)].map((entry) => {
    if (entry.kind === 'type') return `TYPE ${entry.family} ${entry.type}`;
    if (entry.kind === 'help') return `HELP ${entry.family} ${JSON.stringify(entry.text)}`;
    if (entry.kind === 'unit') return `UNIT ${entry.family} ${JSON.stringify(entry.unit)}`;
    assert.equal(entry.kind, 'sample');
    const time = (ms: number | undefined) => (ms === undefined ? '' : ` @${ms}`);
    const exemplars = entry.exemplars.map(
      (exemplar) => ` # {${labelsText(exemplar.labels)}} ${exemplar.value}${time(exemplar.timestampMs)}`,
    );
    const start = entry.startTimestampMs === undefined ? '' : ` since ${entry.startTimestampMs}`;
    return `${labelsText(entry.labels())} ${entry.value}${time(entry.timestampMs)}${exemplars.join('')}${start}`;
  });
}

function refusal(text: string): ParseErrorFamily {
  let error: unknown;
  try {
    read(text);
  } catch (caught) {
    error = caught;
  }
  assert.ok(error instanceof ParseError, `${JSON.stringify(text)} was accepted`);
  return error.family;
}

const REFUSED: readonly (readonly [id: string, family: ParseErrorFamily, ...inputs: string[]])[] = [
  ['E-130', 'data does not end with # EOF', '', 'm 1\n', 'm 1', 'm_total 1 # {t="x"} 2'],
  ['E-131', 'expected a valid start token', '\n# EOF\n', 'm 1\n\n# EOF\n'],
  ['E-132', 'expected value after metric', 'm', 'm\n# EOF\n'],
  ['E-133', 'expected a valid start token', ' m 1\n# EOF\n', '9m 1\n# EOF\n', '\x00# EOF\n'],
  ['E-134', 'invalid metric type', '# TYPE m untyped\n# EOF\n', '# TYPE m gauge \n# EOF\n', '# TYPE m  gauge\n# EOF\n'],
  ['E-135', 'expected a valid start token', '#  TYPE m gauge\n# EOF\n', '#\tTYPE m gauge\n# EOF\n', '# note\n# EOF\n', '#'],
  ['E-136', 'expected metric name after TYPE', '# TYPE \n# EOF\n'],
  ['E-136', 'expected metric name after UNIT', '# UNIT \n# EOF\n'],
  ['E-136', 'expected metric name after HELP', '# HELP \n# EOF\n', '# HELP  m x\n# EOF\n'],
  ['E-137', 'expected text in TYPE', '# TYPE m\n# EOF\n'],
  ['E-137', 'expected text in UNIT', '# UNIT m\n# EOF\n'],
  ['E-137', 'expected text in HELP', '# HELP m\n# EOF\n'],
  ['E-138', 'unit not a suffix of metric', '# UNIT m s\n# EOF\n', '# UNIT ms s\n# EOF\n', '# UNIT seconds seconds\n# EOF\n'],
  ['E-139', 'expected value after metric', 'm\t1\n# EOF\n', 'm  1\n# EOF\n'],
  ['E-139', 'invalid float', 'm 1\t2\n# EOF\n'],
  ['E-139', 'expected timestamp or # symbol', 'm 1 \n# EOF\n', 'm 1  2\n# EOF\n'],
  ['E-139', 'expected next entry after timestamp', 'm 1 2 \n# EOF\n'],
  ['E-140', 'expected next entry after timestamp', 'm 1 2 3\n# EOF\n', 'm 1 2 #\n# EOF\n'],
  ['E-140', 'invalid timestamp', 'm 1 2x\n# EOF\n'],
  ['E-141', 'invalid timestamp', 'm 1 NaN\n# EOF\n', 'm 1 +Inf\n# EOF\n', 'm 1 -inf\n# EOF\n'],
  ['E-142', 'unexpected data after # EOF', '# EOF\nm 1', '# EOF\n\n', '# EOFx', '# EOF \n', '# EOF\r\n'],
  ['E-142', 'expected a valid start token', 'm 1\n#EOF\n'],
  ['E-143', 'expected label value', "m{l='v'} 1\n# EOF\n", 'm{l=\n# EOF\n', 'm{l="v\n# EOF\n', 'm{l=\x00"v"} 1\n# EOF\n'],
  ['E-144', 'expected label name', 'm{,l="v"} 1\n# EOF\n', 'm{a="1",,b="2"} 1\n# EOF\n', 'm{="v"} 1\n# EOF\n', 'm{ l="v"} 1\n# EOF\n'],
  ['E-144', 'expected label name', 'm{a="1", b="2"} 1\n# EOF\n', 'm{\xfe="v"} 1\n# EOF\n'],
  ['E-145', 'expected comma or brace close', 'm{a="1"b="2"} 1\n# EOF\n', 'm{a="1" } 1\n# EOF\n'],
  ['E-146', 'invalid UTF-8 label value', 'm{l="\xff"} 1\n# EOF\n', 'm 1 # {l="\xff"} 1\n# EOF\n'],
  ['E-147', 'expected equal', '{"m.x","l = "v"}\n# EOF\n', '{"m.x",l\\nk="v"} 1\n# EOF\n', '{M} 1\n# EOF\n', 'm{l\x00="v"} 1\n# EOF\n'],
  ['E-148', 'metric name not set', '{l="v",} 1\n# EOF\n'],
  ['E-149', 'invalid float', 'm yes\n# EOF\n', 'm 1\r\n# EOF\n', 'm {l="v"}\n# EOF\n'],
  ['E-149', 'unsupported character in float', 'm 1_0\n# EOF\n', 'm 0x2p4\n# EOF\n'],
  ['E-149', 'invalid timestamp', 'm 1 1_0\n# EOF\n'],
  [
    'E-150',
    'expected label value',
    'm 1 # {t=x} 1\n# EOF\n',
    'm 1 # {t=} 1\n# EOF\n',
    'm 1 # {t=\x00"x"} 1\n# EOF\n',
    'm 1 # {t="\x00x"} 1\n# EOF\n',
  ],
  ['E-151', 'expected value after exemplar labels', 'm 1 # {t="x"}\n# EOF\n', 'm 1 # {t="x"}1\n# EOF\n', 'm 1 # {t="x"}'],
  ['E-152', 'expected equal', 'm 1 # {t} 1\n# EOF\n', 'm 1 # {t, a="b"} 1\n# EOF\n'],
  ['E-152', 'expected label name', 'm 1 # {"t.u"} 1\n# EOF\n', 'm 1 # {a="b",,c="d"} 1\n# EOF\n'],
  ['E-153', 'unsupported character in float', 'm 1 # {t="x"} 1_0\n# EOF\n', 'm 1 # {t="x"} 0x1p2\n# EOF\n'],
  ['E-153', 'invalid float', 'm 1 # {t="x"} no\n# EOF\n'],
  [
    'E-154',
    'invalid exemplar timestamp',
    'm 1 # {t="x"} 1 NaN\n# EOF\n',
    'm 1 # {t="x"} 1 -Inf\n# EOF\n',
    'm 1 # {t="x"} 1 # {u="y"} 2\n# EOF\n',
  ],
  ['E-154', 'expected exemplar timestamp or new record', 'm 1 # {t="x"} 1 \n# EOF\n'],
  ['E-155', 'help text is not a valid utf8 string', '# HELP m \xff\n# EOF\n'],
];

for (const [id, family, ...inputs] of REFUSED) {
  for (const input of inputs) {
    test(`${id} ${JSON.stringify(input)} is refused: ${family}`, () => {
      assert.equal(refusal(input), family);
    });
  }
}

const ACCEPTED: readonly (readonly [id: string, input: string, ...expected: string[]])[] = [
  ['E-156', 'm 5 1.5\n# EOF', '__name__="m" 5 @1500'],
  ['E-156', 'm 5 -1.5\n# EOF\n', '__name__="m" 5 @-1500'],
  ['E-156', 'm 5 1e3\n# EOF\n', '__name__="m" 5 @1000000'],
  ['E-157', 'm_total 5 # {} 2\n# EOF\n', '__name__="m_total" 5 # {} 2'],
  ['E-157', 'm 5 7 # {t="x",} 2 3.5\n# EOF\n', '__name__="m" 5 @7000 # {t="x"} 2 @3500'],
  ['E-157', 'm 5 # {"t.u"="x"} NaN\n# EOF\n', '__name__="m" 5 # {t.u="x"} NaN'],
  ['E-158', 'm{l="v",} 5\n# EOF\n', '__name__="m" l="v" 5'],
  ['E-158', 'm{} 5\n# EOF\n', '__name__="m" 5'],
  ['E-158', '{l="v","m.x"} 5\n# EOF\n', '__name__="m.x" l="v" 5'],
  ['E-158', '{"m\nx"} 5\n# EOF\n', '__name__="m\\nx" 5'],
  ['E-159', '# HELP m \n# UNIT m \n# EOF\n', 'HELP m ""', 'UNIT m ""'],
  ['E-159', '# TYPE m counter\nm 5\n# EOF\n', 'TYPE m counter', '__name__="m" 5'],
  ['E-159', '# UNIT _s s\n# EOF\n', 'UNIT _s "s"'],
  ['E-159', '# EOF'],
];

for (const [id, input, ...expected] of ACCEPTED) {
  test(`${id} ${JSON.stringify(input)} is accepted`, () => {
    assert.deepEqual(read(input), expected);
  });
}

/** Rules of sections 5.1, 5.2 and 5.4, as input without the end marker and result. */
const RULES: readonly (readonly [title: string, input: string, ...expected: string[]])[] = [
  [
    'E-103 label values and HELP hold NUL, quoted names hold newlines',
    '# HELP m \x00\nm{l="\x00","a\nb"="c"} 1\n',
    'HELP m "\\u0000"',
    '__name__="m" a\nb="c" l="\\u0000" 1',
  ],
  ['E-104 value, timestamp and exemplar follow each other', 'm 1 2 # {a="b"} 3 4\n', '__name__="m" 1 @2000 # {a="b"} 3 @4000'],
  [
    'E-112 escapes in values, quoted names and HELP',
    '# HELP m \\\\\\"\\n\\t\n{"q\\"",l="\\\\\\"\\n\\t"} 1\n',
    'HELP m "\\\\\\"\\n\\\\t"',
    '__name__="q\\"" l="\\\\\\"\\n\\\\t" 1',
  ],
  [
    'E-113 a quoted name stands anywhere, label names may be quoted',
    '{"a","b.c"="d"} 1\nm{"b.c"="d"} 1\n',
    '__name__="a" b.c="d" 1',
    '__name__="m" b.c="d" 1',
  ],
  ['E-114 exemplar values are unescaped', 'm 1 # {a="\\n\\\\\\"",b=""} 1\n', '__name__="m" 1 # {a="\\n\\\\\\"" b=""} 1'],
  [
    'E-115 exemplars stand on samples of any type, with or without a time',
    '# TYPE m gauge\nm 1 # {} 1\nn 1 # {} 1 2\n',
    'TYPE m gauge',
    '__name__="m" 1 # {} 1',
    '__name__="n" 1 # {} 1 @2000',
  ],
  [
    'E-116 info, stateset and gaugehistogram samples are plain series',
    '# TYPE i info\ni_info{a="b"} 7\n# TYPE s stateset\ns 3\n# TYPE g gaugehistogram\ng_bucket{le="1"} 1\ng_gcount 1\ng_gsum -1\n',
    'TYPE i info',
    '__name__="i_info" a="b" 7',
    'TYPE s stateset',
    '__name__="s" 3',
    'TYPE g gaugehistogram',
    '__name__="g_bucket" le="1" 1',
    '__name__="g_gcount" 1',
    '__name__="g_gsum" -1',
  ],
  [
    'E-118 _created lines are ordinary series by default',
    '# TYPE c counter\nc_total 1\nc_created 2\n',
    'TYPE c counter',
    '__name__="c_total" 1',
    '__name__="c_created" 2',
  ],
  [
    'E-036 seconds become milliseconds by truncation',
    'm 1 1.005\nm 1 -1.5\nm 1 0\nm 1 -0.0001\n',
    '__name__="m" 1 @1004',
    '__name__="m" 1 @-1500',
    '__name__="m" 1 @0',
    '__name__="m" 1 @0',
  ],
];

for (const [title, input, ...expected] of RULES) {
  test(title, () => {
    assert.deepEqual(read(`${input}# EOF\n`), expected);
  });
}

test('E-036 a timestamp beyond int64 milliseconds is refused', () => {
  assert.equal(refusal('m 1 1e300\n# EOF\n'), 'invalid timestamp');
  assert.equal(refusal('m 1 9223372036854775.808\n# EOF\n'), 'invalid timestamp');
});

test('E-100 a second blank or a tab is an error in every place', () => {
  const bodies = [
    'm{a ="b"} 1\n',
    'm{a= "b"} 1\n',
    'm{a="b"}  1\n',
    'm{a="b"}1\n',
    'm 1  # {} 1\n',
    'm 1 #  {} 1\n',
    'm 1 # {}  1\n',
    '# HELP\tm x\n',
    '# TYPE m\tgauge\n',
  ];
  for (const body of bodies) refusal(`${body}# EOF\n`);
});

test('E-101 only four kinds of line begin with a hash', () => {
  for (const line of ['# comment', '#', '#HELP m x', '# EO', '# Type m gauge'])
    assert.equal(refusal(`${line}\n# EOF\n`), 'expected a valid start token');
});

test('E-102 the space before metadata text is mandatory, the line must be closed', () => {
  assert.deepEqual(read('# HELP m \n# HELP "q\\"" a b\n# EOF\n'), ['HELP m ""', 'HELP q\\" "a b"']);
  assert.equal(refusal('# HELP m x'), 'expected text in HELP');
  assert.equal(refusal('# HELP m"x\n# EOF\n'), 'expected text in HELP');
});

test('E-103 neither quoted names nor exemplar labels hold NUL, exemplars no raw newline', () => {
  for (const body of ['{"a\x00"} 1\n', 'm{"a\x00"="b"} 1\n', 'm 1 # {"a\x00"="b"} 1\n', 'm 1 # {"a\nb"="c"} 1\n']) {
    assert.equal(refusal(`${body}# EOF\n`), 'expected label name');
  }
  assert.equal(refusal('m 1 # {a="b\nc"} 1\n# EOF\n'), 'expected label value');
  assert.equal(refusal('m{a="b\nc"} 1\n# EOF\n'), 'expected label value');
  assert.equal(refusal('# HELP "a\x00" x\n# EOF\n'), 'expected metric name after HELP');
});

test('E-105 series before a missing end marker are yielded first', () => {
  const seen: string[] = [];
  assert.throws(() => {
    for (const entry of parseOpenMetrics(bytes('a 1\nb 2\n'))) seen.push(entry.kind);
  }, ParseError);
  assert.deepEqual(seen, ['sample', 'sample']);
});

test('E-110 exactly eight types are known', () => {
  const types = ['counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset', 'unknown'];
  for (const type of types) assert.deepEqual(read(`# TYPE m ${type}\n# EOF\n`), [`TYPE m ${type}`]);
  for (const type of ['untyped', 'Counter', '']) assert.equal(refusal(`# TYPE m ${type}\n# EOF\n`), 'invalid metric type');
});

test('E-111 a unit is the last part of the family name', () => {
  assert.deepEqual(read('# UNIT a_seconds seconds\n# UNIT a_b_c b_c\n# EOF\n'), ['UNIT a_seconds "seconds"', 'UNIT a_b_c "b_c"']);
  assert.equal(refusal('# UNIT a_seconds second\n# EOF\n'), 'unit not a suffix of metric');
});

/** One body for each kind of leniency; the conformance corpus is not carried here. */
const LENIENCIES: Readonly<Record<string, string>> = {
  'negative and NaN counters, buckets, counts and sums':
    '# TYPE c counter\nc_total -1\nc_total NaN\n# TYPE h histogram\nh_bucket{le="+Inf"} -1\nh_count NaN\nh_sum -1\n',
  'histograms without +Inf, count or sum, unsorted, not cumulative':
    '# TYPE h histogram\nh_bucket{le="2"} 1\nh_bucket{le="1"} 5\nh_bucket{le="+INF"} 2\n',
  'interleaved groups, mixed and decreasing timestamps': 'a{x="1"} 1 5\nb 1\na{x="2"} 1 4\na{x="1"} 1\n',
  'buckets without le, summaries without quantile':
    '# TYPE h histogram\nh_bucket 1\n# TYPE s summary\ns 1\ns{quantile="x"} 1\n# TYPE e stateset\ne 1\n',
  'info and stateset values other than 0 and 1': '# TYPE i info\ni_info 5\n# TYPE s stateset\ns{s="a"} 0.5\n',
  'late, repeated and clashing metadata': 'm 1\n# TYPE m gauge\n# TYPE m counter\n# HELP m a\n# HELP m b\n# TYPE m_total gauge\n',
  'long exemplars, duplicate labels, units of info and stateset': `m 1 # {a="${'x'.repeat(200)}"} 1\nm{a="1",a="2"} 1\n# TYPE i_s info\n# UNIT i_s s\n`,
  'counters without _total, types named _total, floats for counts': '# TYPE c_total counter\nc 1\n# TYPE h histogram\nh_count 1.5\n',
};

for (const [leniency, body] of Object.entries(LENIENCIES)) {
  test(`E-122 upstream's leniency is kept: ${leniency}`, () => {
    assert.equal(read(`${body}# EOF\n`).length, body.trimEnd().split('\n').length);
  });
}

test('E-023 the last UNIT holds too, and E-024 makes labels of both', () => {
  const text = '# TYPE a_s gauge\n# UNIT a_s s\na_s 1\n# TYPE b unknown\nb{__type__="x",__unit__="y"} 1\n# EOF\n';
  assert.deepEqual(
    read(text, { typeAndUnitLabels: true }).filter((line) => line.startsWith('__name__')),
    ['__name__="a_s" __type__="gauge" __unit__="s" 1', '__name__="b" __type__="x" __unit__="s" 1'],
  );
});
