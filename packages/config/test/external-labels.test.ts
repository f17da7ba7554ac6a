import assert from 'node:assert/strict';
import test from 'node:test';
import { parseConfig } from '../src/index.ts';
import type { LoadedConfig } from '../src/index.ts';
import { loadJob } from './loading.ts';

function loadWith(value: string): LoadedConfig {
  const env = { HOME: '/root', EMPTY: '', A_1: 'a', 'a-b': 'dashed', '1': 'one', '*': 'star' };
  const result = parseConfig({ file: 'a.yml', text: `global: {external_labels: {l: ${JSON.stringify(value)}}}`, env });
  assert.ok(result.ok);
  return result.value;
}

test('C-090 variables are expanded as upstream does', () => {
  const rows: readonly (readonly [value: string, expanded: string])[] = [
    ['x$HOME.y', 'x/root.y'],
    ['${HOME}y', '/rooty'],
    ['$A_1x', ''],
    ['${A_1}x', 'ax'],
    ['$$HOME', '$HOME'],
    ['${$}x', '$x'],
    ['$1x', 'onex'],
    ['${1}', 'one'],
    ['$*', 'star'],
    ['a$', 'a$'],
    ['$ a', '$ a'],
    ['$.a', '$.a'],
    ['a${}b', 'ab'],
    ['a${HOME', 'aHOME'],
    ['${a-b}', 'dashed'],
    ['$EMPTY', ''],
    ['$ünset', '$ünset'],
    ['$toString', ''],
  ];
  for (const [value, expanded] of rows) assert.equal(loadWith(value).config.global.externalLabels['l'], expanded, value);
});

test('C-090 an unset or empty variable is a warning, a changed value a debug line', () => {
  assert.deepEqual(loadWith('$NOPE${EMPTY}').notices, [
    { level: 'warn', message: 'Empty environment variable', fields: { name: 'NOPE' } },
    { level: 'warn', message: 'Empty environment variable', fields: { name: 'EMPTY' } },
    { level: 'debug', message: 'External label replaced', fields: { label: 'l', input: '$NOPE${EMPTY}', output: '' } },
  ]);
  assert.deepEqual(loadWith('plain').notices, []);
});

test('C-090 nothing but external labels is expanded', () => {
  assert.equal(loadJob('metrics_path: /$HOME').metricsPath, '/$HOME');
});

test('C-091 a label whose value became empty stays in the configuration', () => {
  assert.deepEqual(loadWith('$NOPE').config.global.externalLabels, { l: '' });
});
