import assert from 'node:assert/strict';
import test from 'node:test';
import { settled } from '@limpet/driver';
import { openBench, samplesOf } from './bench.ts';
import type { Bench } from './bench.ts';

function stateOf({ storage }: Bench): unknown {
  return storage.actor.getSnapshot().value;
}

/** Appends once a second for a while; every batch must be taken. */
async function runs(bench: Bench, seconds: number, from = 1): Promise<void> {
  for (let round = from; round < from + seconds; round++) {
    assert.ok(bench.append(samplesOf(3, round)), `batch ${round} was refused`);
    await bench.advance(1_000);
  }
}

/** What another process finds of the log, by number. */
async function found(bench: Bench, kind: 'kill' | 'powerLoss'): Promise<number[]> {
  const after = await openBench({ files: bench.files.afterCrash(kind) });
  return (await after.drained(await after.reader())).map(({ sequence }) => sequence);
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

for (const code of ['ENOSPC', 'EIO', 'EROFS']) {
  test(`a disk that answers ${code}: the log is degraded, takes and hands out what comes, and is whole again afterwards`, async () => {
    const bench = await openBench();
    const reader = await bench.reader();
    await runs(bench, 5);
    bench.files.faultOf = (operation) => (['write', 'sync', 'rename'].includes(operation) ? { code } : undefined);
    await runs(bench, 20, 6);
    assert.equal(stateOf(bench), 'degraded');
    assert.equal(bench.storage.actor.getSnapshot().context.lastError, code);
    assert.equal(bench.counts.get('limpet_wal_degraded'), 1);
    assert.equal((await bench.drained(reader)).length, 25);
    bench.files.faultOf = () => undefined;
    await bench.advance(2_000);
    assert.equal(stateOf(bench), 'ready');
    assert.deepEqual(bench.conditions, [code, undefined]);
    assert.equal(bench.counts.get('limpet_wal_degraded'), 0);
    await runs(bench, 2, 26);
    assert.deepEqual(await found(bench, 'powerLoss'), numbers(27));
    assert.deepEqual(bench.faults, []);
  });
}

test('writes of a few bytes at a time are gone on with', async () => {
  const bench = await openBench();
  await bench.reader();
  let count = 0;
  bench.files.faultOf = (operation, path) => (operation === 'write' && path.endsWith('.seg') ? { shortTo: 1 + (count++ % 7) } : undefined);
  await runs(bench, 10);
  assert.equal(stateOf(bench), 'ready');
  assert.deepEqual(await found(bench, 'powerLoss'), numbers(10));
});

test('what a failed fsync may have lost is written again', async () => {
  const bench = await openBench();
  await bench.reader();
  await runs(bench, 3);
  bench.files.faultOf = (operation, path) => (operation === 'sync' && path.endsWith('.seg') ? { code: 'EIO' } : undefined);
  await runs(bench, 3, 4);
  assert.equal(stateOf(bench), 'degraded');
  const name = bench.storage.log.segments[0]?.name ?? '';
  const torn = bench.files.contents.get(name);
  assert.ok(torn !== undefined);
  torn.bytes = torn.durable.slice(); // as a system that forgets what it could not write
  bench.files.faultOf = () => undefined;
  await bench.advance(2_000);
  assert.deepEqual(await found(bench, 'powerLoss'), numbers(6));
});

test('a disk that hangs is told of, blocks nothing, and what waits for it is bounded', async () => {
  const bench = await openBench({ memoryBytesMax: 1024 * 1024 });
  const reader = await bench.reader();
  await runs(bench, 2);
  const gate = Promise.withResolvers<void>();
  bench.files.faultOf = (operation) => (operation === 'write' ? { after: gate.promise } : undefined);
  let taken = 2;
  let refused = 0;
  for (let second = 0; second < 30; second++) {
    for (let batch = 0; batch < 10; batch++) {
      const isTaken = bench.append(
        Array.from({ length: 500 }, (_, n) => ({ labels: { __name__: `w${n}` }, value: Math.sin(n * second + batch) })),
      );
      if (isTaken) taken++;
      else refused++;
    }
    await bench.advance(1_000);
    if (second === 6) assert.equal(stateOf(bench), 'degraded');
  }
  assert.ok(refused > 0 && taken > 100, `${taken} taken, ${refused} refused`);
  assert.equal(bench.counts.get('limpet_wal_refused_batches_total full'), refused);
  assert.equal((await bench.drained(reader)).length, taken);
  gate.resolve();
  await settled();
  await bench.advance(3_000);
  assert.equal(stateOf(bench), 'ready');
  assert.equal((await found(bench, 'kill')).length, taken);
});

test('a disk that stays full does not end delivery: what every receiver has is let go of', async () => {
  const bench = await openBench({ memoryBytesMax: 3 * 1024 * 1024 });
  const reader = await bench.reader();
  await bench.advance(1_000);
  bench.files.capacityBytes = bench.files.sizeBytes;
  for (let round = 1; round <= 3_000; round++) {
    assert.ok(
      bench.append(Array.from({ length: 500 }, (_, n) => ({ labels: { __name__: `w${n}` }, value: Math.sin(n * round) }))),
      `round ${round}`,
    );
    const read = reader.first();
    assert.equal(read?.sequence, round);
    reader.dropFirst();
    reader.finish(round);
    if (round % 20 === 0) await bench.advance(1_000);
  }
  assert.equal(stateOf(bench), 'degraded');
  bench.files.capacityBytes = Infinity;
  await bench.advance(3_000);
  assert.equal(stateOf(bench), 'ready');
  bench.append(samplesOf(1, 1));
  await bench.advance(1_000);
  assert.deepEqual(await found(bench, 'kill'), [3_001]);
  assert.deepEqual(bench.faults, []);
});

test('a full disk gives back first what every receiver has', async () => {
  const bench = await openBench({ segmentBytes: 1_000 });
  const reader = await bench.reader();
  await runs(bench, 60);
  await bench.drained(reader);
  reader.finish(60);
  await bench.advance(2_000);
  const before = bench.storage.log.segments.length;
  bench.files.capacityBytes = bench.files.sizeBytes;
  await runs(bench, 10, 61);
  assert.ok(bench.storage.log.segments.length < before);
  assert.equal(stateOf(bench), 'ready');
  assert.equal((await bench.drained(reader)).length, 10);
});

test('a disk that cannot be read for a while is read later; for good, the rest of the segment is reported as lost', async () => {
  const before = await openBench({ segmentBytes: 1_000 });
  await before.reader();
  for (let round = 1; round <= 60; round++) before.append(samplesOf(5, round * 0.37));
  await before.advance(1_000);
  const after = await openBench({ files: before.files.afterCrash('kill') });
  const reader = await after.reader();
  after.files.faultOf = (operation) => (operation === 'read' ? { code: 'EIO' } : undefined);
  assert.equal(reader.first(), undefined);
  await after.advance(3_000);
  after.files.faultOf = () => undefined;
  await after.advance(1_000);
  reader.first();
  await settled();
  assert.equal(reader.first()?.sequence, 1);
  after.files.faultOf = (operation, path) => (operation === 'read' && path === '00000001.seg' ? { code: 'EIO' } : undefined);
  const read: number[] = [];
  for (let second = 0; second < 20; second++) {
    for (let batch = reader.first(); batch !== undefined; batch = reader.first()) {
      read.push(batch.sequence);
      reader.dropFirst();
    }
    await after.advance(1_000);
  }
  assert.ok(read.length < 60 && read[0] === 1 && read.at(-1) === 60, read.join(' '));
  const lost = after.dropped.reduce((sum, { batchCount }) => sum + batchCount, 0);
  assert.equal(lost, 60 - read.length);
  assert.equal(after.dropped[0]?.reason, 'damage');
  assert.equal(
    after.dropped.reduce((sum, { sampleCount }) => sum + sampleCount, 0),
    lost * 5,
  );
});

test('a cursor that cannot be saved is tried again, and told of once', async () => {
  const bench = await openBench();
  const reader = await bench.reader();
  bench.files.faultOf = (_, path) => (path.startsWith('cursor/') ? { code: 'EIO' } : undefined);
  await runs(bench, 4);
  await bench.drained(reader);
  reader.finish(3);
  await bench.advance(10_000);
  assert.equal(bench.logged.filter(({ fields }) => fields?.['code'] === 'LIMPET_WAL_CURSOR_SAVE').length, 1);
  bench.files.faultOf = () => undefined;
  await bench.advance(2_000);
  assert.deepEqual(await found(bench, 'powerLoss'), [4]);
});
