import { labelValue, METRIC_NAME } from '@limpet/model';
import type { Labels } from '@limpet/model';

/** A label must have exactly this value; `''` is "the series does not have the label". */
export interface Matcher {
  readonly label: string;
  readonly value: string;
}

export function matches(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every(({ label, value }) => labelValue(labels, label) === value);
}

/** The metric name that the matchers ask for, or `undefined` where they take any. */
export function metricNameOf(matchers: readonly Matcher[]): string | undefined {
  return matchers.find(({ label }) => label === METRIC_NAME)?.value;
}
