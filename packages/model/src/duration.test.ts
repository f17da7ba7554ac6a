import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { formatDuration, formatGoDuration, parseDuration } from './duration.ts';
import { formatSize, parseSize } from './size.ts';
import { formatTimestamp, tickOf } from './timestamp.ts';

test('C-010 durations are digits and units in descending order, each once', () => {
  const good: [string, number][] = [
    ['0', 0],
    ['0w', 0],
    ['0s', 0],
    ['324ms', 324],
    ['3s', 3_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['4d', 345_600_000],
    ['4d1h', 349_200_000],
    ['14d', 1_209_600_000],
    ['3w', 1_814_400_000],
    ['3w2d1h', 1_990_800_000],
    ['10y', 315_360_000_000],
    ['1d12h30m', 131_400_000],
  ];
  for (const [text, ms] of good) assert.equal(parseDuration(text), ms, text);
});

test('C-010 what is not a duration is refused in the words operators search for', () => {
  const bad: [string, RegExp][] = [
    ['', /empty duration string/],
    ['1', /not a valid duration string/],
    ['1y1m1d', /not a valid duration string/],
    ['-1w', /not a valid duration string/],
    ['1.5d', /not a valid duration string/],
    ['d', /not a valid duration string/],
    [' 1s', /not a valid duration string/],
    ['1s1s', /not a valid duration string/],
    ['5x', /unknown unit "x" in duration/],
    ['294y', /duration out of range/],
    ['9223372036855ms', /duration out of range/],
    ['200y200y', /not a valid duration string/],
  ];
  for (const [text, message] of bad) assert.throws(() => parseDuration(text), { code: 'LIMPET_DURATION', message }, text);
});

test('C-011 durations print with years and weeks only where they divide', () => {
  const texts: [number, string][] = [
    [0, '0s'],
    [90_000, '1m30s'],
    [60_000, '1m'],
    [1_209_600_000, '2w'],
    [7_776_000_000, '90d'],
    [31_536_000_000, '1y'],
    [3_600_001, '1h1ms'],
    [250, '250ms'],
  ];
  for (const [ms, text] of texts) assert.equal(formatDuration(ms), text);
  fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)));
});

test("S-172 the interval label of metrics is Go's text of a duration", () => {
  const texts: [number, string][] = [
    [15_000, '15s'],
    [60_000, '1m0s'],
    [90_000, '1m30s'],
    [3_600_000, '1h0m0s'],
    [250, '250ms'],
    [1_500, '1.5s'],
    [0, '0s'],
  ];
  for (const [ms, text] of texts) assert.equal(formatGoDuration(ms), text);
});

test('C-012 sizes are powers of 1024 with case-sensitive units', () => {
  const good: [string, number][] = [
    ['0', 0],
    ['1B', 1],
    ['1KB', 1024],
    ['1KiB', 1024],
    ['512MB', 512 * 1024 ** 2],
    ['1.5GB', 1.5 * 1024 ** 3],
    ['1GB512MB', 1.5 * 1024 ** 3],
    ['-1MB', -(1024 ** 2)],
  ];
  for (const [text, bytes] of good) assert.equal(parseSize(text), bytes, text);
  for (const text of ['kB', '1kB', '1mb', '1 MB', '5', '', '+', '1MB2'])
    assert.throws(() => parseSize(text), { code: 'LIMPET_SIZE', message: /units: / }, text);
  fc.assert(fc.property(fc.nat(), (bytes) => assert.equal(parseSize(formatSize(bytes)), bytes)));
});

test('A-027 times are RFC 3339 and "never" is the zero time', () => {
  assert.equal(formatTimestamp(undefined), '0001-01-01T00:00:00Z');
  assert.equal(formatTimestamp(1_700_000_000_000), '2023-11-14T22:13:20Z');
  assert.equal(formatTimestamp(1_700_000_000_123), '2023-11-14T22:13:20.123Z');
  assert.equal(tickOf(1_700_000_014_999, 15_000), 113_333_334);
});
