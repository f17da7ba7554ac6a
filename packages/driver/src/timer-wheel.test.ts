import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { TimerWheel } from './timer-wheel.ts';
import { VirtualClock } from './virtual-clock.ts';

interface Fired {
  readonly name: number;
  readonly at: number;
}

const delay = fc.oneof(
  fc.nat({ max: 300 }),
  fc.nat({ max: 70_000 }),
  fc.nat({ max: 2 ** 31 }),
  fc.double({ min: 0, max: 1_000, noNaN: true }),
);
const step = fc.oneof(
  fc.record({ do: fc.constant('set' as const), delay, again: fc.option(delay, { nil: undefined }) }),
  fc.record({ do: fc.constant('clear' as const), name: fc.nat({ max: 30 }) }),
  fc.record({
    do: fc.constant('advance' as const),
    by: fc.oneof(fc.nat({ max: 500 }), fc.nat({ max: 20_000_000 }), fc.double({ min: 0, max: 50, noNaN: true })),
  }),
);

test('a wheel fires what a list of timers would fire: when due to the millisecond, in order, cancelled ones never', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const host = new VirtualClock();
      const wheel = new TimerWheel(host);
      const fired: Fired[] = [];
      const handles: object[] = [];
      const due: (number | undefined)[] = [];
      const set = (delayMs: number, again?: number) => {
        const name = handles.length;
        due.push(Math.ceil(host.mono() + Math.min(delayMs, 2 ** 31 - 1)));
        handles.push(
          wheel.setTimeout(() => {
            fired.push({ name, at: host.mono() });
            assert.ok(host.mono() >= (due[name] ?? Infinity), 'never early');
            due[name] = undefined;
            if (again !== undefined) set(again);
          }, delayMs),
        );
      };
      for (const step of steps) {
        if (step.do === 'set') set(step.delay, step.again);
        else if (step.do === 'advance') host.advance(step.by);
        else if (handles[step.name] !== undefined) {
          wheel.clearTimeout(handles[step.name] ?? {});
          due[step.name] = undefined;
        }
        const overdue = due.filter((at) => at !== undefined && at <= host.mono());
        if (step.do === 'advance') assert.deepEqual(overdue, [], 'nothing due is left');
        assert.equal(wheel.pendingCount, due.filter((at) => at !== undefined).length);
      }
      const times = fired.map(({ at }) => at);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
    }),
    { numRuns: 300 },
  );
});

test('timers of one millisecond fire in the order they were set, from whichever distance', () => {
  const host = new VirtualClock();
  const wheel = new TimerWheel(host);
  const fired: string[] = [];
  wheel.setTimeout(() => fired.push('set long ago'), 70_000);
  host.advance(69_990);
  wheel.setTimeout(() => fired.push('set just now'), 10);
  host.advance(10);
  assert.deepEqual(fired, ['set long ago', 'set just now']);
});

test('a host that is late fires what is due in order of due time', () => {
  const host = new VirtualClock();
  let lateMs = 0;
  const late = {
    mono: () => host.mono() + lateMs,
    wall: () => 0,
    setTimeout: host.setTimeout.bind(host),
    clearTimeout: host.clearTimeout.bind(host),
  };
  const wheel = new TimerWheel(late);
  const fired: number[] = [];
  for (const delayMs of [30, 10, 20, 5_000]) wheel.setTimeout(() => fired.push(delayMs), delayMs);
  lateMs = 1_000;
  host.advance(10);
  assert.deepEqual(fired, [10, 20, 30]);
  host.advance(4_000);
  assert.deepEqual(fired, [10, 20, 30, 5_000]);
});

test('a timer of zero set by a timer fires in the same turn; a timer may cancel one of the same millisecond', () => {
  const host = new VirtualClock();
  const wheel = new TimerWheel(host);
  const fired: string[] = [];
  wheel.setTimeout(() => {
    fired.push('first');
    wheel.clearTimeout(second);
    wheel.setTimeout(() => fired.push('third'), 0);
  }, 10);
  const second = wheel.setTimeout(() => fired.push('second'), 10);
  host.advance(10);
  assert.deepEqual(fired, ['first', 'third']);
});

test('a timer that throws loses none of the others', () => {
  const host = new VirtualClock();
  const wheel = new TimerWheel(host);
  let fired = 0;
  wheel.setTimeout(() => {
    throw new Error('fault');
  }, 10);
  wheel.setTimeout(() => fired++, 10);
  wheel.setTimeout(() => fired++, 700);
  assert.throws(() => host.advance(1_000), /fault/);
  host.advance(1_000);
  assert.deepEqual([fired, wheel.pendingCount, host.pendingCount], [2, 0, 0]);
});

test('10,000 timers take one timer of the host', () => {
  const host = new VirtualClock();
  const wheel = new TimerWheel(host);
  const fired: number[] = [];
  const handles = Array.from({ length: 10_000 }, (_, index) => wheel.setTimeout(() => fired.push(host.mono()), (index * 7_919) % 15_000));
  assert.deepEqual([wheel.pendingCount, host.pendingCount], [10_000, 1]);
  handles.forEach((handle, index) => index % 2 === 0 && wheel.clearTimeout(handle));
  host.advance(15_000);
  assert.deepEqual([fired.length, wheel.pendingCount, host.pendingCount], [5_000, 0, 0]);
  assert.deepEqual(
    fired,
    fired.toSorted((a, b) => a - b),
  );
});

test('when the last timer is cancelled, none of the host is left for a process to wait for', () => {
  const host = new VirtualClock();
  const wheel = new TimerWheel(host);
  wheel.clearTimeout(wheel.setTimeout(() => {}, 15_000));
  assert.equal(host.pendingCount, 0);
  let fired = 0;
  wheel.setTimeout(() => fired++, 20_000);
  host.advance(20_000);
  assert.equal(fired, 1);
});

test('a delay of NaN is refused', () => {
  assert.throws(() => new TimerWheel(new VirtualClock()).setTimeout(() => {}, Number.NaN), RangeError);
});
