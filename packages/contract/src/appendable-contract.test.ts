import assert from 'node:assert/strict';
import test from 'node:test';
import { copyBatch, decodeLabels, labelsObject, SAMPLE_FLAGS, sampleTimestampMs, SeriesRegistry } from '@limpet/model';
import type { Appendable, ScrapeBatch } from '@limpet/model';
import { runAppendableContract } from './appendable-contract.ts';
import type { AppendableSubject, DeliveredSample } from './appendable-contract.ts';
import { BATCH_TIMESTAMP_MS, batchOf, overwriteBatch } from './batch-of.ts';

const BATCH_COUNT_MAX = 50;

/** The smallest consumer there can be: a list of copies, resolved when somebody looks. */
function listConsumer(registry: SeriesRegistry): AppendableSubject {
  let kept: { batch: ScrapeBatch; sequence: number }[] = [];
  const done: DeliveredSample[] = [];
  let missed = 0;
  let isClosed = false;
  const appendable: Appendable = {
    name: 'list',
    append(batch, sequence) {
      if (isClosed) return { ok: false, reason: 'closed' };
      if (kept.length >= BATCH_COUNT_MAX) {
        missed += batch.count;
        return { ok: false, reason: 'full' };
      }
      kept.push({ batch: copyBatch(batch), sequence });
      return { ok: true };
    },
    oldestInUse: () => kept[0]?.sequence,
    async flush(signal) {
      if (signal.aborted) return;
      done.push(...kept.flatMap(({ batch }) => samplesOf(registry, batch)));
      kept = [];
    },
    async close() {
      isClosed = true;
      kept = [];
    },
  };
  return { appendable, delivered: () => done, missedSampleCount: () => missed };
}

function samplesOf(registry: SeriesRegistry, batch: ScrapeBatch): DeliveredSample[] {
  return [...batch.series].flatMap((ref, index) => {
    const isStale = ((batch.flags[index] ?? 0) & SAMPLE_FLAGS.stale) !== 0;
    const timestampMs = sampleTimestampMs(batch, index);
    const histogram = batch.histograms?.get(index);
    try {
      const labels = labelsObject(decodeLabels(registry.labelBytes(ref)));
      return [{ labels, timestampMs, value: isStale ? ('stale' as const) : (batch.values[index] ?? 0), ...(histogram && { histogram }) }];
    } catch {
      return [];
    }
  });
}

runAppendableContract({ name: 'a list', keepsHistograms: true, make: listConsumer });

test('a batch of the builder carries flags, side tables and rubbish behind its end', () => {
  const registry = new SeriesRegistry();
  const labels = { __name__: 'up' };
  const exemplars = [{ labels: [['trace', '1']] as const, value: 1, timestampMs: undefined }];
  const batch = batchOf(registry, [
    { labels, value: 'stale', isReport: true },
    { labels, value: 2, timestampMs: 5, exemplars },
  ]);
  assert.deepEqual(
    [...batch.flags.subarray(0, 2)],
    [SAMPLE_FLAGS.stale | SAMPLE_FLAGS.report, SAMPLE_FLAGS.explicitTimestamp | SAMPLE_FLAGS.exemplar],
  );
  assert.deepEqual([sampleTimestampMs(batch, 0), sampleTimestampMs(batch, 1)], [BATCH_TIMESTAMP_MS, 5]);
  assert.equal(batch.series[0], batch.series[1]);
  assert.ok(batch.series.length > batch.count);
  assert.equal(batch.exemplars?.get(1), exemplars);
});

test('an overwritten batch no longer holds what it held', () => {
  const batch = batchOf(new SeriesRegistry(), [{ labels: { __name__: 'up' }, value: 1 }]);
  overwriteBatch(batch);
  assert.notEqual(batch.values[0], 1);
  assert.notEqual(batch.series[0], 1);
});

test('a skip that names no check is refused', () => {
  assert.throws(
    () => runAppendableContract({ name: 'a list', make: listConsumer, skips: { 'no such check': 'misspelt' } }),
    /no check is called/,
  );
});
