import assert from 'node:assert/strict';
import test from 'node:test';
import { mean, median, quantile, spread } from './statistics.ts';

test('quantiles lie between neighbours and do not depend on order', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(quantile([10, 20, 30, 40, 50], 0), 10);
  assert.equal(quantile([10, 20, 30, 40, 50], 1), 50);
  assert.equal(quantile([0, 100], 0.99), 99);
  assert.ok(Number.isNaN(median([])));
  assert.equal(mean([1, 2, 6]), 3);
});

test('the spread is the interquartile range as a share of the median', () => {
  assert.equal(spread([10, 10, 10]), 0);
  assert.equal(spread([8, 9, 10, 11, 12]), 0.2);
});
