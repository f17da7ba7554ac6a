import assert from 'node:assert/strict';
import test from 'node:test';
import { TimerWheel } from './timer-wheel.ts';
import { VirtualClock } from './virtual-clock.ts';

test('a wheel without timers leaves no timer at its host, and works on afterwards', () => {
  const host = new VirtualClock();
  const wheel = new TimerWheel(host);
  const fired: string[] = [];
  const timer = wheel.setTimeout(() => fired.push('cleared'), 10_000);
  wheel.setTimeout(() => fired.push('short'), 5);
  assert.equal(host.pendingCount, 1, 'one timer of the host serves all');
  host.advance(6);
  wheel.clearTimeout(timer);
  assert.equal(host.pendingCount, 0);
  wheel.setTimeout(() => fired.push('later'), 50);
  host.advance(50);
  assert.deepEqual(fired, ['short', 'later']);
  assert.equal(host.pendingCount, 0);
});
