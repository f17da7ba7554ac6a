import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsFrom } from '@limpet/model';
import { historyOf } from './store-history.ts';

test('a range of the store reaches views as plain arrays, stale markers told apart', () => {
  const asked: unknown[] = [];
  const labels = labelsFrom([['__name__', 'up']]);
  const histograms = new Map();
  const history = historyOf({
    range: (query) => {
      asked.push(query);
      const series = [
        { labels, timestampsMs: Float64Array.of(1, 2), values: Float64Array.of(1, NaN), stale: Uint8Array.of(0, 1), histograms },
      ];
      return { series, isTruncated: false };
    },
  });
  assert.deepEqual(history.range({ matchers: { __name__: 'up', job: '' }, fromMs: 1, toMs: 9 }), [
    { labels, timestampsMs: [1, 2], values: [1, NaN], isStale: [false, true], histograms },
  ]);
  assert.deepEqual(asked, [
    {
      matchers: [
        { label: '__name__', value: 'up' },
        { label: 'job', value: '' },
      ],
      fromMs: 1,
      toMs: 9,
    },
  ]);
});
