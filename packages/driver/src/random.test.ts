import assert from 'node:assert/strict';
import test from 'node:test';
import { seededRandom } from './random.ts';

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 5 }, () => random.next());
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.deepEqual(draw(7), draw(7 + 2 ** 32), 'seeds count modulo 2^32');
});

test('numbers lie in [0, 1) and spread evenly', () => {
  const random = seededRandom(1);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let drawn = 0; drawn < 20_000; drawn++) {
    const number = random.next();
    assert.ok(number >= 0 && number < 1);
    counts[Math.floor(number * 10)] = (counts[Math.floor(number * 10)] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(count > 1_800 && count < 2_200, counts.join());
});
