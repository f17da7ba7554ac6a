import assert from 'node:assert/strict';
import test from 'node:test';
import { parseTargetGroups } from '../src/index.ts';
import type { ConfigError, SourcelessTargetGroup } from '../src/index.ts';

type Format = 'yaml' | 'json';

function groups(text: string, format: Format): readonly SourcelessTargetGroup[] {
  const result = parseTargetGroups({ file: 'targets', text, format });
  if (!result.ok) assert.fail(result.error.print());
  return result.value;
}

function groupError(text: string, format: Format): ConfigError {
  const result = parseTargetGroups({ file: 'targets', text, format });
  assert.ok(!result.ok, text);
  const [error] = result.error.errors;
  assert.ok(error !== undefined);
  return error;
}

const EXPECTED: readonly SourcelessTargetGroup[] = [
  {
    targets: [[['__address__', 'b:1']], [['__address__', 'a:2']]],
    labels: [
      ['__meta', 'm'],
      ['x', 'y'],
    ],
  },
  { targets: [], labels: [] },
];

test('C-103 groups hold targets as addresses and labels sorted, in YAML and JSON alike', () => {
  const yaml = '- targets: [b:1, "a:2"]\n  labels: {x: y, empty: "", __meta: m}\n- {}\n';
  assert.deepEqual(groups(yaml, 'yaml'), EXPECTED);
  assert.deepEqual(groups('[{"targets": ["b:1", "a:2"], "labels": {"x": "y", "empty": "", "__meta": "m"}}, {}]', 'json'), EXPECTED);
  assert.deepEqual(groups('[{"Targets": null, "LABELS": null}]', 'json'), [{ targets: [], labels: [] }]);
});

test('C-103 a YAML label keeps the text of the file', () => {
  assert.deepEqual(groups('[{labels: {a: 1.10, b: yes, c: 0644}}]', 'yaml')[0]?.labels, [
    ['a', '1.10'],
    ['b', 'yes'],
    ['c', '0644'],
  ]);
});

test('C-103 a document without groups has none', () => {
  for (const text of ['', '# x', '[]', '~']) assert.deepEqual(groups(text, 'yaml'), []);
  for (const text of ['[]', 'null', ' [ ] ']) assert.deepEqual(groups(text, 'json'), []);
});

test('C-103 whatever else is in a group fails the whole document, at its place', () => {
  const rows: readonly (readonly [Format, string, RegExp, string, number])[] = [
    ['yaml', '- targets: []\n- target: []', /field target not found in type target group/, '[1].target', 3],
    ['yaml', '- labels: {"": x}', /"" is not a valid label name/, '[0].labels', 12],
    ['yaml', '- targets: a', /cannot unmarshal !!str/, '[0].targets', 12],
    ['yaml', '- targets: [{a: b}]', /cannot unmarshal !!map/, '[0].targets[0]', 13],
    ['yaml', 'targets: []', /cannot unmarshal !!map into a list/, '', 1],
    ['yaml', '- labels: {a: b, a: c}', /key "a" already set in map/, '[0].labels', 18],
    ['json', '[{"targets": []}, {"target": []}]', /unknown field "target"/, '[1].target', 30],
    ['json', '[{"labels": {"": "x"}}]', /"" is not a valid label name/, '[0].labels.', 18],
    ['json', '[{"labels": {"a": 1}}]', /cannot unmarshal number into string/, '[0].labels.a', 19],
    ['json', '[{"targets": [1]}]', /cannot unmarshal number into string/, '[0].targets[0]', 15],
    ['json', '[{"targets": "a"}]', /cannot unmarshal string into a list/, '[0].targets', 14],
    ['json', '{"targets": []}', /cannot unmarshal object into a list/, '', 1],
    ['json', '[[]]', /cannot unmarshal array into a target group/, '[0]', 2],
    ['json', '[{"labels": []}]', /cannot unmarshal array into a map/, '[0].labels', 13],
  ];
  for (const [format, text, words, path, column] of rows) {
    const error = groupError(text, format);
    assert.match(error.message, words, text);
    assert.deepEqual([error.path, error.column], [path, column], text);
  }
});

test('C-112 a null group and a malformed text are refused', () => {
  assert.match(groupError('- targets: [a]\n-\n', 'yaml').message, /nil target group item found/);
  assert.match(groupError('[{"targets": ["a"]}, null]', 'json').message, /nil target group item found/);
  for (const text of ['', '[{', '[{"targets": ["a"]}', '[] []', "['a']", 'a'])
    assert.equal(groupError(text, 'json').code, 'LIMPET_CONFIG_SYNTAX', text);
  assert.equal(groupError('- targets: ["a', 'yaml').code, 'LIMPET_CONFIG_SYNTAX');
  assert.equal(groupError('[\n{"targets": ["a"],}\n]', 'json').line, 2);
});
