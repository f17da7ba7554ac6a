import assert from 'node:assert/strict';
import test from 'node:test';
import { entryLine } from './entry-line.ts';
import { ParseError } from './parse-error.ts';
import type { ParseErrorFamily } from './parse-error.ts';
import { parseText } from './text-parser.ts';

/** The bytes of a body in which each character stands for one byte: `'\xfe'` is the byte 254. */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Samples as `series value [@timestamp]`, metadata as `TYPE family type`, in the order of the body. */
function read(text: string): string[] {
  return [...parseText(bytes(text))].map((entry) => {
    if (entry.kind === 'type') return `TYPE ${entry.family} ${entry.type}`;
    if (entry.kind === 'help') return `HELP ${entry.family} ${JSON.stringify(entry.text)}`;
    if (entry.kind === 'comment') return `COMMENT ${JSON.stringify(entry.text)}`;
    assert.equal(entry.kind, 'sample');
    const labels = entry.labels().map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return `${labels.join(' ')} ${Object.is(entry.value, -0) ? '-0' : entry.value}${entry.timestampMs === undefined ? '' : ` @${entry.timestampMs}`}`;
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
  ['E-060', 'expected value after metric', 'up'],
  ['E-061', 'expected label value', "m{l='v'} 2\n"],
  ['E-062', 'expected label value', 'm{l=\n'],
  ['E-063', 'expected label name', 'm{\xfe="v"} 2\n'],
  ['E-064', 'invalid UTF-8 label value', 'm{l="\xc3\x28"} 2\n'],
  ['E-065', 'expected equal', '{"m.x", "l = "v"} 2\n'],
  ['E-066', 'expected equal', '{"m.x",l\\nk="v"} 2\n'],
  ['E-067', 'invalid float', 'm yes\n'],
  ['E-068', 'expected label value', 'm{l="v'],
  ['E-069', 'expected label name', 'm{="v"} 2\n'],
  ['E-070', 'expected equal', '{M} 2\n'],
  ['E-071', 'unsupported character in float', 'm 1_000\n'],
  ['E-072', 'unsupported character in float', 'm 0x2p4\n'],
  ['E-073', 'expected next entry after timestamp', 'm 1 10_0\n'],
  ['E-074', 'metric name not set', '{l="v"} 2\n'],
  ['E-075', 'expected metric name after TYPE', '# TYPE {x\n'],
  ['E-076', 'expected metric name after HELP', '# HELP 9m text\n'],
  ['E-077', 'expected label value', 'm{l=\x00"v"} 2\n'],
  ['E-078', 'expected equal', 'm{l\x00="v"} 2\n'],
  ['E-079', 'expected value after metric', 'm\x00 2\n'],
  ['E-080', 'expected next entry after timestamp', 'm 2 3\x00\n'],
  ['E-081', 'expected timestamp or new record', 'm 2 -3\n'],
  ['E-081', 'expected next entry after timestamp', 'm 2 3.5\n', 'm 2 3 4\n'],
  ['E-081', 'invalid timestamp', 'm 2 9223372036854775808\n'],
  ['E-082', 'invalid float', 'm 2\r\n'],
  ['E-082', 'invalid metric type', '# TYPE m gauge\r\n'],
  ['E-083', 'expected timestamp or new record', 'm 2 # {t="1"} 1\n', 'm 2 # note\n'],
  ['E-084', 'expected label name', 'm{a="1",,b="2"} 2\n', 'm{,} 2\n'],
  ['E-085', 'metric name already set', '{"m.x","n.y"} 2\n', 'm{"n.y"} 2\n'],
  ['E-086', 'expected a valid start token', '"m.x" 2\n', '9m 2\n', '\xef\xbb\xbfm 2\n'],
  ['E-087', 'invalid metric type', '# TYPE m Gauge\n', '# TYPE m  gauge\n', '# TYPE m\n', '# TYPE m info\n'],
  ['E-088', 'help text is not a valid utf8 string', '# HELP m \xff\n'],
  ['E-089', 'expected value after metric', 'm{a="1"}{b="2"} 2\n'],
  ['E-089', 'expected timestamp or new record', 'm 2{a="1"}\n'],
  ['E-090', 'float out of range', 'm 1e400\n'],
  ['E-090', 'invalid float', 'm -nan\n', 'm 0x1F\n'],
];

for (const [id, family, ...inputs] of REFUSED) {
  for (const input of inputs) {
    test(`${id} ${JSON.stringify(input)} is refused: ${family}`, () => {
      assert.equal(refusal(input), family);
    });
  }
}

const ACCEPTED: readonly (readonly [id: string, input: string, ...expected: string[]])[] = [
  ['E-091', 'm\t5\t7\n', '__name__="m" 5 @7'],
  ['E-091', 'm  5  7  ', '__name__="m" 5 @7'],
  ['E-092', 'm { l = "v" , } 5\n', '__name__="m" l="v" 5'],
  ['E-092', 'm{l="v"}5', '__name__="m" l="v" 5'],
  ['E-093', 'm{a="1" b="2"} 5\n', '__name__="m" a="1" b="2" 5'],
  ['E-093', 'm{} 5\n', '__name__="m" 5'],
  ['E-093', 'm{ } 5\n', '__name__="m" 5'],
  ['E-094', '{l="v", "m.x"} 5\n', '__name__="m.x" l="v" 5'],
  ['E-094', 'm{"l.k"="v"} 5\n', '__name__="m" l.k="v" 5'],
  ['E-095', 'm{l="x\ny"} 5\n', '__name__="m" l="x\\ny" 5'],
  ['E-095', 'm{l="\x00"} 5\n', '__name__="m" l="\\u0000" 5'],
  ['E-095', 'm{l="a\\tb"} 5\n', '__name__="m" l="a\\\\tb" 5'],
  ['E-096', 'm +5\n', '__name__="m" 5'],
  ['E-096', 'm .5\n', '__name__="m" 0.5'],
  ['E-096', 'm 5.\n', '__name__="m" 5'],
  ['E-096', 'm -INFINITY\n', '__name__="m" -Infinity'],
  ['E-096', 'm nAn\n', '__name__="m" NaN'],
  ['E-096', 'm 1e-400\n', '__name__="m" 0'],
  ['E-097', '# HELP m\n', 'HELP m ""'],
  ['E-097', '# HELP\n', 'COMMENT "# HELP"'],
  ['E-097', '# EOF\nm 1\n', 'COMMENT "# EOF"', '__name__="m" 1'],
  ['E-097', '#\tTYPE\tm\tgauge\n', 'TYPE m gauge'],
  ['E-097', '# x \xff\n', 'COMMENT "# x \ufffd"'],
  ['E-097', '# HELP m x\r\n', 'HELP m "x\\r"'],
  ['E-098', ''],
  ['E-098', '\n'],
  ['E-098', 'm 1\n\x00n 2\n', '__name__="m" 1'],
];

for (const [id, input, ...expected] of ACCEPTED) {
  test(`${id} ${JSON.stringify(input)} is accepted`, () => {
    assert.deepEqual(read(input), expected);
  });
}

/** Rules of sections 2 and 4.1-4.2, as input and result. */
const RULES: readonly (readonly [title: string, input: string, ...expected: string[]])[] = [
  [
    'E-020 entries come in the order of the body',
    '# a\n# HELP m h\n# TYPE m counter\nm 1\n',
    'COMMENT "# a"',
    'HELP m "h"',
    'TYPE m counter',
    '__name__="m" 1',
  ],
  ['E-025 labels are sorted by name bytes, empty values are kept', 'm{b="",a="x",Z="y"} 1\n', 'Z="y" __name__="m" a="x" b="" 1'],
  [
    'E-025 names above U+FFFF sort behind the rest of the basic plane',
    'm{"\xf0\x9f\x98\x80"="1","\xef\xbf\xbd"="2"} 1\n',
    '__name__="m" \ufffd="2" \u{1f600}="1" 1',
  ],
  ['E-040 blanks stand anywhere between tokens', ' \tm\t{ \ta = "b" \t} \t1 \t2 \t\n', '__name__="m" a="b" 1 @2'],
  ['E-041 an unquoted name may hold colons, a comment needs no blank', '#x\n:a:b 1\n', 'COMMENT "#x"', '__name__=":a:b" 1'],
  ['E-041 NUL at the start of a line ends the input', 'm 1\n \x00garbage {{', '__name__="m" 1'],
  [
    'E-042 words that only look like keywords are comments',
    '# HELPER x\n#HELP a x\n# UNIT m s\n',
    'COMMENT "# HELPER x"',
    'COMMENT "#HELP a x"',
    'COMMENT "# UNIT m s"',
  ],
  ['E-043 a quoted family name is not unescaped, one byte behind it is dropped', '# HELP "a\\"b"xtext\n', 'HELP a\\"b "text"'],
  ['E-043 metadata text of nothing but blanks is empty', '# HELP m  \t\n', 'HELP m ""'],
  ['E-043 further blanks belong to the text', '# HELP m  two\n', 'HELP m " two"'],
  ['E-044 label names hold no colon, quoted strings hold NUL and newlines', '{"m\x00\n"} 1\n', '__name__="m\\u0000\\n" 1'],
  ['E-045 a final newline is supplied', 'a 1\nb 2', '__name__="a" 1', '__name__="b" 2'],
  ['E-050 no blank is needed between brace and value', 'a{b="c"}1\n', '__name__="a" b="c" 1'],
  [
    'E-051 the quoted name stands anywhere between the braces',
    '{c="d","a.b"} 1\n{"a.b",c="d"} 1\n{"a.b","l.m"="v"} 1\n',
    '__name__="a.b" c="d" 1',
    '__name__="a.b" c="d" 1',
    '__name__="a.b" l.m="v" 1',
  ],
  ['E-052 one trailing comma is allowed', 'm{a="1",} 1\n', '__name__="m" a="1" 1'],
  [
    'E-053 escapes in values are undone once from left to right',
    'm{a="\\\\n\\n\\"\\x\\\\"} 1\n',
    '__name__="m" a="\\\\n\\n\\"\\\\x\\\\" 1',
  ],
  ['E-053 escapes in quoted names are undone', '{"m\\"\\\\","l\\n"="v"} 1\n', '__name__="m\\"\\\\" l\n="v" 1'],
  ['E-053 HELP knows two escapes', '# HELP m a\\\\b\\n\\"\n', 'HELP m "a\\\\b\\n\\\\\\""'],
  ['E-054 untyped is unknown', '# TYPE m untyped\n', 'TYPE m unknown'],
  ['E-054 TYPE may come late and again', 'm 1\n# TYPE m gauge\n# TYPE m counter\n', '__name__="m" 1', 'TYPE m gauge', 'TYPE m counter'],
  [
    'E-055 a carriage return stays in help, labels and comments',
    '# HELP m a\r\n#b\r\nm{l="\r"} 1\n',
    'HELP m "a\\r"',
    'COMMENT "#b\\r"',
    '__name__="m" l="\\r" 1',
  ],
  ['E-056 comments hold any bytes', '#\xff\x00\n', 'COMMENT "#\ufffd\\u0000"'],
  [
    'E-057 what storage refuses passes the parser',
    'm{a="1",a="2"} -1\nm{a="1",a="2"} -1\n',
    '__name__="m" a="1" a="2" -1',
    '__name__="m" a="1" a="2" -1',
  ],
  ['E-059 leading blanks are stripped', ' a 1\n', '__name__="a" 1'],
];

for (const [title, input, ...expected] of RULES) {
  test(title, () => {
    assert.deepEqual(read(input), expected);
  });
}

test('E-055 a carriage return is refused after a timestamp', () => {
  assert.equal(refusal('m 1 2\r\n'), 'expected next entry after timestamp');
});

test('E-056 bytes of a quoted name that are not UTF-8 come through as lone surrogates, for E-121 to refuse', () => {
  const [entry] = parseText(bytes('{"a\xff",l="v"} 1\n'));
  assert.ok(entry?.kind === 'sample');
  assert.deepEqual(entry.labels(), [
    ['__name__', 'a\udcff'],
    ['l', 'v'],
  ]);
});

test('samples before an error are yielded, then the error is thrown', () => {
  const seen: string[] = [];
  assert.throws(() => {
    for (const entry of parseText(bytes('a 1\nb 2\nc {\n'))) seen.push(entry.kind);
  }, ParseError);
  assert.deepEqual(seen, ['sample', 'sample']);
});

test('an error names line, column, byte offset and what came before', () => {
  assert.throws(() => read('a 1\nb{l="\xc3\xa9"} yes\n'), {
    name: 'ParseError',
    code: 'LIMPET_PARSE_FLOAT',
    line: 2,
    column: 10,
    offset: 14,
    message: 'invalid float, got "y" at line 2, column 10 while parsing: "b{l=\\"é\\"} y"',
  });
});

test('an error at the end of the data says so, and its excerpt is bounded', () => {
  assert.throws(
    () => read(`m{l="${'x'.repeat(10_000)}`),
    (error: unknown) => {
      assert.ok(error instanceof ParseError);
      assert.match(error.message, /got "\\"" at line 1, column 5/);
      return true;
    },
  );
  assert.throws(
    () => read('x'.repeat(10_000)),
    (error: unknown) => {
      assert.ok(error instanceof ParseError);
      assert.match(error.message, /got the end of the data at line 1, column 10001/);
      assert.ok(error.message.length < 300);
      return true;
    },
  );
});

test('E-021 the key is the name and label block exactly as exposed', () => {
  const text = 'a{b="c"} 1\na{b="c",} 1\n  a  1\na {} 2\n';
  const keys = [...parseText(bytes(text))].map((entry) => (entry.kind === 'sample' ? text.slice(entry.keyStart, entry.keyEnd) : ''));
  assert.deepEqual(keys, ['a{b="c"}', 'a{b="c",}', 'a', 'a {}']);
});

test('E-023 the last TYPE holds for the families that follow it', () => {
  const text = '# TYPE h histogram\nh_bucket{le="1"} 1\nother{le="1"} 1\n# TYPE g gauge\ng{le="1"} 1\n';
  assert.deepEqual(
    read(text).filter((line) => line.includes('le=')),
    ['__name__="h_bucket" le="1.0" 1', '__name__="other" le="1.0" 1', '__name__="g" le="1" 1'],
  );
});

test('E-024 __type__ is added when known, and then replaces an exposed one', () => {
  const text = 'm{__type__="mine"} 1\n# TYPE m counter\nm{__type__="mine",__unit__="mine"} 1\n';
  const labels = [...parseText(bytes(text), { typeAndUnitLabels: true })].flatMap((entry) =>
    entry.kind === 'sample' ? [entry.labels()] : [],
  );
  assert.deepEqual(labels, [
    [
      ['__name__', 'm'],
      ['__type__', 'mine'],
    ],
    [
      ['__name__', 'm'],
      ['__type__', 'counter'],
      ['__unit__', 'mine'],
    ],
  ]);
});

test('E-037 a timestamp of 0 is a timestamp', () => {
  assert.deepEqual(read('m 1 0\n'), ['__name__="m" 1 @0']);
});

test('E-058 samples have neither exemplars nor start timestamps', () => {
  const [entry] = parseText(bytes('m_created 1\n'), { startTimestamps: true });
  assert.equal(
    entry && entryLine(entry),
    '{"entry":"sample","labels":{"__name__":"m_created"},"value":"1","timestamp":null,"exemplars":[],"startTimestamp":null}',
  );
});

test('E-128 what the published example of the format shows is refused: a sample without a value, a negative timestamp', () => {
  assert.equal(refusal('m\n'), 'expected value after metric');
  assert.equal(refusal('m{a="b"} +Inf -3982045\n'), 'expected timestamp or new record');
});
