import assert from 'node:assert/strict';
import test from 'node:test';
import { expandTemplate, parseTemplate } from './template.ts';

const groups: Readonly<Record<string, string>> = { 0: 'whole', 1: 'one', 2: '', 10: 'ten' };
const names: Readonly<Record<string, string>> = { word: 'named', größe: 'umlaut', '01': 'zero-one' };

function expand(source: string): string {
  return expandTemplate(parseTemplate(source), { numbered: (group) => groups[group], named: (name) => names[name] });
}

test('C-077 templates follow the rules of Go', () => {
  const table = [
    ['', ''],
    ['plain', 'plain'],
    ['$1', 'one'],
    ['${1}', 'one'],
    ['$0', 'whole'],
    ['$10', 'ten'],
    ['${1}0', 'one0'],
    ['$1x', ''],
    ['$1-x', 'one-x'],
    ['$1_', ''],
    ['$2', ''],
    ['$99', ''],
    ['$word', 'named'],
    ['${word}s', 'nameds'],
    ['$words', ''],
    ['$größe', 'umlaut'],
    ['$01', 'zero-one'],
    ['$$', '$'],
    ['$$1', '$1'],
    ['$$$1', '$one'],
    ['$', '$'],
    ['a$', 'a$'],
    ['$-1', '$-1'],
    ['${', '${'],
    ['${}', '${}'],
    ['${1', '${1'],
    ['${1 }', '${1 }'],
    ['${a-b}', '${a-b}'],
    ['$&', '$&'],
    ['$1$1', 'oneone'],
  ] as const;
  for (const [source, expected] of table) assert.equal(expand(source), expected, source);
});

test('a template without groups is known to be literal', () => {
  assert.equal(parseTemplate('a$$b').literal, 'a$b');
  assert.equal(parseTemplate('').literal, '');
  assert.equal(parseTemplate('a$1').literal, undefined);
});
