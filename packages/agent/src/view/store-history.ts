import { labelsText, METRIC_NAME } from '@limpet/model';
import type { Store } from '@limpet/store';
import type { History, NewestQuery, NewestSample } from './history.ts';

/** The embedded store as views read it. */
export function historyOf(store: Pick<Store, 'range'>): History {
  return {
    range: ({ matchers, fromMs, toMs }) => {
      const wanted = Object.entries(matchers).map(([label, value]) => ({ label, value }));
      return store.range({ matchers: wanted, fromMs, toMs }).series.map(({ labels, timestampsMs, values, stale, histograms }) => ({
        labels,
        timestampsMs: [...timestampsMs],
        values: [...values],
        isStale: Array.from(stale, (flag) => flag === 1),
        histograms,
      }));
    },
    newest: (query) => newest(store, query),
  };
}

function newest(store: Pick<Store, 'range'>, { selectors, fromMs, toMs }: NewestQuery): readonly NewestSample[] | undefined {
  const found = new Map<string, NewestSample>();
  for (const { metricName, matches } of selectors) {
    const matchers = metricName === undefined ? [] : [{ label: METRIC_NAME, value: metricName }];
    const { series, isTruncated } = store.range({ matchers, selects: matches, fromMs, toMs });
    if (isTruncated) return undefined;
    for (const { labels, timestampsMs, values, stale, histograms } of series) {
      const last = timestampsMs.length - 1;
      if (stale[last] === 1 || histograms.has(last)) continue;
      found.set(labelsText(labels), { labels, timestampMs: timestampsMs[last] ?? 0, value: values[last] ?? 0 });
    }
  }
  return [...found.values()];
}
