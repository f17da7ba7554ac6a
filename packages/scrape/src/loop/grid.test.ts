import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { msToFirstScrape } from '../target/jitter.ts';
import { followingTick, gridTick, markerTime, msToSlot, offsetMs, sampleTime } from './grid.ts';

const wallMs = fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 });
const intervalMs = fc.integer({ min: 1, max: 86_400_000 });
const hash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const hex = (value: bigint) => value.toString(16).padStart(16, '0');

test('S-100 the wait for the first slot equals the reference in whole nanoseconds', () => {
  fc.assert(
    fc.property(wallMs, intervalMs, hash, (now, interval, value) => {
      const waitMs = msToSlot(now, offsetMs(hex(value), interval), interval);
      const reference = msToFirstScrape({ nowWallMs: now, intervalMs: interval, hash: value, seed: 0n });
      assert.ok(Math.abs(waitMs - reference) < 0.001, `${waitMs} ${reference}`);
    }),
  );
});

test('S-100 a restart does not shift the slot: asked at any time, the wait ends at the same phase', () => {
  fc.assert(
    fc.property(
      wallMs,
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 100, max: 600_000 }),
      hash,
      (now, later, interval, value) => {
        const slotMs = offsetMs(hex(value), interval);
        const phase = (at: number) => (at + msToSlot(at, slotMs, interval)) % interval;
        const apart = Math.abs(phase(now) - phase(now + later));
        assert.ok(Math.min(apart, interval - apart) < 0.01);
      },
    ),
  );
});

test('S-100 slots of many targets spread evenly over the interval', () => {
  const counts = Array.from({ length: 10 }, () => 0);
  for (let index = 0n; index < 10_000n; index++) {
    const slot = Math.floor(offsetMs(hex(BigInt.asUintN(64, index * 0x9e3779b97f4a7c15n)), 15_000) / 1_500);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(count > 900 && count < 1_100, String(counts));
});

const sampleRows = [
  { name: 'on the grid point', wall: 30_000, aligned: 15_000, interval: 15_000, at: 30_000, point: 30_000 },
  { name: '2 ms late', wall: 30_002, aligned: 15_000, interval: 15_000, at: 30_000, point: 30_000 },
  { name: '3 ms late', wall: 30_003, aligned: 15_000, interval: 15_000, at: 30_003, point: 30_000 },
  { name: 'fractions are cut', wall: 30_002.9, aligned: 15_000, interval: 15_000, at: 30_000, point: 30_000 },
  { name: 'at most 1 % of a short interval', wall: 1_002, aligned: 900, interval: 100, at: 1_002, point: 1_000 },
  { name: '1 ms of a short interval', wall: 1_001, aligned: 900, interval: 100, at: 1_000, point: 1_000 },
  { name: 'after ticks that were missed', wall: 60_001, aligned: 15_000, interval: 15_000, at: 60_000, point: 60_000 },
  { name: 'a clock that was set forward', wall: 67_000, aligned: 15_000, interval: 15_000, at: 67_000, point: 60_000 },
  { name: 'a clock that was set back starts a new grid', wall: 7_000, aligned: 15_000, interval: 15_000, at: 7_000, point: 7_000 },
];
for (const { name, wall, aligned, interval, at, point } of sampleRows) {
  test(`S-102 the timestamp of a scrape: ${name}`, () => {
    assert.deepEqual(sampleTime(wall, aligned, interval), { scrapeAt: at, alignedAt: point });
  });
}

test('I5 timestamps of consecutive scrapes strictly increase while the wall clock is not set back', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60_000 }),
      fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 1_000 })), { maxLength: 30 }),
      (interval, scrapes) => {
        let now = 1_700_000_000_000;
        let time = { scrapeAt: now, alignedAt: now };
        for (const [skipped, late] of scrapes) {
          now = time.alignedAt + (skipped + 1) * interval + late;
          const next = sampleTime(now, time.alignedAt, interval);
          assert.ok(next.scrapeAt > time.scrapeAt);
          time = next;
        }
      },
    ),
  );
});

test('S-101 the following tick lies on the grid, after now, about one interval away at most', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1e9 }), fc.nat({ max: 1e7 }), fc.integer({ min: 1, max: 1e6 }), (due, late, interval) => {
      const next = followingTick(due, due + late, interval);
      assert.equal((next - due) % interval, 0);
      assert.ok(next > due + late + Math.min(interval / 100, 2) - 0.001 && next <= due + late + interval * 1.01);
    }),
  );
});

test('S-141 markers get the time of the next scrape on the grid, or now where it is overdue', () => {
  assert.equal(markerTime(20_000, 10_000, 15_000, 15_000), 30_000);
  assert.equal(markerTime(20_000.4, 9_999.599_999, 15_000, 15_000), 30_000);
  assert.equal(markerTime(33_333, -3_333, 15_000, 15_000), 33_333);
});

test('the tick number is the same whichever lateness a scrape has, and grows by one per interval', () => {
  const slotMs = 14_999;
  assert.equal(gridTick(14_999, slotMs, 15_000), 0);
  assert.equal(gridTick(15_004, slotMs, 15_000), 0);
  assert.equal(gridTick(29_999, slotMs, 15_000), 1);
});
