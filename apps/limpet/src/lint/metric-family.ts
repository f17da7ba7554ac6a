import type { MetricType } from '@limpet/exposition';

/** One sentence about one metric. */
export interface Finding {
  readonly metric: string;
  readonly text: string;
}

/** The metrics of one name, as a lint sees them: a histogram or summary is one metric however many series it has. */
export interface MetricFamily {
  /** As the series of the family are called. */
  readonly name: string;
  readonly type: MetricType;
  readonly hasHelp: boolean;
  readonly metricCount: number;
  /** Metrics whose labels another one of the family has already. */
  readonly repeatedCount: number;
  /** How many metrics have a label, by its name; neither `le` of a histogram nor `quantile` of a summary. */
  readonly labelNames: ReadonlyMap<string, number>;
  /** Buckets or quantiles of the first metric. */
  readonly partCount: number;
}
