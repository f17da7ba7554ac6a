import { SAMPLE_FLAGS, sampleTimestampMs } from '@limpet/model';
import type { Exemplar, ScrapeBatch, SeriesRef } from '@limpet/model';
import { isHistogramForV1 } from '../wire/histogram.ts';
import type { DropReason, Kind } from '../metrics.ts';
import type { WireSeriesCache } from '../series/wire-series-cache.ts';
import { SymbolLabels } from '../series/series-on-wire.ts';
import type { SeriesOnWire } from '../series/series-on-wire.ts';
import type { MessageInForce } from '../send/message-in-force.ts';
import type { LoggedBatch, QueueLog } from './batch-log.ts';
import { KINDS, noCounts } from './queue-counters.ts';
import type { KindCounts, QueueCounters } from './queue-counters.ts';
import { ITEM } from './shard-ring.ts';
import type { ShardRing } from './shard-ring.ts';

export interface FeederOptions {
  readonly cache: WireSeriesCache;
  readonly log: QueueLog;
  readonly counters: QueueCounters;
  readonly sendExemplars: boolean;
  readonly sendNativeHistograms: boolean;
  readonly message: MessageInForce;
  /** Samples older than this are dropped; `-Infinity` where there is no age limit (W-065). */
  oldestMs(): number;
  /** Told of items that were dropped for good by rule, for the rates (W-073). */
  onDropped(count: number): void;
}

/**
 * Moves samples from a batch, or from the log, into the rings of the shards: a series always into the ring
 * `ref mod shards`, in order (W-063). It stops at the first sample whose ring is full, so order holds, and goes on from
 * there at the next `pump` (W-061).
 */
export class Feeder {
  readonly #options: FeederOptions;
  #rings: readonly ShardRing[] = [];
  /** What shards that were replaced have not sent; it goes first. */
  #left: ShardRing[] = [];
  readonly #drops: Record<DropReason, KindCounts> = {
    too_old: noCounts(),
    dropped_series: noCounts(),
    unintentionally_dropped_series: noCounts(),
    nhcb_in_rw1_not_supported: noCounts(),
    native_histograms_not_sent: noCounts(),
  };
  #dropCount = 0;

  constructor(options: FeederOptions) {
    this.#options = options;
  }

  /** Whether nothing waits in front of the rings. */
  get isDrained(): boolean {
    return this.#options.log.isEmpty && this.#left.length === 0;
  }

  /** Items that replaced shards left behind and no new ring has taken yet. */
  get leftRings(): readonly ShardRing[] {
    return this.#left;
  }

  /** From now on nothing is fed; what the rings still hold stays with their shards. */
  pause(): void {
    this.#rings = [];
  }

  /** Feeds into these rings from now on, `left` before anything else. */
  resume(rings: readonly ShardRing[], left: readonly ShardRing[]): void {
    this.#rings = rings;
    this.#left = [...this.#left, ...left].filter(({ count }) => count > 0);
    this.pump();
  }

  /** Feeds a batch that is not in the log as far as nothing waits before it; returns the first sample that has to wait. */
  take(batch: ScrapeBatch, sequence: number): number {
    return this.isDrained && this.#rings.length > 0 ? this.#feed({ batch, sequence, position: 0 }) : 0;
  }

  /** Feeds on as far as there is room. */
  pump(): void {
    const { log, counters } = this.#options;
    if (this.#rings.length === 0 || !this.#moveLeft()) return;
    for (let entry = log.first(); entry !== undefined; entry = log.first()) {
      entry.position = this.#feed(entry);
      if (entry.position < entry.batch.count) {
        counters.add('enqueueRetries', 1);
        return;
      }
      log.dropFirst();
    }
  }

  /** Feeds a batch from its position on; returns the position of the first sample that found no room. */
  #feed({ batch, sequence, position }: LoggedBatch): number {
    for (const ring of this.#rings) ring.sequence = sequence;
    const { cache, counters } = this.#options;
    const oldestMs = this.#options.oldestMs();
    let fedSamples = 0;
    let newestMs = 0;
    let index = position;
    for (; index < batch.count; index++) {
      const ref = batch.series[index] ?? 0;
      const ring = this.#ringOf(ref);
      const flags = batch.flags[index] ?? 0;
      const isPlain = (flags & (SAMPLE_FLAGS.histogram | SAMPLE_FLAGS.exemplar)) === 0;
      if (ring.room < (isPlain ? 1 : this.#itemsAt(batch, index, ring))) break;
      const labels = cache.labelsOf(ref);
      const timestampMs = sampleTimestampMs(batch, index);
      if (typeof labels === 'string') this.#drop(isPlain ? 'samples' : kindOf(flags), labels);
      else if (timestampMs < oldestMs) this.#drop(isPlain ? 'samples' : kindOf(flags), 'too_old');
      else {
        newestMs = Math.max(newestMs, timestampMs);
        if (labels instanceof SymbolLabels) noteForV2(batch, index, { labels, ring });
        if (isPlain || (flags & SAMPLE_FLAGS.histogram) === 0) {
          const isStale = (flags & SAMPLE_FLAGS.stale) !== 0;
          ring.push(isStale ? ITEM.stale : ITEM.sample, ref, labels, timestampMs, batch.values[index] ?? 0);
          fedSamples++;
        } else this.#feedHistogram(batch, index, ring, labels);
        if (!isPlain) this.#feedExemplars(batch, index, ring, labels, oldestMs);
      }
    }
    counters.addPending('samples', fedSamples);
    counters.enqueued(newestMs);
    this.#reportDrops();
    return index;
  }

  #feedHistogram(batch: ScrapeBatch, index: number, ring: ShardRing, labels: SeriesOnWire): void {
    const { message, counters } = this.#options;
    const sendNativeHistograms = message.isV2Wanted || this.#options.sendNativeHistograms; // 2.0 always carries them (W-026)
    const ref = batch.series[index] ?? 0;
    const timestampMs = sampleTimestampMs(batch, index);
    if (((batch.flags[index] ?? 0) & SAMPLE_FLAGS.stale) !== 0) {
      ring.push(ITEM.stale, ref, labels, timestampMs, 0); // a float marker, also for histogram series (W-030)
      counters.addPending('samples', 1);
      return;
    }
    const histogram = batch.histograms?.get(index);
    if (histogram === undefined) return;
    if (!sendNativeHistograms) this.#drop('histograms', 'native_histograms_not_sent');
    else if (message.isV2 || isHistogramForV1(histogram)) {
      ring.push(ITEM.histogram, ref, labels, timestampMs, 0, histogram);
      counters.addPending('histograms', 1);
    } else this.#drop('histograms', 'nhcb_in_rw1_not_supported');
  }

  #feedExemplars(batch: ScrapeBatch, index: number, ring: ShardRing, labels: SeriesOnWire, oldestMs: number): void {
    const ref = batch.series[index] ?? 0;
    const sampleMs = sampleTimestampMs(batch, index);
    let fed = 0;
    for (const exemplar of this.#exemplarsAt(batch, index, ring)) {
      const timestampMs = exemplar.timestampMs ?? sampleMs;
      if (timestampMs < oldestMs) this.#drop('exemplars', 'too_old');
      else {
        ring.push(ITEM.exemplar, ref, labels, timestampMs, 0, exemplar);
        fed++;
      }
    }
    this.#options.counters.addPending('exemplars', fed);
  }

  /** At most as many as fit an empty ring beside their sample. */
  #exemplarsAt(batch: ScrapeBatch, index: number, ring: ShardRing): readonly Exemplar[] {
    const exemplars = this.#options.sendExemplars ? batch.exemplars?.get(index) : undefined;
    return exemplars === undefined ? [] : exemplars.slice(0, ring.capacity - 1);
  }

  #itemsAt(batch: ScrapeBatch, index: number, ring: ShardRing): number {
    return 1 + this.#exemplarsAt(batch, index, ring).length;
  }

  /** Notes a drop; reported once per feed, because rules may drop most of what is scraped. */
  #drop(kind: Kind, reason: DropReason): void {
    this.#drops[reason][kind]++;
    this.#dropCount++;
  }

  #reportDrops(): void {
    if (this.#dropCount === 0) return;
    for (const [reason, counts] of Object.entries(this.#drops) as [DropReason, KindCounts][]) {
      for (const kind of KINDS) this.#options.counters.dropped(kind, reason, counts[kind]);
      Object.assign(counts, noCounts());
    }
    this.#options.onDropped(this.#dropCount);
    this.#dropCount = 0;
  }

  /** Moves what replaced shards left behind, in the order of the batches; returns whether all of it found room. */
  #moveLeft(): boolean {
    for (let left = this.#oldestLeft(); left !== undefined; left = this.#oldestLeft()) {
      const item = left.at(0);
      const ring = this.#ringOf(item.ref);
      if (ring.room === 0) return false;
      ring.sequence = item.sequence;
      ring.startMs = item.startMs;
      ring.push(item.kind, item.ref, item.labels, item.timestampMs, item.value, item.payload);
      left.drop(1);
      if (left.count === 0) this.#left = this.#left.filter(({ count }) => count > 0);
    }
    return true;
  }

  #oldestLeft(): ShardRing | undefined {
    let oldest: ShardRing | undefined;
    for (const ring of this.#left) if ((ring.oldestSequence ?? Infinity) < (oldest?.oldestSequence ?? Infinity)) oldest = ring;
    return oldest;
  }

  #ringOf(ref: SeriesRef): ShardRing {
    const ring = this.#rings[Math.abs(ref) % this.#rings.length];
    if (ring === undefined) throw new Error('nothing is fed while there are no shards');
    return ring;
  }
}

/** What only message 2.0 carries: since when a sample counts, and what is known of its family. */
function noteForV2(batch: ScrapeBatch, index: number, { labels, ring }: { readonly labels: SymbolLabels; readonly ring: ShardRing }): void {
  ring.startMs = batch.startTimestamps?.get(index) ?? 0;
  labels.metadata = batch.metadata?.get(index) ?? labels.metadata;
}

function kindOf(flags: number): Kind {
  return (flags & SAMPLE_FLAGS.histogram) !== 0 && (flags & SAMPLE_FLAGS.stale) === 0 ? 'histograms' : 'samples';
}
