import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { play, scenario } from './scenario.ts';

const RUNS = Number(process.env['LIMPET_PROPERTY_RUNS'] ?? 150);

test('I1-I20 hold for random targets, configurations, waits, failures, hangs, lost answers and crashes', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (played) => {
      const { violations } = await play(played);
      assert.deepEqual(violations, []);
    }),
    { numRuns: RUNS },
  );
});
