import type { Labels } from '@limpet/model';

/** One endpoint to scrape, after relabelling. Immutable: a change of labels or URL makes another target (S-026). */
export interface Target {
  /** The target hash as 16 hex digits: FNV-1a 64 over label hash and URL (S-040). */
  readonly key: string;
  /** All labels left after relabelling, those starting with `__` included, without `__meta_…` (S-035). */
  readonly labels: Labels;
  /** The labels that series get. */
  readonly publicLabels: Labels;
  /** What discovery gave: the target's own labels and those of its group; for display (S-033). */
  readonly discovered: { readonly target: Labels; readonly group: Labels };
  readonly url: string;
  readonly instance: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** `__unix_socket__`, or `''` (S-042). */
  readonly socketPath: string;
  readonly scrapeNativeHistograms: boolean;
  readonly convertClassicHistogramsToNhcb: boolean;
  readonly alwaysScrapeClassicHistograms: boolean;
}

/** A target that relabelling dropped, for display. */
export interface DroppedTarget {
  readonly discoveredLabels: Labels;
  readonly reason: 'relabelling';
}
