import assert from 'node:assert/strict';
import test from 'node:test';
import { settled } from '@limpet/driver';
import { FaultyFiles } from './faulty-files.ts';
import { makeBench, openBench, samplesOf } from './bench.ts';
import type { Bench } from './bench.ts';

test('W-091 what is appended is read in order, each scrape whole, with its tick and epoch', async () => {
  const bench = await openBench();
  const reader = await bench.reader();
  for (let round = 1; round <= 5; round++)
    bench.append(samplesOf(3, round), { tick: 100 + round, epoch: 2, job: 'j', targetId: `t${round % 2}` });
  const batches = await bench.drained(reader);
  assert.deepEqual(
    batches.map(({ sequence, tick, epoch, targetId, samples }) => [sequence, tick, epoch, targetId, samples.map(([, , value]) => value)]),
    [1, 2, 3, 4, 5].map((round) => [round, 100 + round, 2, `t${round % 2}`, [round * 10, round * 10 + 1, round * 10 + 2]]),
  );
  await bench.storage.close();
  assert.equal(bench.clock.pendingCount, 0);
  assert.equal(bench.files.openCount, 0);
  assert.deepEqual(bench.faults, []);
});

test('W-097 what was not finished before a kill is read again after it, what was finished is not', async () => {
  const before = await openBench();
  const reader = await before.reader();
  for (let round = 1; round <= 10; round++) before.append(samplesOf(4, round));
  const all = await before.drained(reader);
  reader.finish(6);
  await before.advance(1_000); // cursor and records reach the disk
  const after = await openBench({ files: before.files.afterCrash('kill') });
  assert.deepEqual(await after.drained(await after.reader()), all.slice(6));
  after.append(samplesOf(1, 99));
  assert.deepEqual((await after.drained(await after.reader())).length, 5);
});

test('W-092 a kill loses at most what was appended in the last 100 ms, a power loss what was appended in the last second', async () => {
  const bench = await openBench();
  await bench.reader();
  await bench.advance(2_000);
  const ends: Record<string, number> = {};
  for (let round = 1; round <= 40; round++) {
    bench.append(samplesOf(1, round));
    await bench.advance(100);
  }
  for (const kind of ['kill', 'powerLoss'] as const) {
    const after = await openBench({ files: bench.files.afterCrash(kind) });
    const batches = await after.drained(await after.reader());
    ends[kind] = batches.length;
    assert.deepEqual(
      batches.map(({ sequence }) => sequence),
      batches.map((_, index) => index + 1),
    );
  }
  assert.ok((ends['kill'] ?? 0) >= 39 && (ends['powerLoss'] ?? 0) >= 29, JSON.stringify(ends));
});

test('W-090 segments follow each other by size, each can be read without the ones before, and a start begins a new one', async () => {
  const bench = await openBench({ segmentBytes: 1_000 });
  const reader = await bench.reader();
  for (let round = 1; round <= 300; round++) bench.append(samplesOf(5, round));
  await bench.advance(2_000);
  assert.ok(bench.storage.log.segments.length >= 5, `${bench.storage.log.segments.length} segments`);
  assert.equal((await bench.drained(reader)).length, 300);
  const files = bench.files.afterCrash('kill');
  files.contents.delete('00000001.seg');
  const after = await openBench({ files });
  const batches = await after.drained(await after.reader());
  assert.ok(batches.length > 150 && batches.length < 300);
  assert.equal(batches.at(-1)?.samples[4]?.[2], 3_004);
  const count = after.storage.log.segments.length;
  after.append(samplesOf(1, 1));
  assert.equal(after.storage.log.segments.length, count + 1);
});

test('a reader that starts in the middle goes to the last checkpoint before its cursor, over a long segment too', async () => {
  const bench = await openBench();
  const reader = await bench.reader();
  const wide = Array.from({ length: 2_000 }, (_, n) => ({ labels: { __name__: 'wide', n: String(n) } }));
  for (let round = 1; round <= 400; round++) {
    bench.append(wide.map((series, n) => ({ ...series, value: Math.sin(n + round) })));
    reader.first();
    reader.dropFirst();
    reader.finish(round);
    if (round % 50 === 0) await bench.advance(1_000);
  }
  bench.append([{ labels: { __name__: 'last' }, value: 7 }]);
  await bench.advance(1_000);
  assert.ok((bench.storage.log.segments[0]?.end ?? 0) > 4_000_000);
  const after = await openBench({ files: bench.files.afterCrash('kill') });
  const batches = await after.drained(await after.reader());
  assert.deepEqual(
    batches.map(({ samples }) => samples.map(([, , value]) => value)),
    [[7]],
  );
  const reads = after.files.operations.filter((operation) => operation.startsWith('read')).length;
  assert.ok(reads > 10, `${reads} reads`);
});

test('each receiver has its own place; an unknown one starts at the end, a damaged cursor at the start', async () => {
  const bench = await openBench();
  const fast = await bench.reader('fast');
  const slow = await bench.reader('slow');
  for (let round = 1; round <= 4; round++) bench.append(samplesOf(1, round));
  await bench.drained(fast);
  await bench.drained(slow);
  fast.finish(4);
  slow.finish(1);
  await bench.advance(2_000);
  const after = await openBench({ files: bench.files.afterCrash('powerLoss') });
  assert.equal((await after.drained(await after.reader('fast'))).length, 0);
  assert.equal((await after.drained(await after.reader('slow'))).length, 3);
  assert.equal((await after.drained(await after.reader('new'))).length, 0);
  const files = bench.files.afterCrash('kill');
  files.put('cursor/fast.json', files.bytesOf('cursor/fast.json').subarray(0, 20));
  const damaged = await openBench({ files });
  assert.equal((await damaged.drained(await damaged.reader('fast'))).length, 4);
  await damaged.storage.keepOnly(new Set(['slow']));
  assert.deepEqual(
    [...files.contents.keys()].filter((path) => path.startsWith('cursor/')),
    ['cursor/slow.json'],
  );
});

test('numbers of batches that a receiver got but the disk did not are not given again', async () => {
  const bench = await openBench();
  const reader = await bench.reader();
  await bench.advance(2_000);
  bench.append(samplesOf(1, 1));
  await bench.drained(reader);
  reader.finish(1);
  await bench.storage.log.cursors.save();
  const after = await openBench({ files: bench.files.afterCrash('kill') });
  after.append(samplesOf(1, 2));
  const batches = await after.drained(await after.reader());
  assert.deepEqual(
    batches.map(({ sequence }) => sequence),
    [2],
  );
  assert.equal(after.dropped.length, 0);
});

test('W-095 segments that every receiver has go after the least age; those that one lacks stay', async () => {
  const bench = await openBench({ segmentBytes: 1_000, ageMsMin: 300_000, ageMsMax: 7_200_000 });
  const reader = await bench.reader();
  const slow = await bench.reader('slow');
  for (let round = 1; round <= 100; round++) bench.append(samplesOf(5, round * 0.37));
  await bench.drained(reader);
  await bench.drained(slow);
  reader.finish(100);
  slow.finish(30);
  const before = bench.storage.log.segments.length;
  await bench.advance(200_000);
  assert.equal(bench.storage.log.segments.length, before);
  await bench.advance(200_000);
  const kept = bench.storage.log.segments;
  assert.ok(kept.length < before && (kept[0]?.firstSequence ?? 0) <= 31 && (kept[0]?.nextSequence ?? 0) > 31);
  slow.finish(100);
  await bench.advance(100_000);
  assert.equal(bench.storage.log.segments.length, 1);
  assert.equal([...bench.files.contents.keys()].filter((path) => path.endsWith('.seg')).length, 1);
  assert.deepEqual(bench.dropped, []);
});

for (const [name, options, waitMs, reason] of [
  ['age', { segmentBytes: 1_000, ageMsMax: 3_600_000 }, 3_800_000, 'age'],
  ['size', { segmentBytes: 500, bytesMax: 2_000 }, 61_000, 'size'],
] as const) {
  test(`W-096 what a receiver lacks is deleted by ${name}, counted by sample, told, and the reader goes on behind it`, async () => {
    const bench = await openBench(options);
    const reader = await bench.reader();
    for (let round = 1; round <= 100; round++) bench.append(samplesOf(5, round * 0.37));
    await bench.advance(waitMs);
    const first = bench.storage.log.segments[0]?.firstSequence ?? 0;
    assert.ok(first > 1);
    const sum = (key: 'batchCount' | 'sampleCount') => bench.dropped.reduce((total, dropped) => total + dropped[key], 0);
    assert.deepEqual([sum('batchCount'), sum('sampleCount')], [first - 1, (first - 1) * 5]);
    assert.equal(bench.counts.get(`limpet_wal_dropped_samples_total receiver ${reason}`), (first - 1) * 5);
    const batches = await bench.drained(reader);
    assert.deepEqual([batches[0]?.sequence, batches.at(-1)?.sequence], [first, 100]);
    const [, after] = [reader.finish(100), reader.pendingSamples];
    assert.equal(after, 0);
  });
}

test('W-094 a folder that cannot be read ends the opening, and says why', async () => {
  const files = new FaultyFiles();
  files.faultOf = (operation) => (operation === 'list' ? { code: 'EACCES' } : undefined);
  const bench = makeBench({ files });
  const opened = await bench.storage.open();
  assert.equal(opened.ok ? '' : opened.error.code, 'LIMPET_WAL_UNREADABLE');
  await settled();
  assert.equal(bench.storage.actor.getSnapshot().value, 'failed');
});

test('W-122 a start knows whether the log was closed before', async () => {
  const clean = (bench: Bench): number | undefined => bench.counts.get('prometheus_agent_clean_start');
  const first = await openBench();
  first.append(samplesOf(1, 1));
  await first.advance(2_000);
  const killed = await openBench({ files: first.files.afterCrash('kill') });
  await killed.storage.close();
  const closed = await openBench({ files: killed.files });
  assert.deepEqual([clean(first), clean(killed), clean(closed)], [1, 0, 1]);
  assert.equal(clean(await openBench({ files: closed.files.afterCrash('kill') })), 0);
});

test('a series keeps its ref as long as a batch that names it is unfinished, over segments too', async () => {
  const bench = await openBench({ segmentBytes: 1_000 });
  const reader = await bench.reader();
  for (let round = 1; round <= 40; round++) bench.append(samplesOf(5, round));
  const first = reader.first()?.batch.series[0] ?? 0;
  for (let step = 0; step < 39; step++) {
    reader.dropFirst();
    assert.equal(reader.first()?.batch.series[0], first);
  }
  await reader.close();
  assert.ok(bench.registry.has(first));
});

test('W-121 W-123 W-124 the log tells what was appended and read, its size and its segment, and what failed', async () => {
  const bench = await openBench({ segmentBytes: 1_000 });
  const reader = await bench.reader();
  for (let round = 1; round <= 60; round++) bench.append(samplesOf(5, round * 0.37));
  await bench.advance(1_000);
  await bench.drained(reader);
  const of = (name: string): number | undefined => bench.counts.get(name);
  const newest = bench.storage.log.segments.at(-1)?.index;
  assert.equal(of('prometheus_agent_samples_appended_total float'), 300);
  assert.equal(of('prometheus_wal_watcher_records_read_total receiver samples'), 60);
  assert.deepEqual([of('prometheus_wal_watcher_current_segment receiver'), of('prometheus_tsdb_wal_segment_current')], [newest, newest]);
  assert.equal(
    of('prometheus_tsdb_wal_storage_size_bytes'),
    bench.storage.log.segments.reduce((sum, { end }) => sum + end, 0),
  );
  bench.files.faultOf = (operation) => (operation === 'write' ? { code: 'EIO' } : undefined);
  bench.append(samplesOf(1, 1));
  await bench.advance(1_000);
  assert.ok((of('prometheus_tsdb_wal_writes_failed_total') ?? 0) > 0);
  bench.files.faultOf = () => undefined;
  await bench.advance(70_000);
  assert.equal(of('prometheus_tsdb_wal_truncations_total'), 1);
});

test('scrapes are found by target and time, in memory and on disk, with the place of their records', async () => {
  const bench = await openBench({ segmentBytes: 1_000 });
  await bench.reader();
  for (let round = 1; round <= 120; round++) {
    bench.append(samplesOf(5, round * 0.37), { targetId: `t${round % 3}`, tick: round, epoch: 1 });
    if (round % 10 === 0) await bench.advance(15_000);
  }
  const all = await bench.storage.find({ fromMs: 0, toMs: Infinity, isWanted: ({ targetId }) => targetId === 't1' });
  assert.deepEqual(
    all.map(({ tick }) => tick),
    Array.from({ length: 40 }, (_, index) => 1 + 3 * index),
  );
  const atMs = all[10]?.timestampMs ?? 0;
  const some = await bench.storage.find({ fromMs: atMs, toMs: atMs, isWanted: () => true });
  assert.equal(some.length, 10);
  const [first] = some;
  assert.deepEqual([first?.job, first?.epoch, first?.sampleCount, first?.isSafe], ['test', 1, 5, true]);
  const { storage } = await openBench({ files: bench.files.afterCrash('kill') });
  const again = await storage.find({ fromMs: atMs, toMs: atMs, isWanted: () => true });
  assert.deepEqual(again, some);
  assert.ok(first !== undefined && first.at + first.bytes <= bench.files.bytesOf(first.segment).length);
});
