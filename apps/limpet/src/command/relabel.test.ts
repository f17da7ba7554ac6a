import assert from 'node:assert/strict';
import test from 'node:test';
import { capture, jsonLines } from '../../test/captured-run.ts';

const RULES = `
- source_labels: [env]
  regex: test
  action: drop
- source_labels: [__address__]
  regex: '([^:]+):.*'
  target_label: host
`;
const files = { 'rules.yml': RULES };

test('relabel prints what becomes of each label set, null where it is dropped', async (t) => {
  const stdin = '{"__address__":"db:9104","env":"prod","1":"one"}\n\n{"env":"test"}\n{"empty":""}';
  const { exitCode, out, err } = await capture(t, ['relabel', '--rules=rules.yml'], { files, stdin });
  assert.deepEqual([exitCode, err], [0, '']);
  assert.equal(out, '{"1":"one","__address__":"db:9104","env":"prod","host":"db"}\nnull\n{}\n');
});

test('relabel reads label sets from a file', async (t) => {
  const { out } = await capture(t, ['relabel', '--rules', 'rules.yml', 'sets.ndjson'], {
    files: { ...files, 'sets.ndjson': '{"a":"1"}\n' },
  });
  assert.equal(out, '{"a":"1"}\n');
});

test('A-040 relabel --explain prints every step; after a drop nothing is kept', async (t) => {
  const stdin = '{"env":"test","__address__":"db:1"}\n{"__address__":"db:1"}\n';
  const { out } = await capture(t, ['relabel', '--rules=rules.yml', '--explain'], { files, stdin });
  const drop = { source_labels: ['env'], separator: ';', regex: 'test', replacement: '$1', action: 'drop' };
  const host = {
    source_labels: ['__address__'],
    separator: ';',
    regex: '([^:]+):.*',
    target_label: 'host',
    replacement: '$1',
    action: 'replace',
  };
  assert.deepEqual(jsonLines(out), [
    {
      steps: [
        { rule: drop, output: {}, keep: false },
        { rule: host, output: {}, keep: false },
      ],
    },
    {
      steps: [
        { rule: drop, output: { __address__: 'db:1' }, keep: true },
        { rule: host, output: { __address__: 'db:1', host: 'db' }, keep: true },
      ],
    },
  ]);
});

test('A-040 a modulus keeps all of its 64 bits, and without rules there are no steps', async (t) => {
  const rules = '- {source_labels: [a], action: hashmod, target_label: b, modulus: 18446744073709551615}\n';
  const { out } = await capture(t, ['relabel', '--rules=r.yml', '--explain'], { files: { 'r.yml': rules }, stdin: '{}' });
  assert.match(out, /"modulus":18446744073709551615,/);
  assert.equal(
    (await capture(t, ['relabel', '--rules=r.yml', '--explain'], { files: { 'r.yml': '' }, stdin: '{}' })).out,
    '{"steps":[]}\n',
  );
});

const faults = [
  { name: 'is no JSON', line: '{"a":"b",}', err: /^<stdin>:2:10: not JSON: / },
  { name: 'is no object', line: '["a"]', err: /^<stdin>:2: a label set is a JSON object/ },
  { name: 'has a value that is no string', line: '{"a":1}', err: /^<stdin>:2: the value of label "a" is not a string/ },
];
for (const { name, line, err } of faults) {
  test(`relabel ends at a line that ${name}, with the results before it and its place`, async (t) => {
    const run = await capture(t, ['relabel', '--rules=rules.yml'], { files, stdin: `{"a":"b"}\n${line}\n{"c":"d"}\n` });
    assert.equal(run.exitCode, 1);
    assert.equal(run.out, '{"a":"b"}\n');
    assert.match(run.err, err);
  });
}

test('relabel refuses bad rules with file, line, column and a code frame', async (t) => {
  const bad = '- source_labels: [a]\n  regex: "("\n  target_label: b\n';
  const run = await capture(t, ['relabel', '--rules=bad.yml'], { files: { 'bad.yml': bad }, stdin: '{}' });
  assert.deepEqual([run.exitCode, run.out], [1, '']);
  assert.match(run.err, /^bad\.yml:2:10: error parsing regexp/);
  assert.match(run.err, /> 2 \|   regex: "\("/);
});

test('relabel checks label names against the scheme asked for', async (t) => {
  const dotted = { 'dotted.yml': '- {target_label: "a.b", replacement: x}\n' };
  assert.equal((await capture(t, ['relabel', '--rules=dotted.yml'], { files: dotted, stdin: '{}' })).out, '{"a.b":"x"}\n');
  const legacy = await capture(t, ['relabel', '--rules=dotted.yml', '--name-validation-scheme=legacy'], { files: dotted, stdin: '{}' });
  assert.equal(legacy.exitCode, 1);
});
