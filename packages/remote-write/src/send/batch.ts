import type { Exemplar, NativeHistogram } from '@limpet/model';
import { compress } from 'snappyjs';
import { noCounts } from '../queue/queue-counters.ts';
import type { KindCounts } from '../queue/queue-counters.ts';
import { ITEM } from '../queue/shard-ring.ts';
import type { RingItem, ShardRing } from '../queue/shard-ring.ts';
import type { Kind } from '../metrics.ts';
import { SymbolLabels, wireLabelsOf } from '../series/series-on-wire.ts';
import { isHistogramForV1 } from '../wire/histogram.ts';
import { writeExemplar, writeNativeHistogram, writeSample } from '../wire/write-request.ts';
import { RequestV2Writer } from '../wire/write-request-v2.ts';
import { WireWriter } from '../wire/wire-writer.ts';

/** The body of one request and what is in it. */
export interface EncodedBatch {
  /** Items of the ring that the batch covers, those that were too old included. */
  readonly itemCount: number;
  /** What the body holds. */
  readonly sent: KindCounts;
  /** What was left out because it was too old. */
  readonly tooOld: KindCounts;
  /** Histograms that message 1.0 cannot carry; queued for 2.0, which the receiver turned out not to know. */
  readonly unsendable: KindCounts;
  readonly isV2: boolean;
  /** Snappy block of a `WriteRequest`; `undefined` where everything was too old (W-001, W-033). */
  readonly body: Uint8Array | undefined;
  /** Times of the oldest item in the body and the newest one covered, milliseconds; Infinity and 0 where none. */
  readonly oldestMs: number;
  readonly newestMs: number;
}

const writer = new WireWriter();
const writerV2 = new RequestV2Writer();

/** Encodes `itemCount` items of a ring, the oldest ones unless `from` says otherwise, without those older than `oldestMs`, in their order. */
export function encodeBatch(
  ring: ShardRing,
  {
    itemCount,
    oldestMs,
    isV2,
    from = 0,
  }: { readonly itemCount: number; readonly oldestMs: number; readonly isV2: boolean; readonly from?: number },
): EncodedBatch {
  const sent = noCounts();
  const tooOld = noCounts();
  const unsendable = noCounts();
  let oldestSentMs = Infinity;
  let newestMs = 0;
  writer.clear();
  writerV2.clear();
  for (let index = from; index < from + itemCount; index++) {
    const item = ring.at(index);
    newestMs = Math.max(newestMs, item.timestampMs);
    if (item.timestampMs < oldestMs) tooOld[kindOf(item)]++;
    else if (!isV2 && isUnsendable(item)) unsendable.histograms++;
    else {
      if (isV2) writeItemV2(item);
      else writeItem(item);
      sent[kindOf(item)]++;
      oldestSentMs = Math.min(oldestSentMs, item.timestampMs);
    }
  }
  const message = isV2 ? writerV2 : writer;
  const body = message.isEmpty ? undefined : compress(isV2 ? writerV2.finish() : writer.written);
  return { itemCount, sent, tooOld, unsendable, isV2, body, oldestMs: oldestSentMs, newestMs };
}

function writeItem(item: RingItem): void {
  const { kind, timestampMs, value } = item;
  const labels = wireLabelsOf(item.labels);
  switch (kind) {
    case ITEM.sample:
    case ITEM.stale:
      return writeSample(writer, labels, { value, timestampMs, isStale: kind === ITEM.stale });
    case ITEM.histogram:
      return writeNativeHistogram(writer, labels, item.payload as NativeHistogram, timestampMs);
    case ITEM.exemplar:
      return writeExemplar(writer, labels, item.payload as Exemplar, timestampMs);
  }
}

function writeItemV2(item: RingItem): void {
  const { kind, labels, timestampMs, startMs, value } = item;
  if (!(labels instanceof SymbolLabels)) throw new Error('a series of message 1.0 is among those of 2.0');
  const times = { timestampMs, startMs };
  switch (kind) {
    case ITEM.sample:
    case ITEM.stale:
      return writerV2.sample(labels, times, { value, isStale: kind === ITEM.stale });
    case ITEM.histogram:
      return writerV2.histogram(labels, times, item.payload as NativeHistogram);
    case ITEM.exemplar:
      return writerV2.exemplar(labels, timestampMs, item.payload as Exemplar);
  }
}

function isUnsendable({ kind, payload }: RingItem): boolean {
  return kind === ITEM.histogram && !isHistogramForV1(payload as NativeHistogram);
}

/** What the oldest items of a ring count as. */
export function countsOf(ring: ShardRing, itemCount: number): KindCounts {
  const counts = noCounts();
  for (let index = 0; index < itemCount; index++) counts[kindOf(ring.at(index))]++;
  return counts;
}

function kindOf({ kind }: RingItem): Kind {
  return kind === ITEM.histogram ? 'histograms' : kind === ITEM.exemplar ? 'exemplars' : 'samples';
}
