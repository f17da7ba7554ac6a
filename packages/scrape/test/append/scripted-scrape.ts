import { Driver, VirtualClock } from '@limpet/driver';
import type { ScrapeConfig } from '@limpet/config';
import { openLineMemory } from '@limpet/line-template';
import type { LineMemory } from '@limpet/line-template';
import { decodeLabels, labelsText, SAMPLE_FLAGS, sampleTimestampMs, SeriesRegistry } from '@limpet/model';
import type { Exemplar, FamilyMetadata, Log, MetricDefinition, Metrics, NativeHistogram, ScrapeBatch } from '@limpet/model';
import { appendFeatures } from '../../src/append/append-features.ts';
import type { AppendPort, AppendPortOptions } from '../../src/append/append-port.ts';
import { createAppendPort } from '../../src/append/append-port.ts';
import type { LoopEvent } from '../../src/loop/loop-events.ts';
import type { ScrapeOutcome } from '../../src/ports.ts';
import { emptyTables, newLoopEntry } from '../../src/tables.ts';
import type { LoopEntry, ScrapeTables } from '../../src/tables.ts';
import type { Target } from '../../src/target/target.ts';
import { job, targetWith } from '../job.ts';

/** Wall time of the first scrape, chosen so that every later one is a round number away. */
export const EPOCH_MS = 1_700_000_000_000;

/** One row of a batch, resolved while the batch was on loan. */
export interface RecordedSample {
  /** As `labelsText`, without the braces where there is nothing in them. */
  readonly series: string;
  readonly ref: number;
  /** `'stale'` for a marker. */
  readonly value: number | 'stale';
  readonly atMs: number;
  readonly isReport: boolean;
  readonly hasOwnTime: boolean;
  readonly exemplars: readonly Exemplar[];
  readonly startTimestampMs: number | undefined;
  readonly metadata: FamilyMetadata | undefined;
  readonly histogram: NativeHistogram | undefined;
}

export interface RecordedBatch extends Pick<ScrapeBatch, 'job' | 'targetId' | 'tick' | 'epoch' | 'timestampMs'> {
  readonly samples: readonly RecordedSample[];
}

export interface WorldOptions extends Partial<Pick<AppendPortOptions, 'onRequestFailed' | 'onAppended' | 'epoch' | 'pause'>> {
  readonly outOfOrderWindowMs?: number;
  readonly config?: Partial<ScrapeConfig>;
  readonly target?: Target;
  /** Names as in `--enable-feature`. */
  readonly features?: readonly string[];
  /** `undefined`: every line is read by the reference parsers. By default as `LIMPET_LINE_TEMPLATE` says: `off`, or on. */
  readonly lines?: LineMemory | undefined;
}

/** Shared by the worlds of a process, as by the targets of an agent. */
const opened = process.env['LIMPET_LINE_TEMPLATE'] === 'off' ? undefined : openLineMemory();
if (opened?.ok === false) throw opened.error;
const defaultLines = opened?.memory;

/** A real append port on a virtual clock, with scripted bodies on one side and a recording sink on the other. */
export class ScrapeWorld {
  readonly clock = new VirtualClock({ wallMs: EPOCH_MS });
  readonly faults: unknown[] = [];
  readonly driver = new Driver({ clock: this.clock, onFault: (error) => this.faults.push(error) });
  readonly registry = new SeriesRegistry();
  readonly tables: ScrapeTables = emptyTables();
  readonly batches: RecordedBatch[] = [];
  readonly told: { readonly loopId: string; readonly event: LoopEvent }[] = [];
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  readonly counted = new Map<string, number>();
  readonly observed = new Map<string, number[]>();
  readonly port: AppendPort;
  config: ScrapeConfig;
  /** Thrown by the sink instead of taking a batch. */
  sinkError: Error | undefined;
  #seq = 0;
  #handle = 0;

  constructor({ config, target = targetWith(), outOfOrderWindowMs = 0, features = [], ...options }: WorldOptions = {}) {
    this.config = job(config);
    this.reconfigure({});
    this.port = createAppendPort({
      tables: this.tables,
      driver: this.driver,
      tell: (loopId, event) => this.told.push({ loopId, event }),
      registry: this.registry,
      sink: { append: (batch) => this.#record(batch) },
      log: this.#log(),
      metrics: this.#metrics(),
      lines: defaultLines,
      ...options,
      features: appendFeatures(features),
      outOfOrderWindowMs: () => outOfOrderWindowMs,
    });
    this.startLoop('loop', target);
  }

  startLoop(id: string, target: Target = targetWith(), previous?: LoopEntry): LoopEntry {
    const entry = newLoopEntry({ id, job: 'job', target, previous });
    this.tables.loops.set(id, entry);
    return entry;
  }

  loop(id = 'loop'): LoopEntry {
    const entry = this.tables.loops.get(id);
    if (entry === undefined) throw new Error(`no loop ${id}`);
    return entry;
  }

  reconfigure(changes: Partial<ScrapeConfig>): void {
    this.config = { ...this.config, ...changes };
    this.tables.configs.set(1, new Map([['job', this.config]]));
  }

  /** Scrapes this body, then lets an interval pass. Returns the batch. */
  scrape(body: string | Uint8Array, options: { readonly contentType?: string; readonly loopId?: string } = {}): RecordedBatch {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    const handle = ++this.#handle;
    this.tables.bodies.set(handle, { bytes, contentType: options.contentType ?? 'text/plain; version=0.0.4' });
    return this.outcome({ kind: 'response', handle, bytes: bytes.length }, options.loopId);
  }

  /** A request that failed. */
  fail(error = 'connection refused', reason: Extract<ScrapeOutcome, { kind: 'failed' }>['reason'] = 'connectionRefused'): RecordedBatch {
    return this.outcome({ kind: 'failed', reason, error });
  }

  outcome(outcome: ScrapeOutcome, loopId = 'loop', tookMs = 0): RecordedBatch {
    const before = this.batches.length;
    const { intervalMs, timeoutMs } = this.loop(loopId).target;
    const [scrapeAt, startedMono] = [this.clock.wall(), this.clock.mono()];
    this.clock.advance(tookMs);
    this.port.startAppend({
      loopId,
      job: 'job',
      seq: ++this.#seq,
      scrapeAt,
      tick: Math.floor(scrapeAt / intervalMs),
      startedMono,
      spec: { key: '', intervalMs, timeoutMs, cfgRev: 1, offsetHash: '0' },
      outcome,
    });
    this.clock.advance(intervalMs - tookMs);
    const batch = this.batches[before];
    if (batch === undefined) throw new Error('no batch was handed over');
    return batch;
  }

  mark(markAt: number, loopId = 'loop'): RecordedBatch | undefined {
    const before = this.batches.length;
    this.port.startMarking({ loopId, markAt });
    return this.batches[before];
  }

  /** Gives up a loop and everything that consumers might still resolve; returns how many series are left. */
  releaseAll(): number {
    for (const loopId of this.tables.loops.keys()) this.port.release(loopId);
    this.registry.reclaim(Infinity);
    return this.registry.size;
  }

  #record(batch: ScrapeBatch): void {
    if (this.sinkError !== undefined) throw this.sinkError;
    this.registry.reclaim(this.registry.nextSequence()); // as consumers that are done with every earlier batch
    const { job, targetId, tick, epoch, timestampMs } = batch;
    const samples = Array.from({ length: batch.count }, (_, index) => this.#sample(batch, index));
    this.batches.push({ job, targetId, tick, epoch, timestampMs, samples });
  }

  #sample(batch: ScrapeBatch, index: number): RecordedSample {
    const flags = batch.flags[index] ?? 0;
    const ref = batch.series[index] ?? 0;
    return {
      series: labelsText(decodeLabels(this.registry.labelBytes(ref))).replace('{}', ''),
      ref,
      value: (flags & SAMPLE_FLAGS.stale) !== 0 ? 'stale' : (batch.values[index] ?? Number.NaN),
      atMs: sampleTimestampMs(batch, index),
      isReport: (flags & SAMPLE_FLAGS.report) !== 0,
      hasOwnTime: (flags & SAMPLE_FLAGS.explicitTimestamp) !== 0,
      exemplars: (flags & SAMPLE_FLAGS.exemplar) !== 0 ? (batch.exemplars?.get(index) ?? []) : [],
      startTimestampMs: batch.startTimestamps?.get(index),
      metadata: batch.metadata?.get(index),
      histogram: batch.histograms?.get(index),
    };
  }

  #log(): Log {
    const ignore = () => {};
    return { debug: ignore, info: ignore, warn: (message) => this.warnings.push(message), error: (message) => this.errors.push(message) };
  }

  #metrics(): Metrics {
    const add = ({ name }: MetricDefinition, labels: readonly string[], n: number) => {
      const key = [name, ...labels].join(' ');
      this.counted.set(key, (this.counted.get(key) ?? 0) + n);
    };
    const observe = ({ name }: MetricDefinition, labels: readonly string[], value: number) => {
      const key = [name, ...labels].join(' ');
      this.observed.set(key, [...(this.observed.get(key) ?? []), value]);
    };
    return { add, observe, set: add, remove: ({ name }, labels) => this.counted.delete([name, ...labels].join(' ')) };
  }
}

/** The scraped part of a batch: `a 1`, `a stale`, and `a 1 @500` for a sample with its own time. */
export function scraped(batch: RecordedBatch): string[] {
  return batch.samples
    .filter(({ isReport }) => !isReport)
    .map(({ series, value, atMs, hasOwnTime }) => `${series} ${value}${hasOwnTime ? ` @${atMs}` : ''}`);
}

/** The report series of a batch by name. */
export function report(batch: RecordedBatch): Record<string, number | 'stale'> {
  return Object.fromEntries(
    batch.samples.filter(({ isReport }) => isReport).map(({ series, value }) => [series.replace(/\{.*/, ''), value]),
  );
}

/** `up`, total, added, series added: what most rules end in. */
export function counts(batch: RecordedBatch): (number | 'stale' | undefined)[] {
  const values = report(batch);
  return ['up', 'scrape_samples_scraped', 'scrape_samples_post_metric_relabeling', 'scrape_series_added'].map((name) => values[name]);
}
