import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { desiredShards } from './desired-shards.ts';
import { Ewma } from './ewma.ts';
import { ThroughputMeter } from './throughput-meter.ts';

test('W-070 the first tick that saw something sets the rate, later ones move it by a fifth', () => {
  const rate = new Ewma();
  rate.tick();
  assert.equal(rate.perSecond, 0);
  rate.add(100);
  rate.tick();
  assert.equal(rate.perSecond, 10);
  rate.add(200);
  rate.tick();
  assert.equal(rate.perSecond, 12);
  rate.tick();
  assert.ok(Math.abs(rate.perSecond - 9.6) < 1e-9);
});

test('W-076 W-077 the number of shards follows the throughput', () => {
  const rows: readonly (readonly [current: number, incoming: number, out: number, duration: number, delay: number, shards: number])[] = [
    [1, 10, 10, 1, 0, 1],
    [10, 10, 10, 5, 0, 5],
    [7, 10, 10, 5, 0, 7],
    [1, 10, 10, 10, 0, 10],
    [8, 10, 10, 10, 0, 8],
    [2, 10, 10, 2, 20, 4],
    [4, 10, 10, 4, 90, 22],
    [22, 10, 20, 4, 10, 3],
    [1, 10, 10, 1.2, 0, 2],
    [2, 10, 10, 0.9, 0, 1],
    [3, 10, 10, 2.01, 0, 3],
    [3, 10, 10, 1.99, 0, 2],
    [9, 10, 0, 5, 90, 9],
  ];
  for (const [current, incoming, out, duration, delay, shards] of rows) {
    const decision = desiredShards({ in: incoming, out, dropped: 0, duration, delay }, { current, min: 1, max: 50 });
    assert.equal(decision.shards, shards, `current ${current}, in ${incoming}, out ${out}, duration ${duration}, delay ${delay}`);
  }
});

test('W-076 while samples are late the number of shards does not fall', () => {
  assert.equal(desiredShards({ in: 10, out: 20, dropped: 0, duration: 4, delay: 11 }, { current: 22, min: 1, max: 50 }).shards, 22);
});

test('W-076 what the rules drop does not count as coming in', () => {
  assert.deepEqual(desiredShards({ in: 20, out: 10, dropped: 10, duration: 5, delay: 0 }, { current: 1, min: 1, max: 50 }), {
    desired: 5,
    shards: 5,
  });
});

test('W-051 W-052 the number of shards stays within its bounds', () => {
  const rate = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      fc.record({ in: rate, out: rate, dropped: rate, duration: rate, delay: rate }),
      fc.integer({ min: 2, max: 20 }),
      (throughput, current) => {
        const { shards } = desiredShards(throughput, { current, min: 2, max: 20 });
        assert.ok(Number.isInteger(shards) && shards >= 2 && shards <= 20);
      },
    ),
  );
});

test('W-078 no resharding without a batch finished within ten seconds', () => {
  const meter = new ThroughputMeter();
  assert.equal(meter.mayReshard(0), false);
  meter.finished({ items: 1, seconds: 1, nowMono: 5_000 });
  assert.equal(meter.mayReshard(15_000), true);
  assert.equal(meter.mayReshard(15_001), false);
});

test('W-078 a recoverable error holds resharding back for twice its sleep', () => {
  const meter = new ThroughputMeter();
  meter.finished({ items: 1, seconds: 1, nowMono: 1_000 });
  meter.backedOff({ sleepMs: 2_000, nowMono: 1_000 });
  meter.backedOff({ sleepMs: 30, nowMono: 1_500 });
  assert.equal(meter.mayReshard(4_999), false);
  assert.equal(meter.mayReshard(5_000), true);
});

test('W-071 W-072 W-073 W-074 the meter keeps each rate apart', () => {
  const meter = new ThroughputMeter();
  meter.received(100);
  meter.dropped(20);
  meter.finished({ items: 50, seconds: 5, nowMono: 0 });
  meter.tick();
  assert.deepEqual(meter.throughput(3), { in: 10, out: 5, dropped: 2, duration: 0.5, delay: 3 });
});
