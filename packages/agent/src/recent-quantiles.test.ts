import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { RECENT_OBSERVATIONS, RecentQuantiles } from './recent-quantiles.ts';

test('quantiles are those of the newest observations, count and sum those of all', () => {
  const value = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 1_200 }), fc.constantFrom(0.01, 0.5, 0.9, 0.99), (values, rank) => {
      const recent = new RecentQuantiles();
      for (const one of values) recent.observe(one);
      const kept = values.slice(-RECENT_OBSERVATIONS).sort((a, b) => a - b);
      const [found = Number.NaN] = recent.at([rank]);
      assert.equal(recent.count, values.length);
      assert.ok(kept.filter((one) => one <= found).length >= rank * kept.length, 'that many are at or below it');
      assert.ok(kept.filter((one) => one < found).length < rank * kept.length || found === kept[0], 'and fewer are below it');
    }),
    { numRuns: 50 },
  );
});

test('without observations there is no quantile', () => {
  assert.deepEqual(new RecentQuantiles().at([0.5, 0.9]), [Number.NaN, Number.NaN]);
});
