import assert from 'node:assert/strict';
import test from 'node:test';
import { SamplePacker, SampleUnpacker } from './packed-samples.ts';

test('packed samples unpack to the same lines, each label set written once', () => {
  const lines = [
    'up{instance="a b",job="x"} 1700000000000 1 0x3ff0000000000000',
    'x{} 1700000000000 NaN 0x7ff8000000000001',
    'x{a="\\"1 2 0x"} -5 stale 0x7ff0000000000002',
    'h{} 1700000000000 {"schema":3,"count":2}',
    'x{} 1700000000000 0.1 0x3fb999999999999a',
  ];
  const [packer, unpacker] = [new SamplePacker(), new SampleUnpacker()];
  const first = { n: 1, ...packer.pack(lines) };
  const second = { n: 2, ...packer.pack(lines) };
  assert.equal(Object.keys(first.l ?? {}).length, 4);
  assert.equal(second.l, undefined);
  unpacker.note(first);
  assert.deepEqual(unpacker.unpack(first), lines);
  unpacker.note(second);
  assert.deepEqual(unpacker.unpack(second), lines);
});
