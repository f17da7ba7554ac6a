import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsFrom } from '@limpet/model';
import type { NativeHistogram } from '@limpet/model';
import type { RangeQuery, SeriesRange } from '@limpet/store';
import { historyOf } from './store-history.ts';
import { parseTargetSelector } from './target-selector.ts';
import type { TargetSelector } from './target-selector.ts';

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

function selector(text: string): TargetSelector {
  const parsed = parseTargetSelector(text);
  return parsed.ok ? parsed.value : assert.fail(parsed.error.message);
}

/** A series whose samples are at 1, 2 … */
function series(name: string, values: readonly number[], last: 'value' | 'stale' | 'histogram' = 'value'): SeriesRange {
  return {
    labels: labelsFrom([['__name__', name]]),
    timestampsMs: Float64Array.from(values, (_, index) => index + 1),
    values: Float64Array.from(values),
    stale: Uint8Array.from(values, (_, index) => Number(last === 'stale' && index === values.length - 1)),
    histograms: new Map(last === 'histogram' ? [[values.length - 1, {} as NativeHistogram]] : []),
  };
}

test('A-016 the newest sample of each selected series is told once, stale ones and native histograms are not', () => {
  const all = [series('a', [1, 2]), series('b', [3, 4], 'stale'), series('c', [5, 6], 'histogram'), series('d', [7])];
  const asked: RangeQuery[] = [];
  const history = historyOf({
    range: (query) => {
      asked.push(query);
      return { series: all.filter(({ labels }) => query.selects?.(labels) !== false), isTruncated: false };
    },
  });
  const selectors = [selector('{__name__=~"a|b|c"}'), selector('d'), selector('{__name__="a"}')];
  assert.deepEqual(history.newest({ selectors, fromMs: 1, toMs: 9 }), [
    { labels: all[0]?.labels, timestampMs: 2, value: 2 },
    { labels: all[3]?.labels, timestampMs: 1, value: 7 },
  ]);
  assert.deepEqual(
    asked.map(({ matchers, fromMs, toMs }) => [matchers, fromMs, toMs]),
    [
      [[], 1, 9],
      [[{ label: '__name__', value: 'd' }], 1, 9],
      [[{ label: '__name__', value: 'a' }], 1, 9],
    ],
  );
});

test('A-016 an answer that the store cuts short is none', () => {
  const history = historyOf({ range: () => ({ series: [series('a', [1])], isTruncated: true }) });
  assert.equal(history.newest({ selectors: [selector('a')], fromMs: 1, toMs: 9 }), undefined);
});
