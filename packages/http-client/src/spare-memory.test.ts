import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { BodyBudget } from './body-budget.ts';
import { BodyBuffer } from './body-buffer.ts';
import { inflateAtOnce } from './inflate.ts';
import { openReusedGunzip } from './reused-gunzip.ts';
import { SPARE_BYTES_MAX, SpareMemory } from './spare-memory.ts';

const body = (budget: BodyBudget, bytes: number, fill: number): BodyBuffer => {
  const buffer = new BodyBuffer(budget, { expectedBytes: bytes, bytesMax: 10 * bytes });
  assert.ok(buffer.append(Buffer.alloc(bytes, fill)));
  return buffer;
};

test('the memory of a body that was released serves the next one, that of one that was only freed does not', () => {
  const budget = new BodyBudget();
  const first = body(budget, 100_000, 1);
  const taken = first.take();
  first.dispose();
  first.dispose();
  assert.deepEqual([budget.heldBytes, budget.spare.bytes], [0, 100_000]);
  const second = body(budget, 90_000, 2);
  assert.equal(second.take().buffer, taken.buffer);
  assert.deepEqual([budget.heldBytes, budget.spare.bytes], [100_000, 0], 'all of the memory counts');
  second.free();
  assert.deepEqual([budget.heldBytes, budget.spare.bytes], [0, 0], 'whoever took it may still read it');
});

test('no more memory is kept than the limit, and none that is far too long is given', () => {
  const spare = new SpareMemory();
  for (let count = 0; count < 100; count++) spare.give(Buffer.allocUnsafeSlow(100_000));
  assert.equal(spare.bytes, Math.floor(SPARE_BYTES_MAX / 100_000) * 100_000);
  const before = spare.bytes;
  assert.equal(spare.take(40_000).byteLength, 40_000);
  assert.equal(spare.bytes, before);
  spare.give(Buffer.allocUnsafe(100));
  spare.give(Buffer.allocUnsafeSlow(200_000).subarray(0, 100_000));
  assert.equal(spare.bytes, before, 'neither short memory nor part of something else');
});

test('the reused gunzip is there and inflates what it is given, whatever came before', () => {
  const gunzip = openReusedGunzip();
  assert.ok(gunzip !== undefined, 'the inside of Node has changed: reused-gunzip.ts has to follow');
  const damage = fc.option(fc.nat(), { freq: 3 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ maxLength: 3000 }), damage), { minLength: 1, maxLength: 6 }), (texts) => {
      for (const [text, damaged] of texts) {
        const wire = gzipSync(text);
        const bytes = Buffer.from(text);
        const to = new Uint8Array(bytes.byteLength + 1);
        if (damaged === null) {
          assert.equal(gunzip(wire, to), bytes.byteLength);
          assert.ok(bytes.equals(to.subarray(0, bytes.byteLength)));
        } else assert.equal(gunzip(wire.subarray(0, damaged % wire.byteLength), to), undefined);
      }
    }),
    { numRuns: 300 },
  );
});

test('a gzip body is the same with and without spare memory, also where its trailer lies', () => {
  const spare = new SpareMemory();
  const two = Buffer.concat([gzipSync('up 1\n'.repeat(4000)), gzipSync('up 2\n'.repeat(4000))]);
  const lying = gzipSync('up 1\n'.repeat(4000));
  lying.writeUInt32LE(3, lying.byteLength - 4);
  for (const wire of [gzipSync('up 1\n'.repeat(4000)), two, lying, Buffer.from('nothing of the kind, but long enough'), gzipSync('')]) {
    const [reused, plain] = [inflateAtOnce(wire, 1_000_000, spare), inflateAtOnce(wire, 1_000_000)];
    assert.equal(reused.kind, plain.kind);
    if (reused.kind === 'done' && plain.kind === 'done') assert.deepEqual(reused.body, plain.body);
    else assert.deepEqual(reused, plain);
  }
});
