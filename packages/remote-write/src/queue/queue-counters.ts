import type { QueueConfig } from '@limpet/config';
import type { MetricDefinition, Metrics } from '@limpet/model';
import { KIND_METRICS, METADATA_METRICS, QUEUE_METRICS } from '../metrics.ts';
import type { DropReason, Kind } from '../metrics.ts';

/** Numbers of things, one a kind. */
export type KindCounts = { [kind in Kind]: number };

/** The kinds, in the order of the metrics. */
export const KINDS = ['samples', 'histograms', 'exemplars'] as const satisfies readonly Kind[];

export function noCounts(): KindCounts {
  return { samples: 0, histograms: 0, exemplars: 0 };
}

/** All of them together: samples, histograms and exemplars each count one (W-060). */
export function totalOf(counts: KindCounts): number {
  return counts.samples + counts.histograms + counts.exemplars;
}

/** The self-metrics of one queue, its labels filled in. */
export class QueueCounters {
  readonly #metrics: Metrics;
  readonly #labels: readonly [remoteName: string, url: string];
  readonly #pending: KindCounts = noCounts();
  readonly #reasons = new Set<string>();
  #highestMs = 0;
  #highestSentMs = 0;

  /** `url` as it may be shown. */
  constructor(metrics: Metrics, { name, url }: { readonly name: string; readonly url: string }) {
    this.#metrics = metrics;
    this.#labels = [name, url];
    this.#begin();
  }

  /** Milliseconds since the epoch of the newest sample sent or given up; 0 before the first. */
  get highestSentMs(): number {
    return this.#highestSentMs;
  }

  get pending(): Readonly<KindCounts> {
    return this.#pending;
  }

  count(what: 'sent' | 'failed' | 'retried', counts: KindCounts): void {
    for (const kind of KINDS) if (counts[kind] > 0) this.#metrics.add(KIND_METRICS[what][kind], this.#labels, counts[kind]);
  }

  dropped(kind: Kind, reason: DropReason, count: number): void {
    if (count > 0) this.#metrics.add(KIND_METRICS.dropped[kind], this.#withReason(reason), count);
  }

  missed(count: number): void {
    this.#metrics.add(QUEUE_METRICS.missedSamples, this.#withReason('full'), count);
  }

  /** Items entered (positive) or left (negative) the shards. */
  addPending(kind: Kind, count: number): void {
    if (count === 0) return;
    this.#pending[kind] += count;
    this.#metrics.set(KIND_METRICS.pending[kind], this.#labels, this.#pending[kind]);
  }

  enqueued(timestampMs: number): void {
    if (timestampMs <= this.#highestMs) return;
    this.#highestMs = timestampMs;
    this.set('highestTimestamp', timestampMs / 1000);
  }

  finished(timestampMs: number): void {
    if (timestampMs <= this.#highestSentMs) return;
    this.#highestSentMs = timestampMs;
    this.set('highestSentTimestamp', timestampMs / 1000);
  }

  set(metric: keyof typeof QUEUE_METRICS, value: number): void {
    this.#metrics.set(QUEUE_METRICS[metric], this.#labels, value);
  }

  add(metric: 'enqueueRetries' | 'bytes', count: number): void {
    this.#metrics.add(QUEUE_METRICS[metric], this.#labels, count);
  }

  observeSend(seconds: number): void {
    this.#metrics.observe(QUEUE_METRICS.sentBatchDuration, this.#labels, seconds);
  }

  /** How the queue is set up (W-118). */
  showSetup({ capacity, maxShards, minShards, maxSamplesPerSend }: QueueConfig): void {
    this.set('shardCapacity', capacity);
    this.set('shardsMax', maxShards);
    this.set('shardsMin', minShards);
    this.set('maxSamplesPerSend', maxSamplesPerSend);
  }

  /** Forgets the queue's children in every family: the queue has ended. */
  remove(): void {
    for (const family of Object.values(KIND_METRICS)) {
      for (const kind of KINDS) this.#removeFrom(family[kind]);
    }
    for (const metric of [...Object.values(QUEUE_METRICS), ...Object.values(METADATA_METRICS)]) this.#removeFrom(metric);
  }

  /** Everything that has no reason for a label is there from the start: what is not cannot be seen to rise from 0. */
  #begin(): void {
    for (const { samples, histograms, exemplars } of [KIND_METRICS.sent, KIND_METRICS.failed, KIND_METRICS.retried]) {
      for (const metric of [samples, histograms, exemplars]) this.#metrics.add(metric, this.#labels, 0);
    }
    for (const kind of KINDS) this.#metrics.set(KIND_METRICS.pending[kind], this.#labels, 0);
    for (const metric of Object.values(METADATA_METRICS)) this.#metrics.add(metric, this.#labels, 0);
    for (const metric of ['enqueueRetries', 'bytes'] as const) this.add(metric, 0);
    for (const metric of ['highestTimestamp', 'highestSentTimestamp', 'shardsDesired'] as const) this.set(metric, 0);
  }

  #removeFrom(metric: MetricDefinition): void {
    if (metric.labels.includes('reason')) {
      for (const reason of this.#reasons) this.#metrics.remove(metric, [...this.#labels, reason]);
    } else this.#metrics.remove(metric, this.#labels);
  }

  #withReason(reason: DropReason | 'full'): readonly string[] {
    this.#reasons.add(reason);
    return [...this.#labels, reason];
  }
}
