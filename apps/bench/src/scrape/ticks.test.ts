import assert from 'node:assert/strict';
import test from 'node:test';
import { sumOfTicks, ticksOf } from './ticks.ts';

const window = { fromMs: 1000, toMs: 6000, intervalMs: 1000 };

const ROWS = [
  { name: 'punctual', arrivals: [300, 1300, 2300, 3300, 4300, 5300, 6300], due: 5, lateness: [0, 0, 0, 0, 0] },
  { name: 'one late by 200 ms', arrivals: [300, 1300, 2500, 3300, 4300, 5300], due: 5, lateness: [0, 200, 0, 0, 0] },
  {
    name: 'the first one late: the grid is where the most punctual one was',
    arrivals: [400, 1300, 2300, 3300, 4300, 5300],
    due: 5,
    lateness: [0, 0, 0, 0, 0],
  },
  { name: 'one missing', arrivals: [300, 1300, 3300, 4300, 5300], due: 5, lateness: [0, 0, 0, 0] },
  { name: 'stopped in the middle', arrivals: [300, 1300, 2300], due: 5, lateness: [0, 0] },
  {
    name: 'due at the beginning of the window, not at its end',
    arrivals: [0, 1000, 2000, 3000, 4000, 5000, 6000],
    due: 5,
    lateness: [0, 0, 0, 0, 0],
  },
  {
    name: 'due within the window and taken after its end',
    arrivals: [900, 1900, 2900, 3900, 4900, 6050],
    due: 5,
    lateness: [0, 0, 0, 0, 150],
  },
  { name: 'twice in one tick counts once', arrivals: [300, 1300, 1310, 2300, 3300, 4300, 5300], due: 5, lateness: [0, 0, 0, 0, 0] },
  { name: 'never', arrivals: [], due: 5, lateness: [] },
] as const;

for (const { name, arrivals, due, lateness } of ROWS) {
  test(`ticks of a target: ${name}`, () => {
    assert.deepEqual(ticksOf(arrivals, window), { due, done: lateness.length, latenessMs: [...lateness] });
  });
}

test('the ticks of many targets add up', () => {
  const each = [ticksOf([1300, 2300, 3300, 4300, 5300], window), ticksOf([1500, 2600], window)];
  assert.deepEqual(sumOfTicks(each), { due: 10, done: 7, latenessMs: [0, 0, 0, 0, 0, 0, 100] });
});
