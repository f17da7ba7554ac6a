import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from './virtual-clock.ts';

test('time stands still until it is moved', () => {
  const clock = new VirtualClock({ wallMs: 1_000 });
  assert.deepEqual([clock.mono(), clock.wall()], [0, 1_000]);
  clock.advance(250);
  assert.deepEqual([clock.mono(), clock.wall()], [250, 1_250]);
});

test('a timer that sets itself again fires within the same advance: four times in 60 s at 15 s', () => {
  const clock = new VirtualClock();
  const fired: number[] = [];
  const again = () => {
    fired.push(clock.mono());
    clock.setTimeout(again, 15_000);
  };
  clock.setTimeout(again, 15_000);
  clock.advance(60_000);
  assert.deepEqual(fired, [15_000, 30_000, 45_000, 60_000]);
});

test('timers fire in order of their due time, those of one time in the order they were set, cancelled ones never', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 20 }), fc.boolean()), { maxLength: 60 }), (timers) => {
      const clock = new VirtualClock();
      const fired: number[] = [];
      const handles = timers.map(([delay], index) => clock.setTimeout(() => fired.push(index), delay));
      timers.forEach(([, isCancelled], index) => isCancelled && clock.clearTimeout(handles[index] ?? {}));
      clock.advance(20);
      const expected = timers
        .map(([delay, isCancelled], index) => ({ delay, isCancelled, index }))
        .filter(({ isCancelled }) => !isCancelled);
      expected.sort((a, b) => a.delay - b.delay || a.index - b.index);
      assert.deepEqual(
        fired,
        expected.map(({ index }) => index),
      );
      assert.equal(clock.pendingCount, 0);
    }),
  );
});

test('a delay of NaN is refused, a negative one is now, an endless one is the longest there is', () => {
  const clock = new VirtualClock();
  assert.throws(() => clock.setTimeout(() => {}, Number.NaN), RangeError);
  let fired = 0;
  clock.setTimeout(() => fired++, -5);
  clock.setTimeout(() => fired++, Infinity);
  clock.advance(0);
  assert.deepEqual([fired, clock.nextDueMs], [1, 2 ** 31 - 1]);
});

test('a wall clock that is set back moves no timer', () => {
  const clock = new VirtualClock({ wallMs: 100_000 });
  let fired = 0;
  clock.setTimeout(() => fired++, 10);
  clock.stepWall(-50_000);
  clock.advance(10);
  assert.deepEqual([fired, clock.wall()], [1, 50_010]);
});

test('a suspended machine fires nothing; what was due fires late, at the first chance', () => {
  const clock = new VirtualClock({ wallMs: 100_000 });
  const fired: number[] = [];
  clock.setTimeout(() => fired.push(clock.mono()), 10);
  clock.suspend(600_000);
  assert.deepEqual([fired, clock.mono(), clock.wall()], [[], 600_000, 700_000]);
  clock.advance(0);
  assert.deepEqual(fired, [600_000]);
});

test('promises settle before the first timer and after each', async () => {
  const clock = new VirtualClock();
  const order: string[] = [];
  const settle = async () => void order.push('settled');
  clock.setTimeout(() => order.push('first'), 1);
  clock.setTimeout(() => order.push('second'), 2);
  await clock.advanceSettled(5, settle);
  assert.deepEqual([order, clock.mono()], [['settled', 'first', 'settled', 'second', 'settled'], 5]);
});
