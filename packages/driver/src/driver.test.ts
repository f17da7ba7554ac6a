import assert from 'node:assert/strict';
import test from 'node:test';
import { Driver } from './driver.ts';
import type { StampedInput } from './driver.ts';
import { VirtualClock } from './virtual-clock.ts';

const command = { kind: 'command', key: 'test' } as const;

function started(): { clock: VirtualClock; driver: Driver; faults: unknown[]; inputs: StampedInput[] } {
  const clock = new VirtualClock({ wallMs: 1_000 });
  const faults: unknown[] = [];
  const inputs: StampedInput[] = [];
  const driver = new Driver({ clock, onFault: (fault) => faults.push(fault), onInput: (input) => inputs.push(input) });
  return { clock, driver, faults, inputs };
}

test('one input is delivered at a time; what comes meanwhile waits its turn', () => {
  const { driver } = started();
  const order: string[] = [];
  driver.accept(command, () => {
    order.push('first begins');
    driver.accept(command, () => {
      order.push('second begins');
      driver.accept(command, () => order.push('fourth'));
      order.push('second ends');
    });
    driver.accept(command, () => order.push('third'));
    order.push('first ends');
  });
  assert.deepEqual(order, ['first begins', 'first ends', 'second begins', 'second ends', 'third', 'fourth']);
});

test('the clock stands still while an input is delivered, and moves with the next one', () => {
  const { clock, driver } = started();
  const read = () => [driver.clock.mono(), driver.clock.wall()];
  driver.accept(command, () => {
    clock.advance(500);
    assert.deepEqual(read(), [0, 1_000]);
    driver.accept({ kind: 'derived', key: 'slot' }, () => assert.deepEqual(read(), [0, 1_000], 'what follows from it shares its time'));
    driver.accept(command, () => assert.deepEqual(read(), [500, 1_500]));
  });
  assert.deepEqual(read(), [500, 1_500]);
});

test('inputs are numbered and stamped before delivery; derived ones are left out', () => {
  const { clock, driver, inputs } = started();
  clock.advance(5);
  driver.accept(command, () => driver.accept({ kind: 'derived', key: 'slot' }, () => {}));
  clock.advance(5);
  driver.accept({ kind: 'effect', key: 'plan#1' }, () => assert.equal(inputs.length, 2));
  assert.deepEqual(inputs, [
    { kind: 'command', key: 'test', number: 1, monoMs: 5, wallMs: 1_005 },
    { kind: 'effect', key: 'plan#1', number: 2, monoMs: 10, wallMs: 1_010 },
  ]);
  assert.equal(driver.inputCount, 2);
});

test('a fault in one delivery is reported with its input; the next ones are delivered', () => {
  const { driver, faults } = started();
  const fault = new Error('fault');
  let delivered = 0;
  driver.accept(command, () => {
    driver.accept(command, () => delivered++);
    throw fault;
  });
  driver.accept(command, () => delivered++);
  assert.deepEqual([faults, delivered], [[fault], 2]);
});

test('timers fire as inputs', () => {
  const { clock, driver, inputs } = started();
  let fired = 0;
  driver.clock.setTimeout(() => fired++, 10);
  clock.advance(10);
  assert.deepEqual([fired, inputs.map(({ kind }) => kind)], [1, ['timer']]);
});

test('a delay counts from the time of the input, not from when the input got round to asking', () => {
  const { clock, driver } = started();
  const fired: number[] = [];
  driver.accept(command, () => {
    clock.advance(40);
    driver.clock.setTimeout(() => fired.push(clock.mono()), 100);
  });
  clock.advance(200);
  assert.deepEqual(fired, [100]);
});

test('a timer that is cleared does not fire; NaN is refused', () => {
  const { clock, driver } = started();
  let fired = 0;
  driver.clock.clearTimeout(driver.clock.setTimeout(() => fired++, 10));
  clock.advance(10);
  assert.equal(fired, 0);
  assert.throws(() => driver.clock.setTimeout(() => {}, Number.NaN), RangeError);
});
