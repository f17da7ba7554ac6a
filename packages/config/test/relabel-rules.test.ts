import assert from 'node:assert/strict';
import test from 'node:test';
import { loadJob, loadRemoteWrite } from './loading.ts';

test('a rule has the defaults of upstream, and its fields as written', () => {
  const rules = loadJob(`
relabel_configs:
- target_label: a
- {source_labels: [b, c], separator: "", regex: 1.10, modulus: 0x10, target_label: d, replacement: $2, action: HashMod}
- {action: labelmap, regex: !!binary YmFy}
`).relabelConfigs;
  assert.deepEqual(rules, [
    { sourceLabels: [], separator: ';', regex: '(.*)', modulus: 0n, targetLabel: 'a', replacement: '$1', action: 'replace' },
    { sourceLabels: ['b', 'c'], separator: '', regex: '1.10', modulus: 16n, targetLabel: 'd', replacement: '$2', action: 'hashmod' },
    { sourceLabels: [], separator: ';', regex: 'bar', modulus: 0n, targetLabel: '', replacement: '$1', action: 'labelmap' },
  ]);
});

test('a modulus keeps all of its 64 bits', () => {
  const [rule] = loadJob('relabel_configs: [{action: hashmod, target_label: a, modulus: 18446744073709551615}]').relabelConfigs;
  assert.equal(rule?.modulus, 2n ** 64n - 1n);
});

test('C-079 the scheme of the job decides over target labels, that of global over write rules', () => {
  const utf8 = 'metric_name_validation_scheme: utf8';
  const legacy = 'global: {metric_name_validation_scheme: legacy}';
  assert.equal(loadJob(`${utf8}\nmetric_relabel_configs: [{target_label: "a.b"}]`, legacy).metricRelabelConfigs[0]?.targetLabel, 'a.b');
  assert.equal(loadJob('relabel_configs: [{target_label: "a_${1}"}]', legacy).relabelConfigs[0]?.targetLabel, 'a_${1}');
  assert.equal(loadRemoteWrite('write_relabel_configs: [{target_label: "a.b"}]').writeRelabelConfigs[0]?.targetLabel, 'a.b');
});
