import assert from 'node:assert/strict';
import test from 'node:test';
import { numberText, tableRecords, tableText } from './table.ts';

const table = {
  title: 'costs',
  columns: ['stage', 'ns', 'ratio'],
  rows: [
    ['parse', 396.4, 0.621],
    ['append, warm', 12, undefined],
  ],
  notes: ['How to read it.'],
};

test('text stands to the left, numbers to the right, and what does not apply is a dash', () => {
  const lines = ['── costs', 'stage          ns  ratio', 'parse         396  0.621', 'append, warm   12      –', '   How to read it.', ''];
  assert.equal(tableText(table), lines.join('\n'));
});

test('records keep numbers whole and leave out what does not apply', () => {
  assert.deepEqual(tableRecords(table), [
    { stage: 'parse', ns: 396.4, ratio: 0.621 },
    { stage: 'append, warm', ns: 12 },
  ]);
});

test('numbers show three digits or so', () => {
  assert.deepEqual([0.0314, 1.234, 12.34, 123.4, 1_000_000].map(numberText), ['0.031', '1.23', '12.3', '123', '1000000']);
});
