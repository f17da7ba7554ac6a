import assert from 'node:assert/strict';
import test from 'node:test';
import { compileRules } from './compile-rules.ts';
import { RelabelError } from './relabel-error.ts';
import { RELABEL_ACTIONS, RELABEL_DEFAULTS } from './rule.ts';
import type { NameValidationScheme, RelabelAction, RelabelConfig, RelabelField } from './rule.ts';
import { parseRelabelAction, validateRule } from './validate-rule.ts';

interface Row {
  readonly rule: Partial<RelabelConfig>;
  readonly spelledOut?: readonly RelabelField[];
  readonly scheme?: NameValidationScheme;
  /** The whole message, `undefined` where the rule is accepted. */
  readonly expected: string | undefined;
}

function messageOf({ rule, spelledOut = [], scheme = 'utf8' }: Row): string | undefined {
  const result = validateRule({ ...RELABEL_DEFAULTS, ...rule }, scheme, new Set(spelledOut));
  return result.ok ? undefined : result.error.message;
}

function check(name: string, rows: readonly Row[]): void {
  test(name, () => {
    for (const row of rows)
      assert.equal(messageOf(row), row.expected, JSON.stringify({ ...row, rule: Object.entries(row.rule).map(String) }));
  });
}

const onlyTarget = (action: RelabelAction): string =>
  `${action} action requires only 'source_labels' and \`target_label\`, and no other fields`;
const onlyRegex = (action: RelabelAction): string => `${action} action requires only 'regex', and no other fields`;

check('C-079 an action is needed', [{ rule: { action: '' as RelabelAction }, expected: 'relabel action cannot be empty' }]);

check('C-079 hashmod needs a modulus', [
  {
    rule: { action: 'hashmod', targetLabel: 'a' },
    expected: 'relabel configuration for hashmod requires non-zero modulus',
  },
  { rule: { action: 'hashmod', targetLabel: 'a', modulus: 8n }, expected: undefined },
]);

check(
  'C-079 actions that set or compare a label need its name',
  RELABEL_ACTIONS.map((action) => {
    const needsTarget = ['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal'].includes(action);
    return {
      rule: { action, modulus: action === 'hashmod' ? 8n : 0n },
      expected: needsTarget ? `relabel configuration for ${action} action requires 'target_label' value` : undefined,
    };
  }),
);

check('C-079 the target label must be a valid name for the scheme', [
  { rule: { targetLabel: 'a-b' }, expected: undefined },
  { rule: { targetLabel: 'a-b' }, scheme: 'legacy', expected: `"a-b" is invalid 'target_label' for replace action` },
  { rule: { targetLabel: '\ud800' }, expected: `"\\ud800" is invalid 'target_label' for replace action` },
  {
    rule: { action: 'lowercase', targetLabel: '${3}' },
    scheme: 'legacy',
    expected: `"\${3}" is invalid 'target_label' for lowercase action`,
  },
  { rule: { action: 'lowercase', targetLabel: '${3}' }, expected: undefined },
  {
    rule: { action: 'hashmod', modulus: 1n, targetLabel: '1' },
    scheme: 'legacy',
    expected: `"1" is invalid 'target_label' for hashmod action`,
  },
  {
    rule: { action: 'keepequal', targetLabel: 'a.b' },
    scheme: 'legacy',
    expected: `"a.b" is invalid 'target_label' for keepequal action`,
  },
]);

test('C-079 under legacy a template must be able to become a valid name', () => {
  const valid = ['label', 'label${1}', '${1}label', '${1}', '$1', 'asd$2asd', '_${1}_', 'foo${bar}foo', '$1$2', 'a1${x}9'];
  const invalid = ['-label', '0${3}', '-${3}', '${', '$', '${}', 'foo${', '-foo${1}bar-', 'a$', '$-', '${a-b}', '1$1'];
  for (const template of [...valid, ...invalid]) {
    const isValid = valid.includes(template);
    const quoted = JSON.stringify(template);
    const asReplacement = messageOf({ rule: { action: 'labelmap', replacement: template }, scheme: 'legacy', expected: undefined });
    assert.equal(asReplacement, isValid ? undefined : `${quoted} is invalid 'replacement' for labelmap action`);
    const asTarget = messageOf({ rule: { targetLabel: template }, scheme: 'legacy', expected: undefined });
    assert.equal(asTarget, isValid ? undefined : `${quoted} is invalid 'target_label' for replace action`);
  }
});

test('C-079 checking a long template takes no time', () => {
  const template = `${'a'.repeat(10_000)}${'$a'.repeat(10_000)}-`;
  assert.match(messageOf({ rule: { targetLabel: template }, scheme: 'legacy', expected: undefined }) ?? '', /is invalid 'target_label'/);
});

check('C-079 under utf8 a template is a name as it stands', [
  { rule: { targetLabel: '-${3}' }, expected: undefined },
  { rule: { action: 'labelmap', replacement: '0-$' }, expected: undefined },
  { rule: { action: 'labelmap', replacement: '' }, expected: `"" is invalid 'replacement' for labelmap action` },
]);

check(
  'C-079 actions that do not look at a replacement must keep the default',
  (['lowercase', 'uppercase', 'keepequal', 'dropequal'] as const).flatMap((action) => [
    { rule: { action, targetLabel: 'a', replacement: '$2' }, expected: `'replacement' can not be set for ${action} action` },
    { rule: { action, targetLabel: 'a', replacement: '' }, expected: `'replacement' can not be set for ${action} action` },
    { rule: { action, targetLabel: 'a', replacement: '$1' }, spelledOut: ['replacement'], expected: undefined },
  ]),
);

check(
  'C-079 keepequal and dropequal take only source_labels and target_label; even the default regex is refused',
  (['keepequal', 'dropequal'] as const).flatMap((action) => [
    { rule: { action, targetLabel: 'a', sourceLabels: ['b'] }, spelledOut: ['sourceLabels', 'targetLabel'], expected: undefined },
    { rule: { action, targetLabel: 'a', separator: ';' }, spelledOut: ['separator'], expected: undefined },
    { rule: { action, targetLabel: 'a', separator: ',' }, expected: onlyTarget(action) },
    { rule: { action, targetLabel: 'a', modulus: 2n }, expected: onlyTarget(action) },
    { rule: { action, targetLabel: 'a', regex: 'b' }, expected: onlyTarget(action) },
    { rule: { action, targetLabel: 'a', regex: '(.*)' }, spelledOut: ['regex'], expected: onlyTarget(action) },
  ]),
);

check(
  'C-079 labeldrop and labelkeep take only regex; even an empty list of source labels is refused',
  (['labeldrop', 'labelkeep'] as const).flatMap((action) => [
    { rule: { action, regex: 'a' }, spelledOut: ['regex'], expected: undefined },
    { rule: { action, sourceLabels: ['a'] }, expected: onlyRegex(action) },
    { rule: { action }, spelledOut: ['sourceLabels'], expected: onlyRegex(action) },
    { rule: { action, targetLabel: 'a' }, expected: onlyRegex(action) },
    { rule: { action, separator: ',' }, expected: onlyRegex(action) },
    { rule: { action, modulus: 1n }, expected: onlyRegex(action) },
    { rule: { action, replacement: 'a' }, expected: onlyRegex(action) },
  ]),
);

check('C-014 a pattern that RE2 does not accept refuses the rule', [
  { rule: { targetLabel: 'a', regex: '(' }, expected: 'error parsing regexp: missing closing ): `^(?s:()$`' },
]);

test('actions are read in any case, and every other text is refused', () => {
  assert.deepEqual(parseRelabelAction('LabelMap'), { ok: true, value: 'labelmap' });
  for (const text of ['', 'Bogus']) {
    const result = parseRelabelAction(text);
    assert.equal(!result.ok && result.error.message, `unknown relabel action "${text}"`);
  }
});

test('compiling a rule that is not valid throws what the check says', () => {
  assert.throws(
    () => compileRules([RELABEL_DEFAULTS], 'utf8'),
    (error) => error instanceof RelabelError && error.code === 'LIMPET_RELABEL' && error.message.includes(`requires 'target_label' value`),
  );
});
