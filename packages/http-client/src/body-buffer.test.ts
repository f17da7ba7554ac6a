import assert from 'node:assert/strict';
import test from 'node:test';
import { BodyBudget } from './body-budget.ts';
import { BodyBuffer } from './body-buffer.ts';

const MIB = 1024 * 1024;

function buffer(budget: BodyBudget, bytesMax = 64 * MIB, expectedBytes = 0): BodyBuffer {
  return new BodyBuffer(budget, { expectedBytes, bytesMax });
}

const bodies: readonly { readonly name: string; readonly lengths: readonly number[]; readonly expectedBytes?: number }[] = [
  { name: 'nothing', lengths: [] },
  { name: 'empty chunks', lengths: [0, 0] },
  { name: 'small, of unknown length', lengths: [5, 0, 7_000] },
  { name: 'as long as announced', lengths: [40_000, 60_000], expectedBytes: 100_000 },
  { name: 'longer than announced', lengths: [40_000, 60_000], expectedBytes: 10 },
  { name: 'much shorter than announced', lengths: [5], expectedBytes: 5 * MIB },
  { name: 'just small', lengths: [MIB - 1, 1] },
  { name: 'just large', lengths: [MIB, 1] },
  { name: 'large at once', lengths: [5 * MIB + 3] },
  { name: 'large in chunks', lengths: Array.from({ length: 90 }, () => 65_536) },
];

for (const { name, lengths, expectedBytes } of bodies) {
  test(`a body is its chunks one after another: ${name}`, () => {
    const budget = new BodyBudget();
    const body = buffer(budget, 64 * MIB, expectedBytes);
    const chunks = lengths.map((length, index) => Buffer.alloc(length, index + 1));
    for (const chunk of chunks) assert.ok(body.append(chunk));
    const whole = Buffer.concat(chunks);
    assert.ok(budget.heldBytes >= whole.byteLength);
    const taken = body.take();
    assert.ok(taken.equals(whole));
    assert.ok(budget.heldBytes >= taken.byteLength);
    body.free();
    body.free();
    assert.equal(budget.heldBytes, 0);
    assert.ok(taken.equals(whole), 'what was taken outlives the giving back');
  });
}

test('a chunk is copied: its memory may be read into again', () => {
  const body = buffer(new BodyBudget());
  const chunk = Buffer.from('up 1\n');
  body.append(chunk);
  chunk.fill(0);
  assert.equal(body.take().toString(), 'up 1\n');
});

test('a body that finds no room keeps what it has until it is freed', () => {
  const budget = new BodyBudget({ totalBytesMax: 8 * MIB });
  const body = buffer(budget);
  let length = 0;
  while (body.append(Buffer.alloc(256 * 1024))) length += 256 * 1024;
  assert.ok(length > 2 * MIB && length <= 4 * MIB, `${length} bytes, of the half that large bodies share`);
  assert.equal(budget.refusedCount, 1);
  assert.equal(body.length, length);
  body.free();
  assert.equal(budget.heldBytes, 0);
});

test('large bodies leave room for small ones', () => {
  const budget = new BodyBudget({ totalBytesMax: 16 * MIB });
  const chunk = Buffer.alloc(64 * 1024);
  for (const hog of [buffer(budget), buffer(budget)]) while (hog.append(chunk));
  assert.ok(budget.heldBytes >= 8 * MIB, 'the large ones have all that they may');
  for (let count = 0; count < 64; count++) assert.ok(buffer(budget).append(chunk), `small body ${count}`);
  while (buffer(budget).append(chunk));
  assert.equal(budget.heldBytes, 16 * MIB);
});

test('a body held is the one that replaced it', () => {
  const budget = new BodyBudget({ totalBytesMax: 2 * MIB });
  const body = buffer(budget);
  body.append(Buffer.alloc(10));
  assert.equal(body.replaceBy(Buffer.alloc(100_000)), true);
  assert.equal(budget.heldBytes, 100_000);
  assert.equal(body.replaceBy(Buffer.alloc(50)), true);
  assert.equal(budget.heldBytes, 50);
  assert.equal(body.replaceBy(Buffer.alloc(3 * MIB)), false);
  assert.equal(budget.heldBytes, 50);
});

test('a large body that is disposed of is empty, a small one is left to the garbage collector', () => {
  const budget = new BodyBudget();
  const [large, small] = [buffer(budget), buffer(budget)];
  large.append(Buffer.alloc(3 * MIB, 1));
  small.append(Buffer.alloc(300, 1));
  const taken = [large.take(), small.take()];
  large.dispose();
  small.dispose();
  large.dispose();
  assert.equal(budget.heldBytes, 0);
  assert.deepEqual(
    taken.map(({ byteLength }) => byteLength),
    [0, 300],
  );
});
