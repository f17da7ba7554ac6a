import assert from 'node:assert/strict';
import test from 'node:test';
import { countSamples } from './count-samples.ts';

const field = (number: number, content: readonly number[]) => [(number << 3) | 2, content.length, ...content];
const label = field(1, [...field(1, [97]), ...field(2, [98])]);
const sample = field(2, [9, 0, 0, 0, 0, 0, 0, 240, 63, 16, 128, 1]);

test('samples of all series are counted, labels and metadata are not', () => {
  const first = field(1, [...label, ...sample, ...sample]);
  const second = field(1, [...label, ...label, ...sample]);
  const histogram = field(1, [...label, ...field(4, [8, 1])]);
  const metadata = field(3, [8, 1, 18, 1, 97]);
  assert.equal(countSamples(Uint8Array.from([...first, ...metadata, ...second, ...histogram])), 4);
  assert.equal(countSamples(new Uint8Array()), 0);
});

test('what is no request is refused', () => {
  assert.throws(() => countSamples(Uint8Array.from([10, 200, 1, 0])), /beyond/);
  assert.throws(() => countSamples(Uint8Array.from([11])), /wire type 3/);
  assert.throws(() => countSamples(Uint8Array.from([128])), /no number/);
});
