import assert from 'node:assert/strict';
import test from 'node:test';
import { HEADER_BYTES } from '../src/format/segment-header.ts';
import type { FaultyFiles } from './faulty-files.ts';
import { openBench, samplesOf } from './bench.ts';
import type { PlainBatch } from './bench.ts';

/** A log of several segments, killed, and what was written to each. */
async function writtenLog(): Promise<{ readonly files: FaultyFiles; readonly bySegment: ReadonlyMap<string, readonly PlainBatch[]> }> {
  const bench = await openBench({ segmentBytes: 250 });
  const reader = await bench.reader();
  for (let round = 1; round <= 64; round++) {
    const fraction = { labels: { __name__: 'fraction' }, value: Math.sin(round) };
    bench.append([...samplesOf(2, round), fraction, { labels: { __name__: `new${round % 3}` }, value: 'stale' }], { tick: round });
  }
  await bench.advance(1_000);
  const batches = await bench.drained(reader);
  const bySegment = new Map<string, PlainBatch[]>();
  for (const segment of bench.storage.log.segments) {
    const own = batches.filter(({ sequence }) => sequence >= segment.firstSequence && sequence < segment.nextSequence);
    bySegment.set(segment.name, own);
  }
  return { files: bench.files.afterCrash('kill'), bySegment };
}

/** Opens damaged files, reads everything, appends one more batch and reads that too. */
async function recovered(files: FaultyFiles): Promise<{ readonly batches: readonly PlainBatch[]; readonly wasReported: boolean }> {
  const bench = await openBench({ files });
  const reader = await bench.reader();
  const batches = await bench.drained(reader);
  assert.ok(bench.append(samplesOf(1, 777)));
  const added = await bench.drained(reader);
  assert.deepEqual(
    added.map(({ samples }) => samples.map(([, , value]) => value)),
    [[7_770]],
  );
  assert.deepEqual(bench.faults, []);
  await bench.storage.close();
  return { batches, wasReported: bench.counts.has('prometheus_agent_corruptions_total') };
}

/** What is read of each segment is the start of what was written to it. */
function assertPrefixes(batches: readonly PlainBatch[], bySegment: ReadonlyMap<string, readonly PlainBatch[]>, about: string): number {
  let missing = 0;
  for (const written of bySegment.values()) {
    const [first, last] = [written[0]?.sequence ?? 0, written.at(-1)?.sequence ?? 0];
    const read = batches.filter(({ sequence }) => sequence >= first && sequence <= last);
    assert.deepEqual(read, written.slice(0, read.length), about);
    missing += written.length - read.length;
  }
  return missing;
}

function withBytes(files: FaultyFiles, name: string, change: (bytes: Uint8Array) => Uint8Array): FaultyFiles {
  const copy = files.afterCrash('kill');
  copy.put(name, change(copy.bytesOf(name).slice()));
  return copy;
}

test('W-094 a segment cut at any byte yields a start of what was written, every other segment whole, and never refuses to open', async () => {
  const { files, bySegment } = await writtenLog();
  const names = [...bySegment.keys()];
  assert.ok(names.length >= 3);
  for (const name of [names[0] ?? '', names[1] ?? '', names.at(-1) ?? '']) {
    const { length } = files.bytesOf(name);
    for (let size = 0; size < length; size++) {
      const { batches } = await recovered(withBytes(files, name, (bytes) => bytes.slice(0, size)));
      const missing = assertPrefixes(batches, bySegment, `${name} cut at ${size}`);
      assert.ok(missing <= (bySegment.get(name)?.length ?? 0), `${name} cut at ${size}: ${missing} missing`);
      if (size < HEADER_BYTES) assert.equal(missing, bySegment.get(name)?.length);
    }
  }
});

test('W-094 a byte flipped anywhere yields no batch that was not written; in a header it costs nothing; damage is set aside and reported', async () => {
  const { files, bySegment } = await writtenLog();
  const names = [...bySegment.keys()];
  for (const name of [names[0] ?? '', names[1] ?? '', names.at(-1) ?? '']) {
    const { length } = files.bytesOf(name);
    for (let at = 0; at < length; at++) {
      const flipped = withBytes(files, name, (bytes) => bytes.fill((bytes[at] ?? 0) ^ (1 << (at % 8)), at, at + 1));
      const { batches, wasReported } = await recovered(flipped);
      const missing = assertPrefixes(batches, bySegment, `${name} flipped at ${at}`);
      assert.equal(missing === 0, at < HEADER_BYTES, `${name} flipped at ${at}: ${missing} missing`);
      assert.equal(wasReported, at >= HEADER_BYTES);
      const aside = [...flipped.contents.keys()].filter((path) => path.endsWith('.corrupt'));
      assert.equal(aside.length, at < HEADER_BYTES ? 0 : 1);
    }
  }
});

test('garbage behind a torn end, an empty file, a file of zeros and a foreign file are stepped over', async () => {
  const { files, bySegment } = await writtenLog();
  const last = [...bySegment.keys()].at(-1) ?? '';
  const garbage = Uint8Array.from({ length: 5_000 }, (_, index) => (index * 2_654_435_761) >>> 13);
  const torn = withBytes(files, last, (bytes) => Buffer.concat([bytes.subarray(0, bytes.length - 3), garbage]));
  assert.equal(assertPrefixes((await recovered(torn)).batches, bySegment, 'garbage'), 1);
  for (const bytes of [new Uint8Array(), new Uint8Array(4_096), garbage]) {
    const odd = files.afterCrash('kill');
    odd.put('00000099.seg', bytes);
    odd.put('readme.txt', garbage);
    assert.equal(assertPrefixes((await recovered(odd)).batches, bySegment, `${bytes.length} bytes`), 0);
  }
});

test('few damaged ends are kept, the oldest go', async () => {
  const { files, bySegment } = await writtenLog();
  const last = [...bySegment.keys()].at(-1) ?? '';
  let current = files;
  for (let round = 0; round < 8; round++) {
    current = withBytes(current, last, (bytes) => bytes.subarray(0, bytes.length - 1));
    await recovered(current);
  }
  assert.ok([...current.contents.keys()].filter((path) => path.endsWith('.corrupt')).length <= 4);
});
