import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import { compareBytewise, labelsFrom } from '@limpet/model';
import type { Labels } from '@limpet/model';
import { compileRules } from './compile-rules.ts';
import { explain, relabel } from './relabel.ts';
import { RELABEL_ACTIONS, RELABEL_DEFAULTS } from './rule.ts';
import type { RelabelConfig } from './rule.ts';
import { validateRule } from './validate-rule.ts';

const name = fc.constantFrom('a', 'b', 'ab', 'aa', 'z', '__name__', 'ü', '\u{ff5e}', '\u{1f600}');
const value = fc.constantFrom('', 'a', 'b', 'ab', 'x;y', 'ß', '日');
const labels = fc.array(fc.tuple(name, value), { maxLength: 6 }).map((pairs) => labelsFrom(pairs));
const template = fc.constantFrom('$1', '${1}b', 'a', 'b', '', 'z$2', '$1$1', 'ü');
const rule: fc.Arbitrary<RelabelConfig> = fc
  .record({
    sourceLabels: fc.array(name, { maxLength: 3 }),
    separator: fc.constantFrom(';', '', ','),
    regex: fc.constantFrom('(.*)', '(a+)(b?)', 'a|b', '.', '', '(.).*', '[^a](.*)'),
    modulus: fc.constantFrom(0n, 1n, 7n),
    targetLabel: template,
    replacement: template,
    action: fc.constantFrom(...RELABEL_ACTIONS),
  })
  .map(withoutSurplus)
  .filter((config) => validateRule(config, 'utf8').ok);
const rules = fc.array(rule, { maxLength: 5 });

/** Takes back what the action does not allow, so that most drawn rules are valid. */
function withoutSurplus(config: RelabelConfig): RelabelConfig {
  const { action, sourceLabels, targetLabel, regex } = config;
  switch (action) {
    case 'keepequal':
    case 'dropequal':
      return { ...RELABEL_DEFAULTS, action, sourceLabels, targetLabel };
    case 'labeldrop':
    case 'labelkeep':
      return { ...RELABEL_DEFAULTS, action, regex };
    case 'lowercase':
    case 'uppercase':
      return { ...config, replacement: RELABEL_DEFAULTS.replacement };
    case 'replace':
    case 'keep':
    case 'drop':
    case 'hashmod':
    case 'labelmap':
      return config;
  }
}

function assertCanonical(labels: Labels): void {
  for (const [index, [name, value]] of labels.entries()) {
    assert.notEqual(value, '');
    const next = labels[index + 1];
    if (next !== undefined) assert.ok(compareBytewise(name, next[0]) < 0, `${name} stands before ${next[0]}`);
  }
}

test('C-078 relabelled labels are sorted, no name twice, no value empty', () => {
  fc.assert(
    fc.property(labels, rules, (labels, configs) => {
      const result = relabel(labels, compileRules(configs, 'utf8'));
      if (result !== undefined) assertCanonical(result);
    }),
  );
});

test('relabelling does not change the labels that it is given', () => {
  fc.assert(
    fc.property(labels, rules, (labels, configs) => {
      const before = structuredClone(labels);
      relabel(labels, compileRules(configs, 'utf8'));
      assert.deepEqual(labels, before);
    }),
  );
});

test('A-040 the last step that explain gives is what relabel answers', () => {
  fc.assert(
    fc.property(labels, rules, (labels, configs) => {
      const compiled = compileRules(configs, 'utf8');
      const last = explain(labels, compiled).at(-1) ?? { output: labels, keep: true };
      assert.deepEqual(relabel(labels, compiled), last.keep ? last.output : undefined);
    }),
  );
});

test('A-040 a rule list cut after a step answers that step', () => {
  fc.assert(
    fc.property(labels, rules, (labels, configs) => {
      for (const [index, step] of explain(labels, compileRules(configs, 'utf8')).entries()) {
        const answer = relabel(labels, compileRules(configs.slice(0, index + 1), 'utf8'));
        assert.deepEqual(answer, step.keep ? step.output : undefined);
      }
    }),
    { numRuns: 30 },
  );
});
