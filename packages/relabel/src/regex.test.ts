import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import { quickRegex } from './quick-regex.ts';
import { compileRegex, compileWithEngine } from './regex.ts';
import type { CompiledRegex } from './regex.ts';
import { RelabelError } from './relabel-error.ts';

function groupsOf(regex: CompiledRegex, text: string): readonly (string | undefined)[] | undefined {
  const groups = regex.match(text);
  return groups === undefined ? undefined : [0, 1, 2].map((group) => groups.numbered(group));
}

test('C-014 the syntax is that of RE2', () => {
  const table = [
    ['(?i)FOO', 'foo', true],
    ['\\pL+', 'größe', true],
    ['[[:alpha:]]+', 'abc', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['a\\z', 'a', true],
    ['\\_\\-', '_-', true],
    ['(?-s:.)', '\n', false],
    ['.', '\n', true],
    ['.', '😀', true],
    ['a', 'a\n', false],
    ['a)|(b', 'ax', true],
    ['foo|ba[rz]', 'foobar', false],
    ['|a', '', true],
    ['|a', 'a', true],
    ['a||b', '', true],
    ['a|b', '', false],
  ] as const;
  for (const [source, text, expected] of table) assert.equal(compileRegex(source).test(text), expected, source);
});

test('C-014 what RE2 refuses is refused in its words', () => {
  const table = [
    ['(', 'error parsing regexp: missing closing ): `^(?s:()$`'],
    ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['(a)\\1', 'error parsing regexp: invalid escape sequence: `\\1`'],
    ['a{1001}', 'error parsing regexp: invalid repeat count: `{1001}`'],
    ['a**', 'error parsing regexp: invalid nested repetition operator: `**`'],
    ['(?P<n>a)(?P<n>b', 'error parsing regexp: '],
  ] as const;
  for (const [source, message] of table) {
    assert.throws(
      () => compileRegex(source),
      (error) => error instanceof RelabelError && error.code === 'LIMPET_RELABEL' && error.message.startsWith(message),
      source,
    );
  }
});

test('C-014 a pattern that backtracks for ever elsewhere is answered at once', () => {
  assert.equal(compileRegex('(a+)+b').test('a'.repeat(5000)), false);
});

test('C-077 of groups with the same name the first that matched counts', () => {
  const regex = compileRegex('(?:(?P<n>a)|(?P<n>b)[(?P<n>](?P<other>c))');
  assert.equal(regex.match('a')?.named('n'), 'a');
  assert.equal(regex.match('b(c')?.named('n'), 'b');
  assert.equal(regex.match('b(c')?.named('other'), 'c');
  assert.equal(regex.match('b(c')?.numbered(3), 'c');
  assert.equal(regex.match('c'), undefined);
});

test('only simple shapes are answered without the engine', () => {
  for (const source of ['', 'node', 'a\\.b', 'a|b|', '(a|b)', '(?:a|b)', '^a$', '(.*)', '.*', '(.+)', '__meta_(.+)', 'a\\|b', 'größe']) {
    assert.notEqual(quickRegex(source), undefined, source);
  }
  for (const source of [
    'a.b',
    'a*',
    '(a)(b)',
    '(.*)x',
    'a|b.*',
    '(?i)a',
    '\\d',
    '[ab]',
    'a{2}',
    '(a',
    'a)',
    '\\',
    'a^',
    '$a',
    '((a))',
    '.*?',
  ]) {
    assert.equal(quickRegex(source), undefined, source);
  }
});

test('C-014 the answers without the engine equal those of the engine', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '\\.',
    '\\|',
    '\\\\',
    '\\$',
    'ü',
    '-',
    '\n',
    '|',
    '(',
    ')',
    '(?:',
    '(.*)',
    '.+',
    '.*',
    '(.+)',
    '^',
    '$',
  );
  const source = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
  const text = fc
    .array(fc.constantFrom('a', 'b', '.', '|', '\\', '$', 'ü', '-', '\n', '^'), { maxLength: 5 })
    .map((pieces) => pieces.join(''));
  let quickCount = 0;
  fc.assert(
    fc.property(source, fc.array(text, { minLength: 4, maxLength: 4 }), (source, texts) => {
      if (quickRegex(source) === undefined) return;
      quickCount++;
      const [quick, engine] = [compileRegex(source), compileWithEngine(source)];
      for (const text of [...texts, '', 'a', 'ab', source]) {
        assert.equal(quick.test(text), engine.test(text));
        assert.deepEqual(groupsOf(quick, text), groupsOf(engine, text));
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(quickCount > 100, `only ${quickCount} patterns were compared`);
});
