import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { runAppendableContract } from '@limpet/contract';
import { labelsObject, labelValue, silentLog, silentMetrics } from '@limpet/model';
import type { Labels } from '@limpet/model';
import fc from 'fast-check';
import { openStore } from '../src/store.ts';
import { everything, HandClock, makeBench, temporaryFolder } from './bench.ts';
import type { Bench } from './bench.ts';

for (const kind of ['in a file', 'in memory']) {
  runAppendableContract({
    name: `the store ${kind}`,
    keepsHistograms: true,
    make(registry) {
      const folder = temporaryFolder();
      let missed = 0;
      const metrics = {
        ...silentMetrics,
        add: ({ name }: { name: string }, [reason]: readonly string[], n: number) =>
          void (name.includes('missed') && reason === 'full' && (missed += n)),
      };
      const path = kind === 'in a file' ? join(folder.path, 'new', 'history.db') : ':memory:';
      const store = openStore({ path, registry, clock: new HandClock(), log: silentLog, metrics, pendingSamplesMax: 5_000 });
      return { appendable: store, delivered: () => everything(store), missedSampleCount: () => missed, dispose: () => folder.remove() };
    },
  });
}

async function inFolder(work: (path: string, folder: string) => Promise<void> | void): Promise<void> {
  const folder = temporaryFolder();
  try {
    await work(join(folder.path, 'history.db'), folder.path);
  } finally {
    folder.remove();
  }
}

const UP = { __name__: 'up', instance: 'a:1', job: 'node' };

/** `rounds` scrapes, 15 s apart, of `series` counters. */
function scrape(bench: Bench, { rounds, series = 1 }: { rounds: number; series?: number }): void {
  for (let round = 0; round < rounds; round++) {
    bench.append(Array.from({ length: series }, (_, n) => ({ labels: { ...UP, n: String(n) }, value: bench.clock.mono() + n })));
    bench.clock.advance(15_000);
  }
}

test('what was stored is there after the store is opened again, from chunks and journal alike', () =>
  inFolder(async (path) => {
    const first = makeBench(path);
    scrape(first, { rounds: 100, series: 3 });
    const before = everything(first.store);
    assert.equal(before.length, 300);
    await first.store.close();
    const second = makeBench(path);
    assert.deepEqual(everything(second.store), before);
    scrape(second, { rounds: 1, series: 3 });
    assert.equal(everything(second.store).length, 300, 'times that occur twice have one sample');
    await second.store.close();
  }));

test('a range has the samples between its ends, both included, of the series that match', () =>
  inFolder(async (path) => {
    const bench = makeBench(path);
    scrape(bench, { rounds: 150, series: 2 });
    bench.append([{ labels: { __name__: 'other' }, value: 1 }]);
    const start = 1_700_000_000_000;
    const query = { fromMs: start + 15_000 * 58, toMs: start + 15_000 * 62 };
    const { series, isTruncated } = bench.store.range({
      ...query,
      matchers: [
        { label: '__name__', value: 'up' },
        { label: 'n', value: '1' },
      ],
    });
    assert.equal(isTruncated, false);
    assert.deepEqual(
      series.map(({ labels }) => labelsObject(labels)),
      [{ ...UP, n: '1' }],
    );
    assert.deepEqual(
      [...(series[0]?.timestampsMs ?? [])],
      [58, 59, 60, 61, 62].map((n) => start + 15_000 * n),
    );
    assert.deepEqual(
      [...(series[0]?.values ?? [])],
      [58, 59, 60, 61, 62].map((n) => 15_000 * n + 1),
    );
    assert.deepEqual(
      bench.store.range({
        ...query,
        matchers: [
          { label: '__name__', value: 'up' },
          { label: 'n', value: '' },
        ],
      }).series,
      [],
    );
    await bench.store.close();
  }));

test('a selection is asked about the series that the matchers take, in memory and on disk, and takes from them', () =>
  inFolder(async (path) => {
    const bench = makeBench(path);
    bench.append(Array.from({ length: 5 }, (_, n) => ({ labels: { __name__: n < 4 ? 'up' : 'other', n: String(n) }, value: n })));
    const asked = (): readonly number[] => {
      const seen: string[] = [];
      const selects = (labels: Labels): boolean => {
        seen.push(labelValue(labels, 'n'));
        return Number(labelValue(labels, 'n')) % 2 === 0;
      };
      const matchers = [{ label: '__name__', value: 'up' }];
      const { series } = bench.store.range({ matchers, selects, fromMs: 0, toMs: Infinity });
      assert.deepEqual(seen.sort(), ['0', '1', '2', '3']);
      return series.map(({ values }) => values[0] ?? NaN).sort((a, b) => a - b);
    };
    assert.deepEqual(asked(), [0, 2]);
    await bench.store.flush(new AbortController().signal);
    assert.deepEqual(asked(), [0, 2]);
    await bench.store.close();
  }));

test('latest is the newest sample of each series, in memory or in a chunk; series lists label sets', () =>
  inFolder(async (path) => {
    const bench = makeBench(path);
    scrape(bench, { rounds: 60 }); // exactly a chunk: memory is empty
    const inChunk = bench.store.latest([{ label: 'job', value: 'node' }]);
    assert.deepEqual([...(inChunk[0]?.values ?? [])], [15_000 * 59]);
    bench.append([{ labels: { ...UP, n: '0' }, value: 'stale' }]);
    const inMemory = bench.store.latest([]);
    assert.deepEqual(
      inMemory.map(({ stale }) => stale[0]),
      [1],
    );
    assert.deepEqual(bench.store.series([{ label: '__name__', value: 'up' }]).map(labelsObject), [{ ...UP, n: '0' }]);
    assert.deepEqual(bench.store.series([{ label: '__name__', value: 'down' }]), []);
    await bench.store.close();
  }));

test('samples that come out of order are given back by time, the later one of a time wins', () => {
  const bench = makeBench(':memory:');
  for (const [timestampMs, value] of [
    [30, 3],
    [10, 1],
    [20, 2],
    [10, 9],
  ] as const)
    bench.append([{ labels: UP, value }], { timestampMs });
  const [series] = bench.store.range({ matchers: [], fromMs: 0, toMs: 100 }).series;
  assert.deepEqual(
    [[...(series?.timestampsMs ?? [])], [...(series?.values ?? [])]],
    [
      [10, 20, 30],
      [9, 2, 3],
    ],
  );
});

test('samples reach the disk with the flush interval, or at once where many wait', () =>
  inFolder(async (path) => {
    const bench = makeBench(path);
    bench.append([{ labels: UP, value: 1 }]);
    bench.clock.advance(4_999);
    assert.equal(bench.store.status().pendingSamples, 1);
    bench.clock.advance(1);
    assert.equal(bench.store.status().pendingSamples, 0);
    const batch = Array.from({ length: 35_000 }, (_, n) => ({ labels: { n: String(n % 50) }, value: n, timestampMs: n }));
    bench.append(batch);
    bench.append(batch);
    bench.clock.advance(0);
    assert.equal(bench.store.status().pendingSamples, 0);
    await bench.store.close();
    assert.equal(bench.clock.pendingCount, 0);
  }));

test('history older than the retention goes, and with it series that have no samples left', () =>
  inFolder(async (path) => {
    const bench = makeBench(path, { retentionMs: 3_600_000 });
    scrape(bench, { rounds: 60, series: 5 });
    bench.append([{ labels: { __name__: 'short' }, value: 1 }]);
    bench.clock.advance(2 * 3_600_000);
    assert.deepEqual(bench.store.series([]), []);
    assert.deepEqual(everything(bench.store), []);
    assert.equal(bench.metrics.get('limpet_store_deleted_chunks_total age'), 6);
    await bench.store.close();
    const database = new DatabaseSync(path);
    for (const table of ['series', 'chunk', 'journal'])
      assert.equal(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'], 0, table);
    database.close();
  }));

test('history beyond the size goes, the oldest first', () =>
  inFolder(async (path) => {
    const bench = makeBench(path, { retentionBytes: 1_000_000 });
    let random = 1;
    for (let round = 0; round < 400; round++) {
      const samples = Array.from({ length: 300 }, (_, n) => ({
        labels: { n: String(n) },
        value: (random = (random * 16_807) % 2_147_483_647) / 7,
      }));
      bench.append(samples);
      bench.clock.advance(5_000);
    }
    bench.clock.advance(20 * 60_000);
    const { sizeBytes, state } = bench.store.status();
    assert.equal(state, 'healthy');
    assert.ok(sizeBytes <= 1_000_000, `${sizeBytes} bytes`);
    const times = everything(bench.store).map(({ timestampMs }) => timestampMs);
    assert.ok(times.length > 0 && Math.max(...times) === 1_700_000_000_000 + 399 * 5_000 && Math.min(...times) > 1_700_000_000_000);
    assert.ok((bench.metrics.get('limpet_store_deleted_chunks_total size') ?? 0) > 0);
    await bench.store.close();
  }));

test('a file that cannot be written puts the store in a degraded state that is seen, counted, and left again', () =>
  inFolder(async (path) => {
    const bench = makeBench(path, { pendingSamplesMax: 10 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    bench.append([{ labels: UP, value: 1 }]);
    bench.clock.advance(5_000);
    assert.equal(bench.store.status().state, 'degraded');
    assert.match(bench.store.status().error ?? '', /locked/);
    assert.equal(bench.metrics.get('limpet_store_degraded'), 1);
    assert.ok((bench.metrics.get('limpet_store_write_failures_total') ?? 0) >= 1);
    assert.equal(everything(bench.store).length, 1, 'memory still answers');
    while (bench.append([{ labels: UP, value: 2 }], { timestampMs: bench.clock.wall() + 1 }));
    assert.equal(bench.metrics.get('limpet_store_missed_samples_total failed'), 1);
    other.exec('ROLLBACK');
    other.close();
    bench.clock.advance(5_000);
    assert.deepEqual([bench.store.status().state, bench.store.status().pendingSamples], ['healthy', 0]);
    assert.equal(bench.metrics.get('limpet_store_degraded'), 0);
    assert.deepEqual(
      bench.logged.map(({ fields }) => fields?.['code']),
      ['LIMPET_STORE_DEGRADED', 'LIMPET_STORE_RECOVERED'],
    );
    await bench.store.close();
    const again = makeBench(path);
    assert.equal(everything(again.store).length, 2);
    await again.store.close();
  }));

test('a disk that is full is a degraded state as well; with room again it is left', () =>
  inFolder(async (path) => {
    const bench = makeBench(path, { retentionBytes: 200_000 });
    const wide = (round: number) =>
      Array.from({ length: 4_000 }, (_, n) => ({ labels: { n: String(n), pad: 'x'.repeat(60) }, value: round }));
    bench.append(wide(0));
    bench.clock.advance(5_000);
    assert.equal(bench.store.status().state, 'degraded');
    assert.match(bench.store.status().error ?? '', /full/);
    await bench.store.close();
    const roomy = makeBench(path, { retentionBytes: 50_000_000 });
    roomy.append(wide(1));
    roomy.clock.advance(5_000);
    assert.equal(roomy.store.status().state, 'healthy');
    await roomy.store.close();
  }));

test('a folder that cannot be made does not keep the store from starting', () =>
  inFolder(async (_, folder) => {
    writeFileSync(join(folder, 'file'), '');
    const bench = makeBench(join(folder, 'file', 'history.db'));
    assert.equal(bench.store.status().state, 'degraded');
    assert.ok(bench.append([{ labels: UP, value: 1 }]));
    assert.equal(everything(bench.store).length, 1);
    await bench.store.close();
  }));

test('a file that is no database is moved aside with a word, and a new one begun', () =>
  inFolder(async (path, folder) => {
    writeFileSync(path, 'this is no database, but it is long enough to look like one. '.repeat(100));
    const bench = makeBench(path);
    bench.append([{ labels: UP, value: 1 }]);
    bench.clock.advance(5_000);
    assert.equal(bench.store.status().state, 'healthy');
    const [logged] = bench.logged;
    assert.deepEqual([logged?.level, logged?.fields?.['code']], ['error', 'LIMPET_STORE_CORRUPT']);
    const aside = String(logged?.fields?.['aside']);
    assert.match(readFileSync(aside, 'utf8'), /^this is no database/);
    await bench.store.close();
    assert.equal(readdirSync(folder).filter((name) => name.includes('corrupt')).length, 1);
  }));

test('a file of another version is moved aside', () =>
  inFolder(async (path) => {
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE other (a); PRAGMA user_version = 77');
    database.close();
    const bench = makeBench(path);
    assert.equal(bench.metrics.get('limpet_store_corruptions_total'), 1);
    assert.equal(bench.store.status().state, 'healthy');
    await bench.store.close();
  }));

test('a file that is damaged while in use is replaced; what memory holds is written to the new one', () =>
  inFolder(async (path, folder) => {
    const first = makeBench(path);
    scrape(first, { rounds: 200, series: 40 });
    await first.store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096); // every page but the first
    writeFileSync(path, bytes);
    const bench = makeBench(path, { clock: first.clock });
    bench.append([{ labels: UP, value: 1 }]);
    everything(bench.store);
    bench.clock.advance(10_000);
    assert.equal(bench.store.status().state, 'healthy');
    assert.ok((bench.metrics.get('limpet_store_corruptions_total') ?? 0) >= 1);
    assert.equal(everything(bench.store).filter(({ labels }) => !('n' in labels)).length, 1);
    await bench.store.close();
    const again = makeBench(path);
    assert.equal(everything(again.store).filter(({ labels }) => !('n' in labels)).length, 1);
    await again.store.close();
    assert.equal(readdirSync(folder).filter((name) => name.includes('corrupt')).length, 1);
  }));

test('whatever is appended, flushed, left alone or reopened, the store has what a plain list has', () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('append' as const),
        series: fc.integer({ min: 0, max: 4 }),
        value: fc.oneof(fc.double(), fc.constant('stale' as const)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 5_000, 60_000, 1_000_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  );
  const steps = fc.array(step, { maxLength: 60 });
  return inFolder((path, folder) =>
    fc.assert(
      fc.asyncProperty(steps, fc.uuid(), async (steps, id) => {
        const file = join(folder, id);
        let bench = makeBench(file);
        const model = new Map<string, number | 'stale'>();
        for (const step of steps) {
          if (step.kind === 'wait') bench.clock.advance(step.ms);
          else if (step.kind === 'append') {
            bench.clock.advance(1);
            bench.append([{ labels: { s: String(step.series) }, value: step.value }]);
            model.set(`${step.series} ${bench.clock.wall()}`, step.value);
          } else {
            await bench.store.close();
            bench = makeBench(file, { clock: bench.clock });
          }
        }
        const stored = Object.fromEntries(
          everything(bench.store).map(({ labels, timestampMs, value }) => [`${labels['s']} ${timestampMs}`, value]),
        );
        assert.deepEqual(stored, Object.fromEntries(model));
        await bench.store.close();
        assert.ok(path);
      }),
      { numRuns: 25 },
    ),
  );
});
