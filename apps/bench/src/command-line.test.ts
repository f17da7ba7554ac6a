import assert from 'node:assert/strict';
import test from 'node:test';
import { benchmark } from './benchmark.ts';
import { helpText, parseOrder } from './command-line.ts';

const run = () => Promise.resolve([]);
const BENCHMARKS = [
  benchmark({ name: 'one', summary: 'the first', settings: { loops: 10, intervalMs: 5000 }, run }),
  benchmark({ name: 'two', summary: 'the second', settings: { loops: 20, peers: false, limpet: true }, run }),
];
const settingsOf = (words: readonly string[]) =>
  parseOrder(words, BENCHMARKS).runs.map(({ benchmark, settings }) => [benchmark.name, settings]);

test('without a name all benchmarks run with their defaults', () => {
  assert.deepEqual(settingsOf([]), [
    ['one', { loops: 10, intervalMs: 5000 }],
    ['two', { loops: 20, peers: false, limpet: true }],
  ]);
});

test('flags reach the benchmarks that have them', () => {
  assert.deepEqual(settingsOf(['two', '--loops=7', '--peers', '--no-limpet']), [['two', { loops: 7, peers: true, limpet: false }]]);
  assert.deepEqual(settingsOf(['--interval-ms=100', 'one']), [['one', { loops: 10, intervalMs: 100 }]]);
  assert.equal(parseOrder(['--json'], BENCHMARKS).isJson, true);
});

test('what is wrong is named', () => {
  assert.throws(() => settingsOf(['three']), /no benchmark three/);
  assert.throws(() => settingsOf(['--loops=many']), /--loops=many/);
  assert.throws(() => settingsOf(['--unknown']), /--unknown/);
});

test('the help names every benchmark and flag', () => {
  for (const word of ['one', 'two', '--loops=10', '--interval-ms=5000', '--peers']) assert.ok(helpText(BENCHMARKS).includes(word), word);
});
