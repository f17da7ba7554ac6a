import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { BodyBudget } from './body-budget.ts';
import { BodyBuffer } from './body-buffer.ts';
import { inflateInSteps } from './inflate-steps.ts';
import type { InflatedInSteps } from './inflate-steps.ts';

const MIB = 1024 * 1024;

interface Outcome {
  readonly inflated: InflatedInSteps;
  readonly into: BodyBuffer;
  readonly budget: BodyBudget;
}

function inflate(wire: Uint8Array, limitBytes: number, totalBytesMax = 64 * MIB): Promise<Outcome> {
  const budget = new BodyBudget({ totalBytesMax });
  const into = new BodyBuffer(budget, { expectedBytes: 0, bytesMax: limitBytes });
  return new Promise((resolve) => {
    inflateInSteps(wire, { limitBytes, into, onEnd: (inflated) => resolve({ inflated, into, budget }) });
  });
}

test('a long body is inflated whole, several members too', async () => {
  const body = Buffer.from(Array.from({ length: 200_000 }, (_, index) => `metric_${index} ${index}\n`).join(''));
  const { inflated, into } = await inflate(Buffer.concat([gzipSync(body), gzipSync(body)]), 64 * MIB);
  assert.deepEqual(inflated, { kind: 'done' });
  assert.ok(into.take().equals(Buffer.concat([body, body])));
});

test('S-110 a bomb ends at the limit, and of exactly the limit too', async () => {
  const wire = gzipSync(Buffer.alloc(4 * MIB));
  assert.deepEqual((await inflate(wire, 2 * MIB)).inflated, { kind: 'tooLong' });
  assert.deepEqual((await inflate(wire, 4 * MIB)).inflated, { kind: 'tooLong' });
  assert.deepEqual((await inflate(wire, 4 * MIB + 1)).inflated, { kind: 'done' });
});

test('a body that the budget has no room for ends there', async () => {
  const { inflated, into, budget } = await inflate(gzipSync(Buffer.alloc(4 * MIB)), 64 * MIB, 6 * MIB);
  assert.deepEqual(inflated, { kind: 'noRoom' });
  assert.ok(budget.heldBytes <= 3 * MIB);
  into.free();
  assert.equal(budget.heldBytes, 0);
});

test('S-171 a long body that is cut or broken fails in the words of Go', async () => {
  const wire = gzipSync(Buffer.alloc(2 * MIB));
  const cut = await inflate(wire.subarray(0, wire.byteLength - 12), 64 * MIB);
  assert.deepEqual(cut.inflated, { kind: 'failed', reason: 'contentEncoding', error: 'unexpected EOF' });
  const broken = await inflate(Buffer.concat([wire.subarray(0, wire.byteLength - 8), Buffer.alloc(8)]), 64 * MIB);
  assert.deepEqual(broken.inflated, { kind: 'failed', reason: 'contentEncoding', error: 'gzip: invalid checksum' });
});

test('what is given up is not told of, and its memory may go at once', async () => {
  const budget = new BodyBudget();
  const into = new BodyBuffer(budget, { expectedBytes: 0, bytesMax: 64 * MIB });
  let told = 0;
  const giveUp = inflateInSteps(gzipSync(Buffer.alloc(8 * MIB)), { limitBytes: 64 * MIB, into, onEnd: () => told++ });
  while (into.length < MIB) await new Promise((resolve) => setImmediate(resolve));
  giveUp();
  into.free();
  await inflate(gzipSync(Buffer.alloc(8 * MIB)), 64 * MIB);
  assert.equal(told, 0);
  assert.equal(budget.heldBytes, 0);
});
