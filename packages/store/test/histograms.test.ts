import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import type { NativeHistogram } from '@limpet/model';
import { BATCH_TIMESTAMP_MS, batchOf } from '@limpet/contract';
import { everything, makeBench, temporaryFolder } from './bench.ts';
import type { Bench } from './bench.ts';

const H = { __name__: 'h', job: 'a' };
const UP = { __name__: 'up', job: 'a' };

/** A histogram of some buckets, each with an observation more than the one before. */
function histogram(buckets: number, extra = 0): NativeHistogram {
  const positiveBuckets = Array.from({ length: buckets }, (_, index) => index + 1 + extra);
  return {
    schema: 3,
    zeroThreshold: 0.001,
    zeroCount: 0,
    count: positiveBuckets.reduce((sum, count) => sum + count, 0),
    sum: 1.5 * buckets,
    positiveSpans: [{ offset: -4, length: buckets }],
    positiveBuckets,
    negativeSpans: [],
    negativeBuckets: [],
    customValues: [],
    resetHint: 'unknown',
    isFloat: false,
  };
}

/** Scrapes of a histogram and a gauge, 15 s apart. */
function scrape(bench: Bench, rounds: number, buckets = 8): void {
  for (let round = 0; round < rounds; round++) {
    bench.append([
      { labels: H, histogram: histogram(buckets, round) },
      { labels: UP, value: round },
    ]);
    bench.clock.advance(15_000);
  }
}

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = temporaryFolder();
  try {
    await work(join(folder.path, 'history.db'));
  } finally {
    folder.remove();
  }
}

const ofHistogram = (bench: Bench) => everything(bench.store).filter(({ labels }) => labels['__name__'] === 'h');

test('histograms are there after the store is opened again, from chunks and journal alike, beside numbers', () =>
  inFolder(async (path) => {
    const first = makeBench(path);
    scrape(first, 100);
    const before = everything(first.store);
    assert.equal(ofHistogram(first).length, 100);
    assert.deepEqual(ofHistogram(first)[99]?.histogram, histogram(8, 99));
    await first.store.close();
    const second = makeBench(path);
    assert.deepEqual(everything(second.store), before);
    await second.store.close();
  }));

test('the value of a histogram is its number of observations, in a range and as the latest sample', () => {
  const bench = makeBench(':memory:');
  scrape(bench, 3);
  assert.deepEqual(ofHistogram(bench).map(({ value }) => value), [36, 44, 52]); // prettier-ignore
  const [latest] = bench.store.latest([{ label: '__name__', value: 'h' }]);
  assert.deepEqual([latest?.values[0], latest?.histograms.get(0)], [52, histogram(8, 2)]);
  const { series } = bench.store.range({ matchers: [{ label: '__name__', value: 'h' }], fromMs: BATCH_TIMESTAMP_MS + 15_000, toMs: BATCH_TIMESTAMP_MS + 15_000 }); // prettier-ignore
  assert.deepEqual(series[0]?.histograms, new Map([[0, histogram(8, 1)]]));
});

test('a series of histograms becomes chunks by its bytes, before it has many samples', () =>
  inFolder(async (path) => {
    const bench = makeBench(path);
    scrape(bench, 40, 160);
    await bench.store.close();
    const database = new DatabaseSync(path);
    const chunks = 'SELECT name, count(*) AS chunks FROM chunk JOIN series ON series.id = chunk.series GROUP BY name';
    assert.deepEqual(
      database
        .prepare(chunks)
        .all()
        .map((row) => ({ ...row })),
      [{ name: 'h', chunks: 1 }],
    );
    database.close();
    assert.equal(ofHistogram(makeBench(path)).length, 40);
  }));

test('samples that come out of order keep their histograms', () => {
  const bench = makeBench(':memory:');
  for (const [at, extra] of [[30, 3], [10, 1], [20, 2], [10, 4]] as const) {
    bench.append([{ labels: H, histogram: histogram(2, extra), timestampMs: BATCH_TIMESTAMP_MS + at }]);
  } // prettier-ignore
  assert.deepEqual(ofHistogram(bench).map(({ timestampMs, histogram: found }) => [timestampMs - BATCH_TIMESTAMP_MS, found?.positiveBuckets[0]]), [[10, 5], [20, 3], [30, 4]]); // prettier-ignore
});

test('histograms that wait count by their bytes, so that a full store refuses', () => {
  const bench = makeBench(':memory:', { pendingSamplesMax: 100, flushIntervalMs: 1_000_000 });
  let taken = 0;
  while (bench.append([{ labels: H, histogram: histogram(160, taken) }])) taken++;
  assert.ok(taken > 2 && taken < 20, `${taken} were taken`);
  assert.equal(bench.metrics.get('limpet_store_missed_samples_total full'), 1);
});

test('a sample that is said to be a histogram and is none is left out and counted', () => {
  const bench = makeBench(':memory:');
  const { histograms, ...batch } = batchOf(bench.registry, [{ labels: H, histogram: histogram(1) }, { labels: UP, value: 1 }]); // prettier-ignore
  assert.equal(histograms?.size, 1);
  assert.ok(bench.store.append(batch, 1).ok);
  assert.deepEqual(everything(bench.store).map(({ labels }) => labels['__name__']), ['up']); // prettier-ignore
  assert.equal(bench.metrics.get('limpet_store_missed_samples_total histogram'), 1);
});

test('a file of the time before histograms is taken up as it is', () =>
  inFolder(async (path) => {
    const first = makeBench(path);
    first.append([{ labels: UP, value: 1 }]);
    await first.store.close();
    const old = new DatabaseSync(path);
    old.exec('ALTER TABLE journal DROP COLUMN histograms');
    old.close();
    const second = makeBench(path);
    assert.equal(second.store.status().state, 'healthy');
    scrape(second, 1);
    assert.equal(everything(second.store).length, 2);
    await second.store.close();
    assert.deepEqual(ofHistogram(makeBench(path)).map(({ histogram: found }) => found), [histogram(8, 0)]); // prettier-ignore
  }));

test('a histogram whose bytes are damaged leaves its number of observations', () =>
  inFolder(async (path) => {
    const first = makeBench(path);
    first.append([{ labels: H, histogram: histogram(2) }]);
    await first.store.close();
    const database = new DatabaseSync(path);
    const { histograms } = database.prepare('SELECT histograms FROM journal').get() as { histograms: Uint8Array };
    database.prepare('UPDATE journal SET histograms = ?').run(histograms.fill(0xff, 2));
    database.close();
    const [sample] = ofHistogram(makeBench(path));
    assert.deepEqual([sample?.value, sample?.histogram], [3, undefined]);
  }));
