import assert from 'node:assert/strict';
import test from 'node:test';
import { RELABEL_DEFAULTS } from '@limpet/relabel';
import { parseRelabelConfigs } from './parse-relabel-configs.ts';

test('a bare list of rules is read with the defaults of a configuration', () => {
  const parsed = parseRelabelConfigs({
    file: 'rules.yml',
    text: '- source_labels: [env]\n  target_label: stage\n- regex: tmp\n  action: labeldrop\n',
  });
  assert(parsed.ok);
  assert.deepEqual(parsed.value, [
    { ...RELABEL_DEFAULTS, sourceLabels: ['env'], targetLabel: 'stage' },
    { ...RELABEL_DEFAULTS, regex: 'tmp', action: 'labeldrop' },
  ]);
});

test('an empty document is an empty list of rules', () => {
  assert.deepEqual(parseRelabelConfigs({ file: 'rules.yml', text: '' }), { ok: true, value: [] });
});

const refusals = [
  { name: 'an unknown field', text: '- action: keep\n  rgx: x\n', place: [2, 3], words: /field rgx not found/ },
  { name: 'a null rule', text: '- action: keep\n-\n', place: [2, 2], words: /empty or null relabeling rule/ },
  { name: 'a rule without the target it needs', text: '- source_labels: [a]\n', place: [1, 3], words: /requires 'target_label' value/ },
  { name: 'a mapping instead of a list', text: 'action: keep\n', place: [1, 1], words: /cannot unmarshal/ },
] as const;

for (const { name, text, place, words } of refusals) {
  test(`a bare list of rules refuses ${name}, with its place`, () => {
    const parsed = parseRelabelConfigs({ file: 'rules.yml', text });
    assert(!parsed.ok);
    const [error] = parsed.error.errors;
    assert.match(error?.message ?? '', words);
    assert.deepEqual([error?.line, error?.column], place);
  });
}

test('the scheme decides which label names a bare list of rules may set', () => {
  const text = '- target_label: "not.legacy"\n';
  assert(parseRelabelConfigs({ file: 'rules.yml', text }).ok);
  assert(!parseRelabelConfigs({ file: 'rules.yml', text, scheme: 'legacy' }).ok);
});
