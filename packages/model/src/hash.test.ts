import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { fnv1a64, xxhash64 } from './hash.ts';

const encoder = new TextEncoder();

test('S-040 FNV-1a 64 equals the published vectors', () => {
  const vectors: [string, bigint][] = [
    ['', 0xcbf29ce484222325n],
    ['a', 0xaf63dc4c8601ec8cn],
    ['foobar', 0x85944171f73967e8n],
  ];
  for (const [text, hash] of vectors) assert.equal(fnv1a64(text), hash, text);
});

test('FNV-1a 64 in halves equals the arithmetic modulo 2^64', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let hash = 0xcbf29ce484222325n;
      for (const byte of encoder.encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
      assert.equal(fnv1a64(text), hash);
    }),
  );
});

test('xxHash64 equals the published vectors', () => {
  assert.equal(xxhash64(new Uint8Array()), 0xef46db3751d8e999n);
  assert.equal(xxhash64(encoder.encode('a')), 0xd24ec4f1a98c6e5bn);
  assert.equal(xxhash64(encoder.encode('abc')), 0x44bc2cf5ad770999n);
});
