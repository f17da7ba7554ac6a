import assert from 'node:assert/strict';
import test from 'node:test';
import type { Label } from '@limpet/model';
import { entryLine } from './entry-line.ts';
import type { Entry, SampleEntry } from './entry.ts';

function sample(labels: readonly Label[], rest: Partial<SampleEntry> = {}): SampleEntry {
  const place = { keyStart: 0, keyEnd: 0, labels: () => labels };
  return { kind: 'sample', ...place, value: 1, timestampMs: undefined, startTimestampMs: undefined, exemplars: [], ...rest };
}

const LINES: readonly (readonly [name: string, entry: Entry, line: string])[] = [
  ['a type', { kind: 'type', family: 'm', type: 'counter' }, '{"entry":"type","metric":"m","type":"counter"}'],
  ['a help text', { kind: 'help', family: 'm', text: 'a "b"\n' }, '{"entry":"help","metric":"m","help":"a \\"b\\"\\n"}'],
  ['a unit', { kind: 'unit', family: 'm_s', unit: 's' }, '{"entry":"unit","metric":"m_s","unit":"s"}'],
  ['a comment', { kind: 'comment', text: '# x' }, '{"entry":"comment","text":"# x"}'],
  [
    'a sample with everything',
    sample(
      [
        ['__name__', 'm'],
        ['le', '0.5'],
      ],
      {
        value: 1.5,
        timestampMs: -7,
        startTimestampMs: 8,
        exemplars: [{ labels: [['trace_id', 'x']], value: 1, timestampMs: 1_700_000_000_123 }],
      },
    ),
    '{"entry":"sample","labels":{"__name__":"m","le":"0.5"},"value":"1.5","timestamp":-7,' +
      '"exemplars":[{"labels":{"trace_id":"x"},"value":"1","timestamp":1700000000123}],"startTimestamp":8}',
  ],
  [
    'labels in their order, even numbers, prototypes and repeated names',
    sample([
      ['b', ''],
      ['2', 'x'],
      ['1', 'y'],
      ['__proto__', 'z'],
      ['1', '\ud800'],
    ]),
    '{"entry":"sample","labels":{"b":"","2":"x","1":"y","__proto__":"z","1":"\\ud800"},"value":"1","timestamp":null,"exemplars":[],"startTimestamp":null}',
  ],
  [
    'a histogram',
    {
      kind: 'histogram',
      keyStart: 0,
      keyEnd: 0,
      labels: () => [['__name__', 'h']],
      timestampMs: 5,
      startTimestampMs: undefined,
      exemplars: [{ labels: [], value: NaN, timestampMs: undefined }],
      histogram: {
        schema: 3,
        zeroThreshold: 0.001,
        zeroCount: 1,
        count: 3,
        sum: -Infinity,
        positiveSpans: [{ offset: 0, length: 2 }],
        positiveBuckets: [1, 1],
        negativeSpans: [],
        negativeBuckets: [],
        customValues: [],
        resetHint: 'unknown',
        isFloat: false,
      },
    },
    '{"entry":"histogram","labels":{"__name__":"h"},"timestamp":5,"startTimestamp":null,"exemplars":[{"labels":{},"value":"NaN","timestamp":null}],' +
      '"histogram":{"schema":3,"zeroThreshold":"0.001","zeroCount":"1","count":"3","sum":"-Inf","positiveSpans":[{"offset":0,"length":2}],' +
      '"positiveBuckets":["1","1"],"negativeSpans":[],"negativeBuckets":[],"customValues":[],"resetHint":"unknown","float":false}}',
  ],
];

for (const [name, entry, line] of LINES) {
  test(`${name} as a line of limpet parse`, () => {
    assert.equal(entryLine(entry), line);
  });
}

test('values are shortest decimals as text', () => {
  const texts: readonly (readonly [value: number, text: string])[] = [
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
    [-0, '-0'],
    [0.1, '0.1'],
    [1e6, '1000000'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
  ];
  for (const [value, text] of texts)
    assert.match(entryLine(sample([], { value })), new RegExp(`"value":"${text.replace(/[+.]/g, '\\$&')}"`));
});

test('a timestamp is written with all its digits', () => {
  assert.match(entryLine(sample([], { timestampMs: 2 ** 62 })), /"timestamp":4611686018427387904,/);
});
