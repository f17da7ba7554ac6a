import type { Store } from '@limpet/store';
import type { History } from './history.ts';

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
  };
}
