import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { formatSeconds, readMilliseconds, readSeconds } from './timestamp.ts';

const encoder = new TextEncoder();

function milliseconds(digits: string): number | undefined {
  return readMilliseconds(encoder.encode(digits), 0, digits.length);
}

function seconds(token: string): number | undefined {
  return readSeconds(encoder.encode(token), 0, token.length);
}

test('E-035 milliseconds are digits up to the int64 maximum', () => {
  assert.equal(milliseconds('0'), 0);
  assert.equal(milliseconds('1700000000123'), 1_700_000_000_123);
  assert.equal(milliseconds('0000000000000000000000000000007'), 7);
  assert.equal(milliseconds('9007199254740991'), Number.MAX_SAFE_INTEGER);
  assert.equal(milliseconds('9223372036854775807'), 2 ** 63);
  assert.equal(milliseconds('9223372036854775808'), undefined);
  assert.equal(milliseconds('9'.repeat(100_000)), undefined);
});

test('E-036 seconds are floats, truncated to milliseconds; NaN, infinities and beyond int64 are refused', () => {
  const vectors: readonly (readonly [string, number | undefined])[] = [
    ['1.005', 1004],
    ['-1.5', -1500],
    ['1e3', 1_000_000],
    ['-0.0009', 0],
    ['NaN', undefined],
    ['+Inf', undefined],
    ['1e300', undefined],
    ['-1e300', undefined],
    ['1_0', undefined],
    ['', undefined],
  ];
  for (const [token, expected] of vectors) assert.ok(Object.is(seconds(token), expected), token);
});

test('E-036 written seconds read back as the same millisecond', () => {
  assert.equal(formatSeconds(1500), '1.500');
  assert.equal(formatSeconds(-7), '-0.007');
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: -10_000, max: 10_000 }), fc.integer({ min: -(2 ** 45), max: 2 ** 45 })), (timestampMs) => {
      assert.equal(seconds(formatSeconds(timestampMs)), timestampMs);
    }),
    { numRuns: 2000 },
  );
});
