import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { inflateGzip } from './inflate.ts';

const LIMIT = 1_000_000;
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
    assert.deepEqual(inflateGzip(wire, LIMIT), { ok: false, reason: 'contentEncoding', error });
  });
}

test('a body is inflated whole, whatever its trailer claims about the length', () => {
  for (const bytes of [1, 63, 64, 65, 5_000, 100_000]) {
    const body = Buffer.alloc(bytes, 'a b c\n');
    const inflated = inflateGzip(gzipSync(body), LIMIT);
    assert.ok(inflated.ok);
    assert.deepEqual(inflated.body, body);
  }
  const members = inflateGzip(Buffer.concat([gzip, gzip]), LIMIT);
  assert.ok(members.ok);
  assert.equal(members.body.byteLength, 2 * text.byteLength);
});

test('S-110 the limit counts inflated bytes, and a body of exactly the limit is refused', () => {
  assert.equal(inflateGzip(gzip, text.byteLength + 1).ok, true);
  for (const limit of [text.byteLength, text.byteLength - 1, 1]) {
    assert.deepEqual(inflateGzip(gzip, limit), { ok: false, reason: 'bodyLimit', error: 'body size limit exceeded' });
  }
});

test('S-110 a bomb is not inflated beyond the limit', () => {
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 });
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(inflateGzip(bomb, 1024 * 1024).ok, false);
  assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024);
});
