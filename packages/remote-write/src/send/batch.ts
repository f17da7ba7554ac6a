import type { Exemplar, NativeHistogram } from '@limpet/model';
import { compress } from 'snappyjs';
import { noCounts } from '../queue/queue-counters.ts';
import type { KindCounts } from '../queue/queue-counters.ts';
import { ITEM } from '../queue/shard-ring.ts';
import type { RingItem, ShardRing } from '../queue/shard-ring.ts';
import type { Kind } from '../metrics.ts';
import { writeExemplar, writeNativeHistogram, writeSample } from '../wire/write-request.ts';
import { WireWriter } from '../wire/wire-writer.ts';

/** The body of one request and what is in it. */
export interface EncodedBatch {
  /** Items of the ring that the batch covers, those that were too old included. */
  readonly itemCount: number;
  /** What the body holds. */
  readonly sent: KindCounts;
  /** What was left out because it was too old. */
  readonly tooOld: KindCounts;
  /** Snappy block of a `WriteRequest`; `undefined` where everything was too old (W-001, W-033). */
  readonly body: Uint8Array | undefined;
  /** Times of the oldest item in the body and the newest one covered, milliseconds; Infinity and 0 where none. */
  readonly oldestMs: number;
  readonly newestMs: number;
}

const writer = new WireWriter();

/** Encodes the `itemCount` oldest items of a ring, without those older than `oldestMs`, in their order. */
export function encodeBatch(
  ring: ShardRing,
  { itemCount, oldestMs }: { readonly itemCount: number; readonly oldestMs: number },
): EncodedBatch {
  const sent = noCounts();
  const tooOld = noCounts();
  let oldestSentMs = Infinity;
  let newestMs = 0;
  writer.clear();
  for (let index = 0; index < itemCount; index++) {
    const item = ring.at(index);
    newestMs = Math.max(newestMs, item.timestampMs);
    if (item.timestampMs < oldestMs) tooOld[kindOf(item)]++;
    else {
      writeItem(item);
      sent[kindOf(item)]++;
      oldestSentMs = Math.min(oldestSentMs, item.timestampMs);
    }
  }
  const body = writer.length === 0 ? undefined : compress(writer.written);
  return { itemCount, sent, tooOld, body, oldestMs: oldestSentMs, newestMs };
}

function writeItem(item: RingItem): void {
  const { kind, labels, timestampMs, value } = item;
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

/** What the oldest items of a ring count as. */
export function countsOf(ring: ShardRing, itemCount: number): KindCounts {
  const counts = noCounts();
  for (let index = 0; index < itemCount; index++) counts[kindOf(ring.at(index))]++;
  return counts;
}

function kindOf({ kind }: RingItem): Kind {
  return kind === ITEM.histogram ? 'histograms' : kind === ITEM.exemplar ? 'exemplars' : 'samples';
}
