import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsFrom, SeriesRegistry } from '@limpet/model';
import type { Appendable, NativeHistogram, ScrapeBatch } from '@limpet/model';
import { BATCH_TIMESTAMP_MS, batchOf, overwriteBatch, releaseBatch } from './batch-of.ts';
import type { SampleSpec } from './batch-of.ts';

/** One sample that came out of a consumer, in the order in which it did. */
export interface DeliveredSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly timestampMs: number;
  readonly value: number | 'stale';
  /** Where the sample is a native histogram and the consumer keeps them; then its value does not matter. */
  readonly histogram?: NativeHistogram;
}

/** A consumer under test with what the suite must know of its far side. */
export interface AppendableSubject {
  readonly appendable: Appendable;
  /** All that was delivered or stored so far. Called after `flush`. */
  delivered(): readonly DeliveredSample[] | Promise<readonly DeliveredSample[]>;
  /**
   * From here on nothing leaves the consumer, so that it fills up: the receiver hangs, time stands still. Left out where
   * that is so without further ado.
   */
  stall?(): void;
  /** How many samples were refused, by the consumer's own count; left out where only the fan-out counts. */
  missedSampleCount?(): number;
  /** Frees what `make` made beside the consumer: receivers, files. `close` has been called by then. */
  dispose?(): void | Promise<void>;
}

export interface AppendableContract {
  /** Names the consumer in the test titles. */
  readonly name: string;
  /** A fresh consumer around the registry. Called once a test. */
  make(registry: SeriesRegistry): AppendableSubject | Promise<AppendableSubject>;
  /** More samples than a stalled consumer made by `make` ever holds. 100,000 by default. */
  readonly sampleCountMax?: number;
  /** Whether it delivers native histograms; left out: they may be lost, without harm to other samples. */
  readonly keepsHistograms?: boolean;
  /** Checks that do not apply, by title, each with its reason. */
  readonly skips?: Readonly<Record<string, string>>;
}

interface Bench extends AppendableSubject {
  readonly registry: SeriesRegistry;
  /** Appends as the fan-out does, then overwrites the borrowed arrays. Returns whether the batch was taken. */
  offer(batch: ScrapeBatch): boolean;
  flushed(): Promise<readonly DeliveredSample[]>;
}

type Check = (bench: Bench) => Promise<void> | void;

const UP = { __name__: 'up', instance: 'a:1', job: 'test' };
const HEAT = { __name__: 'heat', room: 'κήπος' };

/** The suite that every `Appendable` passes, as tests of `node:test`. Throws where a skip names no check. */
export function runAppendableContract(contract: AppendableContract): void {
  const sampleCountMax = contract.sampleCountMax ?? 100_000;
  const checks: Record<string, Check> = {
    ...deliveryChecks,
    ...lifeChecks,
    ...robustnessChecks,
    ...(contract.keepsHistograms === true ? histogramChecks : {}),
    'a full consumer refuses with `full` and counts what it missed': (bench) => checkFull(bench, sampleCountMax),
  };
  for (const title of Object.keys(contract.skips ?? {})) assert.ok(title in checks, `no check is called "${title}"`);
  for (const [title, check] of Object.entries(checks)) {
    void test(`${contract.name}: ${title}`, { skip: contract.skips?.[title] ?? false }, async () => {
      const bench = await benchOf(contract);
      try {
        await check(bench);
      } finally {
        await bench.appendable.close();
        await bench.dispose?.();
      }
    });
  }
}

const deliveryChecks: Record<string, Check> = {
  'what is accepted is delivered, the order of each series kept': async (bench) => {
    const sent: SampleSpec[] = [];
    for (let round = 0; round < 20; round++) {
      const samples = [UP, HEAT].map((labels, index) => ({ labels, value: round * 10 + index }));
      assert.ok(bench.offer(batchOf(bench.registry, samples, { tick: round, timestampMs: BATCH_TIMESTAMP_MS + round * 1000 })));
      sent.push(...samples);
    }
    const delivered = await bench.flushed();
    for (const labels of [UP, HEAT]) {
      const wanted = sent.filter((sample) => sample.labels === labels).map(({ value }) => value);
      assert.deepEqual(valuesOf(delivered, labels), wanted);
    }
  },
  'labels, value and the time of the batch arrive unchanged': async (bench) => {
    const values = [0, 1, -1, 0.1, Number.MAX_VALUE, Number.MIN_VALUE, Infinity, -Infinity, NaN];
    const samples = values.map((value, index) => ({ labels: { __name__: `m${index}`, quote: '"\n\\' }, value }));
    const timestampMs = BATCH_TIMESTAMP_MS + 1;
    bench.offer(batchOf(bench.registry, samples, { timestampMs }));
    const wanted = samples.map(({ labels, value }) => ({ labels, value, timestampMs }));
    assert.deepEqual(byName(await bench.flushed()), wanted);
  },
  'borrowed arrays are not kept: two batches in the same arrays are two batches': async (bench) => {
    const batch = batchOf(bench.registry, [{ labels: UP, value: 1 }]);
    const [ref] = batch.series;
    bench.offer(batch);
    batch.series[0] = ref ?? 0;
    batch.values[0] = 2;
    bench.offer({ ...batch, timestampMs: batch.timestampMs + 1 });
    assert.deepEqual(valuesOf(await bench.flushed(), UP), [1, 2]);
  },
  'stale markers arrive as markers, NaN as NaN': async (bench) => {
    ([1, NaN, 'stale', 2, 'stale'] as const).forEach((value, index) => {
      bench.offer(batchOf(bench.registry, [{ labels: UP, value }], { timestampMs: BATCH_TIMESTAMP_MS + index }));
    });
    assert.deepEqual(valuesOf(await bench.flushed(), UP), [1, NaN, 'stale', 2, 'stale']);
  },
  'a sample keeps a time of its own': async (bench) => {
    const own = BATCH_TIMESTAMP_MS - 123;
    bench.offer(
      batchOf(bench.registry, [
        { labels: UP, value: 1, timestampMs: own },
        { labels: HEAT, value: 2 },
      ]),
    );
    const delivered = await bench.flushed();
    assert.deepEqual(timesOf(delivered, UP), [own]);
    assert.deepEqual(timesOf(delivered, HEAT), [BATCH_TIMESTAMP_MS]);
  },
  'a series whose holds are given up is still delivered under its labels': async (bench) => {
    const batch = batchOf(bench.registry, [{ labels: UP, value: 1 }]);
    const kept = { ...batch, series: batch.series.slice() };
    bench.offer(batch);
    releaseBatch(bench.registry, kept);
    reclaim(bench);
    bench.offer(batchOf(bench.registry, [{ labels: HEAT, value: 2 }]));
    reclaim(bench);
    bench.offer(batchOf(bench.registry, [{ labels: UP, value: 3 }], { timestampMs: BATCH_TIMESTAMP_MS + 1 }));
    const delivered = await bench.flushed();
    assert.deepEqual(valuesOf(delivered, UP), [1, 3]);
    assert.deepEqual(valuesOf(delivered, HEAT), [2]);
  },
};

const HISTOGRAM: NativeHistogram = {
  schema: 2,
  zeroThreshold: 0.001,
  zeroCount: 1,
  count: 7,
  sum: -2.5,
  positiveSpans: [
    { offset: -3, length: 1 },
    { offset: 2, length: 2 },
  ],
  positiveBuckets: [1, 2, 1],
  negativeSpans: [{ offset: 0, length: 1 }],
  negativeBuckets: [2],
  customValues: [],
  resetHint: 'gauge',
  isFloat: false,
};

const histogramChecks: Record<string, Check> = {
  'native histograms arrive whole beside other samples, and the end of their series as a marker': async (bench) => {
    const float = { ...HISTOGRAM, isFloat: true, count: 7.5, sum: NaN, zeroCount: 1.5 };
    const custom = { ...HISTOGRAM, ...NO_SIDES, schema: -53, count: 0, zeroThreshold: 0, zeroCount: 0, customValues: [0.5, 1] };
    const sent = [HISTOGRAM, float, custom];
    for (const [index, histogram] of sent.entries()) {
      const samples = [
        { labels: HEAT, histogram },
        { labels: UP, value: index },
      ];
      assert.ok(bench.offer(batchOf(bench.registry, samples, { timestampMs: BATCH_TIMESTAMP_MS + index })));
    }
    bench.offer(batchOf(bench.registry, [{ labels: HEAT, value: 'stale' }], { timestampMs: BATCH_TIMESTAMP_MS + sent.length }));
    const delivered = await bench.flushed();
    const ofHistogram = ofSeries(delivered, HEAT);
    assert.deepEqual(
      ofHistogram.map(({ histogram }) => histogram),
      [...sent, undefined],
    );
    assert.equal(ofHistogram.at(-1)?.value, 'stale');
    assert.deepEqual(valuesOf(delivered, UP), [0, 1, 2]);
    assert.ok(ofSeries(delivered, UP).every(({ histogram }) => histogram === undefined));
  },
};

const NO_SIDES = { positiveSpans: [], positiveBuckets: [], negativeSpans: [], negativeBuckets: [] } as const;

const lifeChecks: Record<string, Check> = {
  '`oldestInUse` names an accepted batch or nothing, never falls, and nothing after a flush that delivers': async (bench) => {
    let oldest = 0;
    for (let sequence = 1; sequence <= 5; sequence++) {
      bench.offer(batchOf(bench.registry, [{ labels: UP, value: sequence }], { timestampMs: BATCH_TIMESTAMP_MS + sequence }));
      const inUse = bench.appendable.oldestInUse();
      assert.ok(inUse === undefined || (inUse >= oldest && inUse <= sequence), `batch ${inUse} in use after batch ${sequence}`);
      oldest = inUse ?? oldest;
    }
    await bench.flushed();
    assert.equal(bench.appendable.oldestInUse() ?? 6, 6);
  },
  'a flush whose signal has fired returns': async (bench) => {
    bench.stall?.();
    bench.offer(batchOf(bench.registry, [{ labels: UP, value: 1 }]));
    await bench.appendable.flush(AbortSignal.abort());
  },
  'a flush with nothing to do returns': async (bench) => {
    await bench.appendable.flush(new AbortController().signal);
  },
  'after `close` it refuses with `closed`, and a second `close` changes nothing': async (bench) => {
    await bench.appendable.close();
    await bench.appendable.close();
    const batch = batchOf(bench.registry, [{ labels: UP, value: 1 }]);
    const verdict = bench.appendable.append(batch, bench.registry.nextSequence());
    assert.equal(verdict.ok, false);
    assert.equal(verdict.ok ? '' : verdict.reason, 'closed');
    await bench.appendable.flush(new AbortController().signal);
    assert.equal(bench.appendable.oldestInUse(), undefined);
  },
};

const robustnessChecks: Record<string, Check> = {
  'an empty batch is taken': async (bench) => {
    assert.ok(bench.offer(batchOf(bench.registry, [])));
    assert.deepEqual(await bench.flushed(), []);
  },
  'a batch that names an unknown series neither throws nor hurts the next one': async (bench) => {
    const batch = batchOf(bench.registry, [{ labels: UP, value: 1 }]);
    batch.series[0] = 999_999;
    bench.offer(batch);
    bench.offer(batchOf(bench.registry, [{ labels: HEAT, value: 2 }]));
    assert.deepEqual(valuesOf(await bench.flushed(), HEAT), [2]);
  },
  'a batch whose side tables miss an entry neither throws nor hurts the next one': async (bench) => {
    const batch = batchOf(bench.registry, [{ labels: UP, value: 1 }]);
    batch.flags[0] = 0xff;
    bench.offer(batch);
    bench.offer(batchOf(bench.registry, [{ labels: HEAT, value: 2 }]));
    assert.deepEqual(valuesOf(await bench.flushed(), HEAT), [2]);
  },
};

async function checkFull(bench: Bench, sampleCountMax: number): Promise<void> {
  bench.stall?.();
  const labels = Array.from({ length: 100 }, (_, index) => ({ __name__: 'many', n: String(index) }));
  let taken = 0;
  for (let round = 0; round * labels.length <= sampleCountMax; round++) {
    const batch = batchOf(
      bench.registry,
      labels.map((label) => ({ labels: label, value: round })),
      { timestampMs: BATCH_TIMESTAMP_MS + round },
    );
    const verdict = bench.appendable.append(batch, bench.registry.nextSequence());
    if (verdict.ok) {
      taken++;
      continue;
    }
    assert.equal(verdict.reason, 'full');
    assert.ok(taken > 0, 'the very first batch was refused');
    if (bench.missedSampleCount !== undefined) assert.equal(bench.missedSampleCount(), labels.length);
    return;
  }
  assert.fail(`${sampleCountMax} samples were taken and none was refused`);
}

async function benchOf(contract: AppendableContract): Promise<Bench> {
  const registry = new SeriesRegistry();
  const subject = await contract.make(registry);
  return {
    ...subject,
    registry,
    offer(batch) {
      const verdict = subject.appendable.append(batch, registry.nextSequence());
      overwriteBatch(batch);
      return verdict.ok;
    },
    async flushed() {
      await subject.appendable.flush(new AbortController().signal);
      return subject.delivered();
    },
  };
}

/** As the fan-out does: forget all that the consumer cannot ask for any more. */
function reclaim({ registry, appendable }: Bench): void {
  registry.reclaim(appendable.oldestInUse() ?? Number.MAX_SAFE_INTEGER);
}

function ofSeries(delivered: readonly DeliveredSample[], labels: Readonly<Record<string, string>>): readonly DeliveredSample[] {
  const wanted = JSON.stringify(labelsFrom(Object.entries(labels)));
  return delivered.filter((sample) => JSON.stringify(labelsFrom(Object.entries(sample.labels))) === wanted);
}

function valuesOf(delivered: readonly DeliveredSample[], labels: Readonly<Record<string, string>>): readonly (number | 'stale')[] {
  return ofSeries(delivered, labels).map(({ value }) => value);
}

function timesOf(delivered: readonly DeliveredSample[], labels: Readonly<Record<string, string>>): readonly number[] {
  return ofSeries(delivered, labels).map(({ timestampMs }) => timestampMs);
}

function byName(delivered: readonly DeliveredSample[]): readonly DeliveredSample[] {
  return delivered.toSorted((a, b) => ((a.labels['__name__'] ?? '') < (b.labels['__name__'] ?? '') ? -1 : 1));
}
