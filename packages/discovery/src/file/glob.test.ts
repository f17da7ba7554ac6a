import assert from 'node:assert/strict';
import test from 'node:test';
import { globSegments } from './glob.ts';

const CASES: readonly { readonly pattern: string; readonly yes: readonly string[]; readonly no: readonly string[] }[] = [
  { pattern: '*.yml', yes: ['a.yml', '.yml', '.hidden.yml', 'ä.yml'], no: ['a.yaml', 'a.yml.tmp', 'ayml'] },
  { pattern: '**.yml', yes: ['a.yml', '.yml'], no: ['a.json'] },
  { pattern: 'a?c.json', yes: ['abc.json', 'a.c.json', 'a😀c.json'], no: ['ac.json', 'abbc.json'] },
  { pattern: '[a-c]x.yml', yes: ['ax.yml', 'cx.yml'], no: ['dx.yml', '-x.yml'] },
  { pattern: '[^a-c]x.yml', yes: ['dx.yml', '!x.yml'], no: ['ax.yml'] },
  { pattern: '[!a]x.yml', yes: ['!x.yml', 'ax.yml'], no: ['bx.yml'] },
  { pattern: String.raw`[\]\-]x.yml`, yes: [']x.yml', '-x.yml'], no: ['ax.yml'] },
  { pattern: String.raw`\*.yml`, yes: ['*.yml'], no: ['a.yml'] },
  { pattern: '{a,b}(c)+$*.yml', yes: ['{a,b}(c)+$1.yml'], no: ['a(c)+$1.yml', '{a,b}c$1.yml'] },
  { pattern: 'a.b*.yml', yes: ['a.bc.yml'], no: ['axbc.yml'] },
];

for (const { pattern, yes, no } of CASES) {
  test(`C-018 ${pattern} names the files that a shell would name`, () => {
    const [segment] = globSegments(`/${pattern}`) ?? [];
    assert.ok(segment !== undefined && 'matches' in segment);
    for (const name of yes) assert.ok(segment.matches.test(name), name);
    for (const name of no) assert.ok(!segment.matches.test(name), name);
  });
}

test('C-018 plain segments stay plain and a broken class names nothing', () => {
  assert.deepEqual(globSegments('/etc/limpet/a.yml'), [{ name: 'etc' }, { name: 'limpet' }, { name: 'a.yml' }]);
  for (const pattern of ['/etc/[.yml', '/etc/[]a.yml', '/etc/[z-a].yml']) assert.equal(globSegments(pattern), undefined, pattern);
});
