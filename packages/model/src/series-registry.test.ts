import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { encodeLabels } from './label-bytes.ts';
import { labelsFrom } from './labels.ts';
import { copyBatch, SAMPLE_FLAGS, sampleTimestampMs } from './scrape-batch.ts';
import { Secret } from './secret.ts';
import { SeriesRegistry, slotOf } from './series-registry.ts';
import { isStaleMarker, NORMAL_NAN_BITS, STALE_NAN_BITS, writeValue } from './stale.ts';

const bytesOf = (name: string) => encodeLabels(labelsFrom([['__name__', name]]));

test('a label set has one ref, and a ref is never given to another series', () => {
  const registry = new SeriesRegistry();
  const [up, down] = [registry.acquire(bytesOf('up')), registry.acquire(bytesOf('down'))];
  assert.notEqual(up, down);
  assert.equal(registry.acquire(bytesOf('up')), up);
  assert.deepEqual(registry.labelBytes(up), bytesOf('up'));
  for (const _ of [1, 2]) registry.release(up);
  registry.nextSequence();
  registry.reclaim(1);
  assert.throws(() => registry.labelBytes(up), /not known/);
  assert.ok(registry.acquire(bytesOf('up')) > down, 'a series that comes back is a new one');
});

test('label bytes stay readable while a batch that may name them is in use', () => {
  const registry = new SeriesRegistry();
  const ref = registry.acquire(bytesOf('up'));
  registry.nextSequence(); // batch 1 names it
  registry.release(ref);
  registry.nextSequence();
  registry.reclaim(1);
  assert.deepEqual(registry.labelBytes(ref), bytesOf('up'), 'batch 1 is still in use');
  registry.reclaim(2);
  assert.throws(() => registry.labelBytes(ref));
});

test('a series taken up again before it is forgotten is kept', () => {
  const registry = new SeriesRegistry();
  const ref = registry.acquire(bytesOf('up'));
  registry.release(ref);
  assert.equal(registry.acquire(bytesOf('up')), ref);
  registry.nextSequence();
  registry.reclaim(100);
  assert.deepEqual(registry.labelBytes(ref), bytesOf('up'));
  assert.throws(() => {
    for (const _ of [1, 2]) registry.release(ref);
  }, /released more often/);
});

test('whatever the order of acquire, release and reclaim, held series resolve and released ones go', () => {
  const step = fc.tuple(fc.constantFrom('acquire', 'release', 'batch', 'reclaim'), fc.nat(4));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const registry = new SeriesRegistry();
      const holds = new Map<number, { name: string; count: number }>();
      let sequence = 0;
      for (const [kind, n] of steps) {
        const held = [...holds].filter(([, { count }]) => count > 0);
        if (kind === 'acquire') {
          const ref = registry.acquire(bytesOf(`m${n}`));
          holds.set(ref, { name: `m${n}`, count: (holds.get(ref)?.count ?? 0) + 1 });
        } else if (kind === 'release' && held.length > 0) {
          const [ref, hold] = held[n % held.length] ?? [0, { name: '', count: 0 }];
          registry.release(ref);
          hold.count--;
        } else if (kind === 'batch') sequence = registry.nextSequence();
        else registry.reclaim(sequence + 1);
        for (const [ref, { name, count }] of holds) if (count > 0) assert.deepEqual(registry.labelBytes(ref), bytesOf(name));
      }
      for (const [ref, { count }] of holds) for (let left = count; left > 0; left--) registry.release(ref);
      registry.reclaim(registry.nextSequence() + 1);
      assert.equal(registry.size, 0);
    }),
  );
});

test('W-030 W-031 stale markers and other NaNs are written with their exact bits', () => {
  const view = new DataView(new ArrayBuffer(8));
  const bits: [number, boolean, bigint][] = [
    [0, true, STALE_NAN_BITS],
    [Number.NaN, false, NORMAL_NAN_BITS],
    [1.5, false, 0x3ff8000000000000n],
  ];
  for (const [value, isStale, expected] of bits) {
    writeValue(view, 0, value, isStale);
    assert.equal(view.getBigUint64(0, true), expected);
    assert.equal(isStaleMarker(view, 0), isStale);
  }
});

test('a copied batch has arrays of its own, cut to its count', () => {
  const batch = {
    job: 'j',
    targetId: 't',
    tick: 1,
    epoch: 0,
    timestampMs: 1_000,
    count: 2,
    series: Float64Array.of(1, 2, 3),
    values: Float64Array.of(1, 2, 3),
    flags: Uint8Array.of(0, SAMPLE_FLAGS.explicitTimestamp, 0),
    timestamps: new Map([[1, 5]]),
  };
  const copy = copyBatch(batch);
  batch.values[0] = 99;
  assert.deepEqual([...copy.values], [1, 2]);
  assert.equal(copy.series.length, 2);
  assert.deepEqual([sampleTimestampMs(copy, 0), sampleTimestampMs(copy, 1)], [1_000, 5]);
});

test('C-013 a secret prints itself as <secret> wherever it is put', async () => {
  const { inspect } = await import('node:util');
  const secret = new Secret('hunter2');
  for (const text of [''.concat(String(secret)), JSON.stringify({ secret }), inspect({ secret })]) {
    assert.ok(text.includes('<secret>') && !text.includes('hunter2'), text);
  }
  assert.equal(secret.reveal(), 'hunter2');
  assert.equal(String(new Secret('')), '');
});

test('a slot names one series at a time and is given again under another ref', () => {
  const registry = new SeriesRegistry();
  const [up, down] = [registry.acquire(bytesOf('up')), registry.acquire(bytesOf('down'))];
  assert.notEqual(slotOf(up), slotOf(down));
  registry.release(up);
  registry.reclaim(Infinity);
  const later = registry.acquire(bytesOf('later'));
  assert.equal(slotOf(later), slotOf(up));
  assert.notEqual(later, up);
  assert.equal(registry.has(up), false);
  assert.deepEqual([registry.slotCount, registry.size], [2, 2]);
});

test('series that come and go leave no memory behind, and what stays keeps its bytes', () => {
  const registry = new SeriesRegistry({ hashSeed: 7 });
  const name = (round: number, n: number) => bytesOf(`churn_${round}_${n}_${'x'.repeat(100)}`);
  const kept = [3, 500, 999].map((n) => registry.acquire(name(0, n)));
  const view = registry.labelBytes(kept[0] ?? 0);
  for (let round = 1; round <= 40; round++) {
    const refs = Array.from({ length: 1_000 }, (_, n) => registry.acquire(name(round, n)));
    for (const ref of refs) registry.release(ref);
    registry.reclaim(Infinity);
  }
  assert.deepEqual([registry.size, registry.slotCount], [3, 1_003]);
  assert.ok(registry.reservedBytes < 1_000_000, `${registry.reservedBytes} bytes for three series`);
  for (const [index, n] of [3, 500, 999].entries()) assert.deepEqual(registry.labelBytes(kept[index] ?? 0), name(0, n));
  assert.deepEqual(view, name(0, 3), 'a view that was kept stays true');
});
