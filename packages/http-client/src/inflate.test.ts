import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { inflateAtOnce } from './inflate.ts';
import { INFLATE_AT_ONCE_BYTES_MAX } from './limits.ts';

const LIMIT = 1_000_000;
const LIMIT_ABOVE = 2 * INFLATE_AT_ONCE_BYTES_MAX;
const text = Buffer.from('up 1\n'.repeat(1_000));
const gzip = gzipSync(text);

const refusals: readonly { readonly name: string; readonly wire: Uint8Array; readonly error: string }[] = [
  { name: 'nothing at all', wire: Buffer.alloc(0), error: 'EOF' },
  { name: 'something else', wire: Buffer.from('up 1\n'.repeat(10)), error: 'gzip: invalid header' },
  { name: 'a cut stream', wire: gzip.subarray(0, gzip.length - 12), error: 'unexpected EOF' },
  { name: 'a wrong checksum', wire: Buffer.concat([gzip.subarray(0, gzip.length - 8), Buffer.alloc(8)]), error: 'gzip: invalid checksum' },
];

for (const { name, wire, error } of refusals) {
  test(`S-171 a gzip body that is ${name} fails in the words of Go`, () => {
    assert.deepEqual(inflateAtOnce(wire, LIMIT), { kind: 'failed', reason: 'contentEncoding', error });
  });
}

test('a body is inflated whole, whatever its trailer claims about the length', () => {
  for (const bytes of [1, 63, 64, 65, 5_000, 100_000]) {
    const body = Buffer.alloc(bytes, 'a b c\n');
    const inflated = inflateAtOnce(gzipSync(body), LIMIT);
    assert.ok(inflated.kind === 'done');
    assert.deepEqual(inflated.body, body);
  }
  const members = inflateAtOnce(Buffer.concat([gzip, gzip]), LIMIT);
  assert.ok(members.kind === 'done');
  assert.equal(members.body.byteLength, 2 * text.byteLength);
});

test('S-110 the limit counts inflated bytes, and a body of exactly the limit is refused', () => {
  assert.equal(inflateAtOnce(gzip, text.byteLength + 1).kind, 'done');
  for (const limit of [text.byteLength, text.byteLength - 1, 1]) {
    assert.deepEqual(inflateAtOnce(gzip, limit), { kind: 'tooLong' });
  }
});

test('S-110 a bomb is not inflated beyond the limit', () => {
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 });
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(inflateAtOnce(bomb, 1024 * 1024).kind, 'tooLong');
  assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024);
});

test('a body that is long, or turns out to be, is left to the steps', () => {
  const long = gzipSync(Buffer.alloc(INFLATE_AT_ONCE_BYTES_MAX + 1, 'a b c\n'));
  assert.equal(inflateAtOnce(long, LIMIT_ABOVE).kind, 'later');
  const liar = gzipSync(Buffer.alloc(2 * INFLATE_AT_ONCE_BYTES_MAX, 'a b c\n'));
  liar.writeUInt32LE(5, liar.byteLength - 4);
  assert.equal(inflateAtOnce(liar, LIMIT_ABOVE).kind, 'later');
  assert.equal(inflateAtOnce(long, INFLATE_AT_ONCE_BYTES_MAX).kind, 'tooLong');
});
