import assert from 'node:assert/strict';
import { batchOf } from '@limpet/contract';
import type { BatchSpec, SampleSpec } from '@limpet/contract';
import { Driver, settled, VirtualClock } from '@limpet/driver';
import { decodeLabels, labelsObject, SAMPLE_FLAGS, sampleTimestampMs, SeriesRegistry } from '@limpet/model';
import type { LogFields, MetricDefinition, Metrics, ScrapeBatch } from '@limpet/model';
import type { DroppedFromLog } from '../src/log/wal-log.ts';
import type { ReadBatch, WalReader } from '../src/log/wal-reader.ts';
import { createStorage } from '../src/storage.ts';
import type { Storage, StorageOptions } from '../src/storage.ts';
import { FaultyFiles } from './faulty-files.ts';

/** A batch as a test compares it. */
export interface PlainBatch {
  readonly sequence: number;
  readonly job: string;
  readonly targetId: string;
  readonly tick: number;
  readonly epoch: number;
  readonly samples: readonly (readonly [labels: string, timestampMs: number, value: number | 'stale' | 'histogram'])[];
}

export interface Bench {
  readonly clock: VirtualClock;
  readonly driver: Driver;
  readonly registry: SeriesRegistry;
  readonly files: FaultyFiles;
  readonly storage: Storage;
  readonly counts: Map<string, number>;
  readonly logged: { readonly message: string; readonly fields: LogFields | undefined }[];
  readonly dropped: DroppedFromLog[];
  readonly conditions: (string | undefined)[];
  readonly faults: unknown[];
  append(samples: readonly SampleSpec[], spec?: BatchSpec): boolean;
  advance(ms: number): Promise<void>;
  reader(id?: string): Promise<WalReader>;
  /** Everything that a reader has, read to the end. */
  drained(reader: WalReader): Promise<PlainBatch[]>;
}

/** An open log on files in memory, in virtual time. */
export async function openBench(options: Partial<StorageOptions> & { readonly files?: FaultyFiles } = {}): Promise<Bench> {
  const bench = makeBench(options);
  const opened = await bench.storage.open();
  assert.ok(opened.ok, opened.ok ? '' : opened.error.message);
  await settled();
  return bench;
}

export function makeBench(options: Partial<StorageOptions> & { readonly files?: FaultyFiles } = {}): Bench {
  const clock = new VirtualClock();
  const faults: unknown[] = [];
  const driver = new Driver({ clock, onFault: (error) => faults.push(error) });
  const registry = new SeriesRegistry();
  const files = options.files ?? new FaultyFiles();
  const counts = new Map<string, number>();
  const logged: Bench['logged'] = [];
  const dropped: DroppedFromLog[] = [];
  const conditions: (string | undefined)[] = [];
  const say = (message: string, fields?: LogFields): number => logged.push({ message, fields });
  const storage = createStorage({
    driver,
    registry,
    log: { debug: say, info: say, warn: say, error: say },
    metrics: countingMetrics(counts),
    onDropped: (each) => dropped.push(each),
    onCondition: (error) => conditions.push(error),
    ...options,
    files,
  });
  const advance = (ms: number): Promise<void> => clock.advanceSettled(ms, settled);
  return {
    clock,
    driver,
    registry,
    files,
    storage,
    counts,
    logged,
    dropped,
    conditions,
    faults,
    advance,
    append(samples, spec = {}) {
      return storage.append(batchOf(registry, samples, { timestampMs: clock.wall(), ...spec })).ok;
    },
    reader: (id = 'receiver') => storage.reader(id, () => {}),
    async drained(reader) {
      const batches: PlainBatch[] = [];
      for (let idle = 0; idle < 1_000 && !(idle > 0 && reader.isAtEnd);) {
        const read = reader.first();
        if (read === undefined) {
          idle++;
          await settled();
          continue;
        }
        idle = 0;
        batches.push(plain(registry, read));
        reader.dropFirst();
      }
      return batches;
    },
  };
}

export function plain(registry: SeriesRegistry, { batch, sequence }: ReadBatch): PlainBatch {
  const { job, targetId, tick, epoch } = batch;
  const samples = Array.from({ length: batch.count }, (_, index) => sampleOf(registry, batch, index));
  return { sequence, job, targetId, tick, epoch, samples };
}

function sampleOf(registry: SeriesRegistry, batch: ScrapeBatch, index: number): PlainBatch['samples'][number] {
  const ref = batch.series[index] ?? 0;
  const labels = registry.has(ref) ? JSON.stringify(labelsObject(decodeLabels(registry.labelBytes(ref)))) : '';
  const flags = batch.flags[index] ?? 0;
  const value =
    (flags & SAMPLE_FLAGS.stale) !== 0 ? 'stale' : (flags & SAMPLE_FLAGS.histogram) !== 0 ? 'histogram' : (batch.values[index] ?? 0);
  return [labels, sampleTimestampMs(batch, index), value];
}

function countingMetrics(counts: Map<string, number>): Metrics {
  const keyOf = ({ name }: MetricDefinition, labels: readonly string[]): string => [name, ...labels].join(' ');
  return {
    add: (definition, labels, n) => void counts.set(keyOf(definition, labels), (counts.get(keyOf(definition, labels)) ?? 0) + n),
    set: (definition, labels, value) => void counts.set(keyOf(definition, labels), value),
    observe: () => {},
    remove: () => {},
  };
}

/** So many samples of series `s0 …` with values that depend on the round. */
export function samplesOf(count: number, round: number): SampleSpec[] {
  return Array.from({ length: count }, (_, n) => ({ labels: { __name__: `s${n}`, instance: 'a:1' }, value: round * 10 + n }));
}
