import assert from 'node:assert/strict';
import test from 'node:test';
import { parseOpenMetrics, parseText } from '@limpet/exposition';
import type { SampleEntry } from '@limpet/exposition';
import { labelsText } from '@limpet/model';
import { expositionBody } from './exposition-body.ts';

const samplesOf = (body: Uint8Array, parse = parseText) =>
  [...parse(body)].filter((entry): entry is SampleEntry => entry.kind === 'sample');
const seriesOf = (samples: readonly SampleEntry[]) => samples.map((sample) => labelsText(sample.labels()));

test('a body has as many series as asked for, all different, in both formats', () => {
  for (const seriesCount of [1, 9, 25, 100, 1003]) {
    const text = seriesOf(samplesOf(expositionBody({ seriesCount, format: 'text', round: 0 })));
    assert.equal(new Set(text).size, seriesCount);
    const open = seriesOf(samplesOf(expositionBody({ seriesCount, format: 'openmetrics', round: 0 }), parseOpenMetrics));
    assert.deepEqual(open, text);
  }
});

test('from one round to the next the series stay, many values change and counters do not fall', () => {
  const [before, after] = [0, 1].map((round) => samplesOf(expositionBody({ seriesCount: 1000, format: 'text', round })));
  assert.ok(before !== undefined && after !== undefined);
  assert.deepEqual(seriesOf(after), seriesOf(before));
  const changed = after.filter(({ value }, index) => value !== before[index]?.value);
  assert.ok(changed.length > 250 && changed.length < 750, `${changed.length} values changed`);
  const fell = after.filter(
    (sample, index) => labelsText(sample.labels()).includes('_total') && sample.value < (before[index]?.value ?? 0),
  );
  assert.equal(fell.length, 0);
});

test('the same options give the same bytes', () => {
  const body = () => expositionBody({ seriesCount: 50, format: 'text', round: 3 });
  assert.deepEqual(body(), body());
});
