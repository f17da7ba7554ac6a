import assert from 'node:assert/strict';
import test from 'node:test';
import { cpuSecondsIn } from './process-usage.ts';

test('user and system time are read behind a program name that holds brackets and spaces', () => {
  const stat = '42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 7 7 20 0 11 0 12345 1 2';
  assert.equal(cpuSecondsIn(stat), 3);
});
