import type { MetricFamily } from './metric-family.ts';

/** Blanks between columns. */
const GAP = 4;

/** How many series each family has and their share in all of them, as a table, the greatest first. */
export function cardinalityTable(families: readonly MetricFamily[]): string {
  const sizes = families.map((family) => ({ name: family.name, series: cardinality(family) }));
  const total = sizes.reduce((sum, { series }) => sum + series, 0);
  const rows = sizes
    .toSorted((left, right) => right.series - left.series || (left.name < right.name ? -1 : 1))
    .map(({ name, series }) => [name, String(series), `${((100 * series) / total).toFixed(2)}%`]);
  return aligned([['Metric', 'Cardinality', 'Percentage'], ...rows, ['Total', String(total), '100%']]);
}

/** Series of a family, as if all of its metrics had as many buckets or quantiles as the first. */
function cardinality({ type, metricCount, partCount }: MetricFamily): number {
  const hasParts = type === 'histogram' || type === 'gaugehistogram' || type === 'summary';
  return hasParts ? metricCount * (2 + partCount) : metricCount;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd((widths[column] ?? 0) + GAP)).join(''));
  return lines.map((line) => `${line}\n`).join('');
}
