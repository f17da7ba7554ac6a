import type { MetricType } from '@limpet/exposition';
import { otherBaseUnit } from './base-unit.ts';
import type { Finding, MetricFamily } from './metric-family.ts';

type Lint = (family: MetricFamily) => readonly string[];

/** Every rule of; the words are those of `promtool check metrics`. */
const LINTS: readonly Lint[] = [
  ({ hasHelp }) => onlyIf(!hasHelp, 'no help text'),
  ({ name }) => baseUnit(name),
  typed(({ name, type }) => totalSuffix(name, type)),
  typed(({ name, type }) => reservedSuffix(name, type)),
  typed(({ type, labelNames }) => reservedLabels(type, labelNames)),
  typed(({ name, type }) => onlyIf(hasPart(name, typeWord(type)), `metric name should not include type '${typeWord(type)}'`)),
  ({ name }) => onlyIf(name.includes(':'), "metric names should not contain ':'"),
  ({ name }) => onlyIf(isCamelCase(name), "metric names should be written in 'snake_case' not 'camelCase'"),
  ({ labelNames }) => camelCaseLabels(labelNames),
  ({ name }) => ABBREVIATIONS.filter((unit) => hasPart(name, unit)).map(() => 'metric names should not contain abbreviated units'),
  ({ repeatedCount }) => times(repeatedCount, 'metric not unique'),
];

const ABBREVIATIONS = ['s', 'ms', 'us', 'ns', 'sec', 'b', 'kb', 'mb', 'gb', 'tb', 'pb', 'm', 'h', 'd'];

/** What is to be said about a family, in the order of the rules. A rule about labels says it once for each metric that has one. */
export function lintFamily(family: MetricFamily): readonly Finding[] {
  return LINTS.flatMap((lint) => lint(family)).map((text) => ({ metric: family.name, text }));
}

/** By metric, then by text. */
export function sortedFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((left, right) => order(left.metric, right.metric) || order(left.text, right.text));
}

/** A lint that has nothing to say about families without a type of their own, nor about those that only OpenMetrics has. */
function typed(lint: Lint): Lint {
  return (family) => (['unknown', 'info', 'stateset'].includes(family.type) ? [] : lint(family));
}

function baseUnit(name: string): readonly string[] {
  const other = otherBaseUnit(name);
  return other === undefined ? [] : [`use base unit "${other.base}" instead of "${other.unit}"`];
}

function totalSuffix(name: string, type: MetricType): readonly string[] {
  const isTotal = name.endsWith('_total');
  if (type === 'counter') return onlyIf(!isTotal, 'counter metrics should have "_total" suffix');
  return onlyIf(isTotal, 'non-counter metrics should not have "_total" suffix');
}

function reservedSuffix(name: string, type: MetricType): readonly string[] {
  const isPlain = !isHistogram(type) && type !== 'summary';
  return [
    ...onlyIf(!isHistogram(type) && name.endsWith('_bucket'), 'non-histogram metrics should not have "_bucket" suffix'),
    ...onlyIf(isPlain && name.endsWith('_count'), 'non-histogram and non-summary metrics should not have "_count" suffix'),
    ...onlyIf(isPlain && name.endsWith('_sum'), 'non-histogram and non-summary metrics should not have "_sum" suffix'),
  ];
}

function reservedLabels(type: MetricType, labelNames: ReadonlyMap<string, number>): readonly string[] {
  const bounds = isHistogram(type) ? 0 : (labelNames.get('le') ?? 0);
  const quantiles = type === 'summary' ? 0 : (labelNames.get('quantile') ?? 0);
  return [
    ...times(bounds, 'non-histogram metrics should not have "le" label'),
    ...times(quantiles, 'non-summary metrics should not have "quantile" label'),
  ];
}

function camelCaseLabels(labelNames: ReadonlyMap<string, number>): readonly string[] {
  const text = "label names should be written in 'snake_case' not 'camelCase'";
  return [...labelNames].flatMap(([name, count]) => (isCamelCase(name) ? times(count, text) : []));
}

function isHistogram(type: MetricType): boolean {
  return type === 'histogram' || type === 'gaugehistogram';
}

/** A type as metric names would spell it. */
function typeWord(type: MetricType): string {
  return type === 'gaugehistogram' ? 'gauge_histogram' : type;
}

function isCamelCase(name: string): boolean {
  return /[a-z][A-Z]/.test(name);
}

/** Whether words stand in a name, behind its first part. */
function hasPart(name: string, words: string): boolean {
  return `${name.toLowerCase()}_`.includes(`_${words}_`);
}

function onlyIf(isSo: boolean, text: string): readonly string[] {
  return isSo ? [text] : [];
}

function times(count: number, text: string): readonly string[] {
  return Array.from({ length: count }, () => text);
}

function order(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
