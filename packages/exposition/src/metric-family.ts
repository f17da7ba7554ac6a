import type { MetricType } from './entry.ts';

/** What the series of a family may add to its name, by type; the bare name is allowed throughout. */
const SUFFIXES: Readonly<Record<MetricType, readonly string[]>> = {
  counter: ['_total'],
  gauge: [],
  histogram: ['_bucket', '_sum', '_count'],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
  summary: ['_sum', '_count'],
  info: ['_info'],
  stateset: [],
  unknown: [],
};

/**
 * Whether the metadata of a family belongs to a series, by name and type of the family alone (E-117). Families of
 * counters and infos may be named with or without their suffix, as the Prometheus text format names them with it.
 */
export function belongsToFamily(seriesName: string, family: { readonly name: string; readonly type: MetricType }): boolean {
  if (!seriesName.startsWith(family.name)) return false;
  const suffixes = SUFFIXES[family.type];
  const isSuffixInFamily = family.type === 'counter' || family.type === 'info';
  const familyStem = isSuffixInFamily ? withoutSuffix(family.name, suffixes) : family.name;
  return withoutSuffix(seriesName, suffixes) === familyStem;
}

function withoutSuffix(name: string, suffixes: readonly string[]): string {
  const suffix = suffixes.find((candidate) => name.endsWith(candidate));
  return suffix === undefined ? name : name.slice(0, -suffix.length);
}
