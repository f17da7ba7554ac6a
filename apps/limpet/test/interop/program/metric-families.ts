import type { MetricType } from '@limpet/exposition';
import { parseText } from '@limpet/exposition';
import { METRIC_NAME } from '@limpet/model';

/** A family of a page in the text format: what it is, and the names of the labels that tell its series apart. */
export interface MetricFamily {
  readonly type: MetricType;
  /** Sorted; without those that belong to the type, `le` and `quantile`. */
  readonly labels: readonly string[];
}

const PARTS = /_(?:bucket|sum|count)$/;

/** The families of a page by name. */
export function metricFamilies(page: string): ReadonlyMap<string, MetricFamily> {
  const types = new Map<string, MetricType>();
  const labels = new Map<string, Set<string>>();
  for (const entry of parseText(new TextEncoder().encode(page))) {
    if (entry.kind === 'type') types.set(entry.family, entry.type);
    if (entry.kind !== 'sample') continue;
    const own = Object.fromEntries(entry.labels());
    const name = own[METRIC_NAME] ?? '';
    const family = types.has(name) ? name : name.replace(PARTS, '');
    const names = labels.get(family) ?? new Set();
    labels.set(family, names);
    for (const label of Object.keys(own)) if (label !== METRIC_NAME && label !== 'le' && label !== 'quantile') names.add(label);
  }
  return new Map([...types].map(([name, type]) => [name, { type, labels: [...(labels.get(name) ?? [])].sort() }]));
}
