import type { MetricType } from '@limpet/exposition';

/** A series that Limpet writes about each scrape. */
export interface ReportSeries {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
}

const gauge = (name: string, unit: string, help: string): ReportSeries => ({ name, type: 'gauge', help, unit });

/** Number of report series without `extra_scrape_metrics`: the first ones of `REPORT_SERIES`. */
export const REPORT_COUNT = 5;

/** The report series in the order in which they are written, with their metadata (S-150…S-152). */
export const REPORT_SERIES: readonly ReportSeries[] = [
  gauge('up', 'targets', '1 if the last scrape of the target succeeded, 0 if it failed.'),
  gauge('scrape_duration_seconds', 'seconds', 'How long the last scrape took.'),
  gauge('scrape_samples_scraped', 'samples', 'Samples that the target exposed in the last scrape.'),
  gauge('scrape_samples_post_metric_relabeling', 'samples', 'Samples that were left after metric relabelling in the last scrape.'),
  gauge('scrape_series_added', 'series', 'Series in the last scrape that were not in the one before.'),
  gauge('scrape_timeout_seconds', 'seconds', 'The scrape timeout of the target.'),
  gauge('scrape_sample_limit', 'samples', 'The sample limit of the target, 0 where there is none.'),
  gauge('scrape_body_size_bytes', 'bytes', 'Size of the last body, decompressed; -1 if it hit the limit, 0 if the scrape failed.'),
];

/** What became of one scrape, as far as the report series tell. */
export interface ScrapeReport {
  readonly isUp: boolean;
  readonly durationSeconds: number;
  /** Samples exposed, left after metric relabelling, and series new to the cache. */
  readonly total: number;
  readonly added: number;
  readonly seriesAdded: number;
  readonly timeoutSeconds: number;
  readonly sampleLimit: number;
  readonly bodyBytes: number;
}

/** The values of `REPORT_SERIES`, all eight. */
export function reportValues(report: ScrapeReport): readonly number[] {
  return [
    report.isUp ? 1 : 0,
    report.durationSeconds,
    report.total,
    report.added,
    report.seriesAdded,
    report.timeoutSeconds,
    report.sampleLimit,
    report.bodyBytes,
  ];
}
