import assert from 'node:assert/strict';
import test from 'node:test';
import { compareBytewise } from '@limpet/model';
import type { Label } from '@limpet/model';
import fc from 'fast-check';
import { METRIC_TYPES, parseOpenMetrics, parseText, writableSample, WriteError, writeOpenMetrics, writeText } from '../src/index.ts';
import type { Entry, HelpEntry, SampleEntry, TypeEntry } from '../src/index.ts';

/** Text that is valid UTF-8, with the characters that need care well represented. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', '\n', '\r', '\0', ' ', ',', '{', '}', '=', '#', 'n', 'é', '\ufeff', '\ufffd', '😀'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});
const name = fc.oneof(
  text.filter((candidate) => candidate !== '__name__'),
  fc.constantFrom('a', 'le', 'a_b', 'a:b', '9', '__proto__', ''),
);
const labels = fc
  .tuple(name, fc.uniqueArray(fc.tuple(name, text), { selector: ([label]) => label, maxLength: 5 }))
  .map(([metric, others]): Label[] => [['__name__', metric] as Label].concat(others));

function onlySample(entries: Iterable<Entry>): SampleEntry {
  const [entry, ...others] = entries;
  assert.ok(entry?.kind === 'sample');
  assert.equal(others.length, 0);
  return entry;
}

function sorted(list: readonly Label[]): readonly Label[] {
  return list.toSorted(([left], [right]) => compareBytewise(left, right));
}

test('E-051 E-053 any labels, value and time written as text parse back', () => {
  fc.assert(
    fc.property(labels, fc.double(), fc.option(fc.maxSafeNat(), { nil: undefined }), (list, value, timestampMs) => {
      const body = writeText([writableSample(list, value, timestampMs === undefined ? {} : { timestampMs })]);
      const sample = onlySample(parseText(body));
      assert.deepEqual(sample.labels(), sorted(list));
      assert.ok(Object.is(sample.value, value));
      assert.equal(sample.timestampMs, timestampMs);
    }),
    { numRuns: 1000 },
  );
});

test('E-112 E-113 E-114 any labels, value, time and exemplar written as OpenMetrics parse back', () => {
  const time = fc.option(fc.integer({ min: -(2 ** 44), max: 2 ** 44 }), { nil: undefined });
  const exemplarLabels = fc.uniqueArray(fc.tuple(name, text), { selector: ([label]) => label, maxLength: 3 });
  const exemplar = fc.record({ labels: exemplarLabels, value: fc.double(), timestampMs: time }, { noNullPrototype: true });
  fc.assert(
    fc.property(labels, fc.double(), time, fc.array(exemplar, { maxLength: 1 }), (list, value, timestampMs, exemplars) => {
      // OpenMetrics has no NUL in names and exemplars (E-103).
      fc.pre(list.every(([label, content]) => !(label === '__name__' ? content : label).includes('\0')));
      fc.pre(exemplars.every(({ labels: exposed }) => exposed.flat().every((part) => !part.includes('\0'))));
      const body = writeOpenMetrics([writableSample(list, value, timestampMs === undefined ? { exemplars } : { timestampMs, exemplars })]);
      const sample = onlySample(parseOpenMetrics(body));
      assert.deepEqual(sample.labels(), sorted(list));
      assert.ok(Object.is(sample.value, value));
      assert.equal(sample.timestampMs, timestampMs);
      assert.deepEqual(sample.exemplars, exemplars);
    }),
    { numRuns: 1000 },
  );
});

test('E-043 E-053 metadata written in either format parses back', () => {
  const family = fc.constantFrom('a', 'a:b_seconds', 'with blank', 'é_s');
  fc.assert(
    fc.property(family, text, fc.constantFrom(...METRIC_TYPES), (metric, help, type) => {
      // A text of nothing but blanks is no text in the Prometheus format.
      const trimmed = /^[ \t]*$/.test(help) ? '' : help;
      const entries: readonly (HelpEntry | TypeEntry)[] = [
        { kind: 'help', family: metric, text: trimmed },
        { kind: 'type', family: metric, type },
      ];
      assert.deepEqual([...parseOpenMetrics(writeOpenMetrics(entries))], entries);
      const [readHelp, readType] = parseText(writeText(entries));
      assert.deepEqual(readHelp, entries[0]);
      assert.ok(readType?.kind === 'type');
      const isKnownToText = ['counter', 'gauge', 'histogram', 'summary'].includes(type);
      if (isKnownToText) assert.equal(readType.type, type);
    }),
    { numRuns: 300 },
  );
});

test('a written body looks as people expect it', () => {
  const entries = [
    { kind: 'comment', text: '# made here' },
    { kind: 'help', family: 'a_seconds', text: 'One "a".\nTwo \\.' },
    { kind: 'type', family: 'a_seconds', type: 'info' },
    { kind: 'unit', family: 'a_seconds', unit: 'seconds' },
    writableSample([['__name__', 'a_seconds']], Infinity),
    writableSample(
      [
        ['__name__', 'b.c'],
        ['d', 'e"'],
        ['f g', ''],
      ],
      -0,
      { timestampMs: 1500, exemplars: [{ labels: [['t', 'x']], value: 1, timestampMs: undefined }] },
    ),
  ] as const;
  const decoder = new TextDecoder();
  assert.equal(
    decoder.decode(writeText(entries)),
    '# made here\n# HELP a_seconds One "a".\\nTwo \\\\.\n# TYPE a_seconds gauge\na_seconds +Inf\n{"b.c",d="e\\"","f g"=""} -0 1500\n',
  );
  assert.equal(
    decoder.decode(writeOpenMetrics(entries)),
    '# HELP a_seconds One \\"a\\".\\nTwo \\\\.\n# TYPE a_seconds info\n# UNIT a_seconds seconds\na_seconds +Inf\n' +
      '{"b.c",d="e\\"","f g"=""} -0 1.500 # {t="x"} 1\n# EOF\n',
  );
});

test('the writers refuse what would not parse back', () => {
  const named: Label[] = [['__name__', 'm']];
  const exemplar = { labels: [['t', '\0']] as const, value: 1, timestampMs: undefined };
  const refusals: readonly (() => unknown)[] = [
    () => writeText([writableSample([['a', 'b']], 1)]),
    () => writeText([writableSample(named, 1, { timestampMs: -1 })]),
    () => writeText([writableSample(named, 1, { timestampMs: 0.5 })]),
    () => writeText([{ kind: 'comment', text: 'm 1' }]),
    () => writeText([{ kind: 'comment', text: '# a\nm 1' }]),
    () => writeText([{ kind: 'comment', text: '# TYPE m gauge' }]),
    () => writeText([{ kind: 'type', family: 'a"b', type: 'gauge' }]),
    () => writeOpenMetrics([writableSample(named, 1, { timestampMs: NaN })]),
    () => writeOpenMetrics([writableSample(named, 1, { exemplars: [exemplar] })]),
    () => writeOpenMetrics([writableSample([['__name__', '\0']], 1)]),
    () =>
      writeOpenMetrics([
        writableSample(named, 1, {
          exemplars: [
            { ...exemplar, labels: [] },
            { ...exemplar, labels: [] },
          ],
        }),
      ]),
    () => writeOpenMetrics([{ kind: 'unit', family: 'm', unit: 's' }]),
  ];
  for (const refusal of refusals) assert.throws(refusal, WriteError, refusal.toString());
});
