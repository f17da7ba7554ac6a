import assert from 'node:assert/strict';
import test from 'node:test';
import { jitteredDelayMs, RESTED_THROTTLE, SEND_DELAY_MS_MAX, throttleAfterPause, throttleAfterSend } from './send-throttle.ts';

test('D-010 the delay starts at 100 ms, grows by half with every send and ends at 5 s', () => {
  let throttle = RESTED_THROTTLE;
  const delays = Array.from({ length: 12 }, () => {
    const { backoffMs } = throttle;
    throttle = throttleAfterSend(throttle, 0);
    return Math.round(backoffMs);
  });
  assert.deepEqual(delays, [100, 150, 225, 338, 506, 759, 1139, 1709, 2563, 3844, 5000, 5000]);
});

test('D-010 the delay falls back after more than 5 s without a send', () => {
  const slow = { backoffMs: SEND_DELAY_MS_MAX, lastSentMono: 1_000 };
  assert.equal(throttleAfterPause(slow, 6_000).backoffMs, SEND_DELAY_MS_MAX);
  assert.equal(throttleAfterPause(slow, 6_001).backoffMs, 100);
});

test('D-010 the wait is between half and one and a half times the delay', () => {
  assert.deepEqual([jitteredDelayMs(100, 0), jitteredDelayMs(100, 0.5)], [50, 100]);
  assert.ok(jitteredDelayMs(100, 0.999_999) < 150);
});
