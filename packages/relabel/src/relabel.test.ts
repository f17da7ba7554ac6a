import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsFrom, labelsObject } from '@limpet/model';
import { compileRules } from './compile-rules.ts';
import { explain, relabel } from './relabel.ts';
import { RELABEL_DEFAULTS } from './rule.ts';
import type { NameValidationScheme, RelabelConfig } from './rule.ts';

type LabelObject = Readonly<Record<string, string>>;
type Rule = Partial<RelabelConfig>;
const DROPPED = 'dropped';

interface Row {
  readonly name: string;
  readonly labels: LabelObject;
  readonly rules: readonly Rule[];
  readonly expected: LabelObject | typeof DROPPED;
  readonly scheme?: NameValidationScheme;
}

function complete(rules: readonly Rule[]): readonly RelabelConfig[] {
  return rules.map((rule) => ({ ...RELABEL_DEFAULTS, ...rule }));
}

function run({ labels, rules, scheme = 'utf8' }: Pick<Row, 'labels' | 'rules' | 'scheme'>): LabelObject | typeof DROPPED {
  const result = relabel(labelsFrom(Object.entries(labels)), compileRules(complete(rules), scheme));
  return result === undefined ? DROPPED : labelsObject(result);
}

function rows(table: readonly Row[]): void {
  for (const row of table) test(row.name, () => assert.deepEqual(run(row), row.expected));
}

const abc = { a: 'foo', b: 'bar', c: 'baz' };

rows([
  {
    name: 'C-070 replace sets the target to the replacement with the groups filled in',
    labels: abc,
    rules: [{ sourceLabels: ['a'], regex: 'f(.*)', targetLabel: 'd', replacement: 'ch${1}-ch${1}' }],
    expected: { ...abc, d: 'choo-choo' },
  },
  {
    name: 'C-070 replace joins the source labels, and a later rule sees what an earlier one set',
    labels: abc,
    rules: [
      { sourceLabels: ['a', 'b'], regex: 'f(.*);(.*)r', targetLabel: 'a', replacement: 'b${1}${2}m' },
      { sourceLabels: ['c', 'a'], regex: '(b).*b(.*)ba(.*)', targetLabel: 'd', replacement: '$1$2$2$3' },
    ],
    expected: { a: 'boobam', b: 'bar', c: 'baz', d: 'boooom' },
  },
  {
    name: 'C-070 replace does nothing where the pattern does not match',
    labels: { a: 'boo' },
    rules: [{ sourceLabels: ['a'], regex: 'f', targetLabel: 'b', replacement: 'bar' }],
    expected: { a: 'boo' },
  },
  {
    name: 'C-070 replace without source labels sets a fixed value',
    labels: { a: 'foo' },
    rules: [{ targetLabel: 'b', replacement: 'bar' }],
    expected: { a: 'foo', b: 'bar' },
  },
  {
    name: 'C-070 replace with an empty result deletes the target',
    labels: { a: 'foo', b: 'bar' },
    rules: [{ sourceLabels: ['a'], regex: 'f(x)?oo', targetLabel: 'b', replacement: '$1' }],
    expected: { a: 'foo' },
  },
  {
    name: 'C-070 the target label is a template too',
    labels: { a: 'some-name-value' },
    rules: [{ sourceLabels: ['a'], regex: 'some-([^-]+)-([^,]+)', targetLabel: '${1}', replacement: '${2}' }],
    expected: { a: 'some-name-value', name: 'value' },
  },
  {
    name: 'C-070 a target that expands to the empty name changes nothing',
    labels: { a: 'some-name-0' },
    rules: [{ sourceLabels: ['a'], regex: 'some-([^-]+)-([^,]+)', targetLabel: '${3}', replacement: '${1}' }],
    expected: { a: 'some-name-0' },
  },
  {
    name: 'C-070 under the legacy scheme a target that expands to a name with a dash changes nothing',
    labels: { a: 'my-name' },
    rules: [{ sourceLabels: ['a'], targetLabel: '$1', replacement: 'x' }],
    scheme: 'legacy',
    expected: { a: 'my-name' },
  },
  {
    name: 'C-070 under the utf8 scheme the same target is set',
    labels: { a: 'my-name' },
    rules: [{ sourceLabels: ['a'], targetLabel: '$1', replacement: 'x' }],
    expected: { a: 'my-name', 'my-name': 'x' },
  },
  {
    name: 'C-070 a separator of several characters and a missing source label',
    labels: { a: 'x' },
    rules: [{ sourceLabels: ['a', 'missing', 'a'], separator: '->', targetLabel: 'b' }],
    expected: { a: 'x', b: 'x->->x' },
  },
  {
    name: 'C-071 keep drops what does not match',
    labels: abc,
    rules: [{ action: 'keep', sourceLabels: ['a'], regex: 'no-match' }],
    expected: DROPPED,
  },
  {
    name: 'C-071 keep keeps what matches',
    labels: abc,
    rules: [{ action: 'keep', sourceLabels: ['a'], regex: 'f.*' }],
    expected: abc,
  },
  {
    name: 'C-071 drop drops what matches, and later rules do not run',
    labels: abc,
    rules: [
      { action: 'drop', sourceLabels: ['a'], regex: '.*o.*' },
      { sourceLabels: ['a'], targetLabel: 'd' },
    ],
    expected: DROPPED,
  },
  {
    name: 'C-014 alternatives are anchored as a whole: f|o does not match foo',
    labels: { a: 'foo' },
    rules: [{ action: 'drop', sourceLabels: ['a'], regex: 'f|o' }],
    expected: { a: 'foo' },
  },
  {
    name: 'C-014 a dot matches a newline',
    labels: { a: 'foo\nbar' },
    rules: [{ sourceLabels: ['a'], regex: 'f(.+)r', targetLabel: 'b' }],
    expected: { a: 'foo\nbar', b: 'oo\nba' },
  },
  {
    name: 'C-072 keepequal keeps equal labels',
    labels: { port: '1234', wanted: '1234' },
    rules: [{ action: 'keepequal', sourceLabels: ['port'], targetLabel: 'wanted' }],
    expected: { port: '1234', wanted: '1234' },
  },
  {
    name: 'C-072 keepequal drops different labels',
    labels: { port: '1234', wanted: '5678' },
    rules: [{ action: 'keepequal', sourceLabels: ['port'], targetLabel: 'wanted' }],
    expected: DROPPED,
  },
  {
    name: 'C-072 dropequal drops equal labels',
    labels: { port: '1234', wanted: '1234' },
    rules: [{ action: 'dropequal', sourceLabels: ['port'], targetLabel: 'wanted' }],
    expected: DROPPED,
  },
  {
    name: 'C-072 dropequal keeps different labels, joined with the separator',
    labels: { a: '1', b: '2', both: '12' },
    rules: [{ action: 'dropequal', sourceLabels: ['a', 'b'], targetLabel: 'both' }],
    expected: { a: '1', b: '2', both: '12' },
  },
  {
    name: 'C-073 hashmod of baz modulo 1000 is 976',
    labels: abc,
    rules: [{ action: 'hashmod', sourceLabels: ['c'], targetLabel: 'd', modulus: 1000n }],
    expected: { ...abc, d: '976' },
  },
  {
    name: 'C-073 hashmod of a text with a newline modulo 1000 is 734',
    labels: { a: 'foo\nbar' },
    rules: [{ action: 'hashmod', sourceLabels: ['a'], targetLabel: 'b', modulus: 1000n }],
    expected: { a: 'foo\nbar', b: '734' },
  },
  {
    name: 'C-073 hashmod takes the last eight bytes as an unsigned number of 64 bits',
    // MD5('') = d41d8cd98f00b204e9800998ecf8427e, and 0xe9800998ecf8427e exceeds a signed number.
    labels: { a: 'x' },
    rules: [{ action: 'hashmod', targetLabel: 'b', modulus: 0xffff_ffff_ffff_ffffn }],
    expected: { a: 'x', b: '16825458760271544958' },
  },
  {
    name: 'C-074 lowercase and uppercase map plain letters',
    labels: { foo: 'bAr123Foo' },
    rules: [
      { action: 'uppercase', sourceLabels: ['foo'], targetLabel: 'up' },
      { action: 'lowercase', sourceLabels: ['foo'], targetLabel: 'low' },
    ],
    expected: { foo: 'bAr123Foo', low: 'bar123foo', up: 'BAR123FOO' },
  },
  {
    name: 'C-074 lowercase of an empty value deletes the target',
    labels: { a: 'x', b: 'y' },
    rules: [{ action: 'lowercase', sourceLabels: ['missing'], targetLabel: 'b' }],
    expected: { a: 'x' },
  },
  {
    name: 'C-075 labelmap copies the labels whose name matches; the originals stay',
    labels: { a: 'foo', b1: 'bar', b2: 'baz' },
    rules: [{ action: 'labelmap', regex: '(b.*)', replacement: 'bar_${1}' }],
    expected: { a: 'foo', b1: 'bar', b2: 'baz', bar_b1: 'bar', bar_b2: 'baz' },
  },
  {
    name: 'C-075 labelmap looks at the labels from before the rule: what it adds is not mapped again',
    labels: { x: '1' },
    rules: [{ action: 'labelmap', regex: '(x+)', replacement: '${1}x' }],
    expected: { x: '1', xx: '1' },
  },
  {
    name: 'C-075 labelmap swaps two labels only by copying: each reads the old values',
    labels: { a_1: 'one', b_1: 'two' },
    rules: [{ action: 'labelmap', regex: '[ab](_1)', replacement: 'b$1' }],
    expected: { a_1: 'one', b_1: 'two' },
  },
  {
    name: 'C-076 labeldrop deletes the labels whose name matches',
    labels: { a: 'foo', b1: 'bar', b2: 'baz' },
    rules: [{ action: 'labeldrop', regex: '(b.*)' }],
    expected: { a: 'foo' },
  },
  {
    name: 'C-076 labelkeep deletes the labels whose name does not match',
    labels: { a: 'foo', b1: 'bar', b2: 'baz' },
    rules: [{ action: 'labelkeep', regex: '(b.*)' }],
    expected: { b1: 'bar', b2: 'baz' },
  },
  {
    name: 'C-076 a label that labeldrop deleted can be set again and kept by its new value',
    labels: { port_name: 'foo', annotation: '9091' },
    rules: [
      { action: 'labeldrop', regex: '^port_name$' },
      { sourceLabels: ['annotation'], regex: '(.+)', replacement: 'metrics', targetLabel: 'port_name' },
      { action: 'keep', sourceLabels: ['port_name'], regex: '^metrics$' },
    ],
    expected: { annotation: '9091', port_name: 'metrics' },
  },
  {
    name: 'C-077 unknown groups and groups that took no part are empty',
    labels: { a: 'foo' },
    rules: [{ sourceLabels: ['a'], regex: '(?P<word>f)(x)?oo', targetLabel: 'b', replacement: '<$1x|${2}|$9|$word|${nope}>' }],
    expected: { a: 'foo', b: '<|||f|>' },
  },
  {
    name: 'C-078 a label set to the empty text is gone, and a missing one matches as empty',
    labels: { a: 'foo', b: 'bar' },
    rules: [
      { targetLabel: 'a', replacement: '' },
      { action: 'keep', sourceLabels: ['a'], regex: '' },
    ],
    expected: { b: 'bar' },
  },
]);

test('C-078 relabelling may delete the metric name, which the scrape then refuses', () => {
  assert.deepEqual(run({ labels: { __name__: 'up', a: 'b' }, rules: [{ action: 'labeldrop', regex: '__name__' }] }), { a: 'b' });
});

test('labels that no rule changes come back as the very same value', () => {
  const labels = labelsFrom([['a', 'b']]);
  const rules = compileRules(complete([{ action: 'keep', sourceLabels: ['a'], regex: 'b' }]), 'utf8');
  assert.equal(relabel(labels, rules), labels);
  assert.equal(relabel(labels, compileRules([], 'utf8')), labels);
});

test('A-040 explain gives every step its output, and nothing after the rule that drops', () => {
  const rules = complete([
    { targetLabel: 'b', replacement: 'new' },
    { action: 'drop', sourceLabels: ['b'], regex: 'new' },
    { targetLabel: 'c', replacement: 'never' },
  ]);
  const steps = explain(labelsFrom([['a', '1']]), compileRules(rules, 'utf8'));
  assert.deepEqual(steps, [
    {
      rule: rules[0],
      output: [
        ['a', '1'],
        ['b', 'new'],
      ],
      keep: true,
    },
    { rule: rules[1], output: [], keep: false },
    { rule: rules[2], output: [], keep: false },
  ]);
});

test('A-040 without rules there are no steps', () => {
  assert.deepEqual(explain(labelsFrom([['a', '1']]), compileRules([], 'utf8')), []);
});
