import type { FamilyContract, MetricsContract } from './contract.ts';
import type { ExposedFamilies, ExposedFamily } from './exposed-families.ts';

/** A promise that an exposition does not keep. */
export interface ContractViolation {
  /** The family; empty: the whole exposition. */
  readonly metric: string;
  readonly kind: 'missing' | 'type' | 'unit' | 'labels' | 'values' | 'buckets' | 'cardinality' | 'unexpected';
  /** A sentence that stands alone. */
  readonly message: string;
}

/** Series that a message names at most. */
const NAMED_MAX = 5;

/** Every promise of a contract that an exposition does not keep, in the order of the contract. */
export function checkContract(families: ExposedFamilies, contract: MetricsContract): readonly ContractViolation[] {
  const { metrics, maxSeries, allowOthers = true } = contract;
  const violations = Object.entries(metrics).flatMap(([name, promised]) => checkFamily(name, promised, familyNamed(name, families)));
  const total = [...families.values()].reduce((sum, { seriesCount }) => sum + seriesCount, 0);
  if (maxSeries !== undefined && total > maxSeries) {
    violations.push({ metric: '', kind: 'cardinality', message: `the exposition has ${total} series, ${maxSeries} are promised at most` });
  }
  if (allowOthers) return violations;
  const promised = new Set(Object.keys(metrics).map((name) => familyNamed(name, families)));
  for (const family of families.values()) {
    if (!promised.has(family))
      violations.push({ metric: family.name, kind: 'unexpected', message: `${family.name} is exposed and not promised` });
  }
  return violations;
}

/** OpenMetrics names a counter without `_total`, the text format with it: a contract may use either. */
function familyNamed(name: string, families: ExposedFamilies): ExposedFamily | undefined {
  return families.get(name) ?? families.get(name.replace(/_total$/, '')) ?? families.get(`${name}_total`);
}

function checkFamily(metric: string, promised: FamilyContract, family: ExposedFamily | undefined): ContractViolation[] {
  if (family === undefined || family.seriesCount === 0) {
    return promised.optional === true ? [] : [{ metric, kind: 'missing', message: `${metric} is not exposed` }];
  }
  const violations: ContractViolation[] = [];
  const note = (kind: ContractViolation['kind'], message: string): void => {
    violations.push({ metric, kind, message: `${metric} ${message}` });
  };
  const { type, unit, maxSeries } = promised;
  if (type !== undefined && type !== family.type) note('type', `is a ${family.type}, promised is a ${type}`);
  if (unit !== undefined && unit !== unitOf(family)) note('unit', `has the unit ${quoted(unitOf(family))}, promised is ${quoted(unit)}`);
  checkLabels(promised, family, note);
  checkBuckets(promised, family, note);
  if (maxSeries !== undefined && family.seriesCount > maxSeries)
    note('cardinality', `has ${family.seriesCount} series, ${maxSeries} are promised at most`);
  return violations;
}

type Note = (kind: ContractViolation['kind'], message: string) => void;

function checkLabels({ labels, values = {} }: FamilyContract, family: ExposedFamily, note: Note): void {
  const wanted = labels === undefined ? undefined : labels.toSorted().join(',');
  for (const found of family.labelSets) {
    if (wanted !== undefined && found !== wanted) note('labels', `has series with the labels {${found}}, promised are {${wanted}}`);
  }
  for (const [label, allowed] of Object.entries(values)) {
    const others = [...(family.values.get(label) ?? [])].filter((value) => !allowed.includes(value));
    const more = others.length > NAMED_MAX ? ` and ${others.length - NAMED_MAX} more` : '';
    if (others.length > 0)
      note('values', `has ${label} = ${others.slice(0, NAMED_MAX).map(quoted).join(', ')}${more}, which is not promised`);
  }
}

function checkBuckets({ buckets }: FamilyContract, family: ExposedFamily, note: Note): void {
  if (buckets === undefined) return;
  const wanted = bounds(buckets.map(String));
  const found = bounds([...family.buckets]);
  if (wanted !== found) note('buckets', `has the buckets ${found || 'of no classic histogram'}, promised are ${wanted}`);
}

/** Upper bounds in ascending order; the last, `+Inf`, goes without saying. */
function bounds(texts: readonly string[]): string {
  const numbers = texts.map((text) => (text === '+Inf' || text === 'Infinity' || text === '.inf' ? Infinity : Number(text)));
  return [...new Set(numbers)]
    .filter((bound) => bound !== Infinity)
    .sort((a, b) => a - b)
    .join(' ');
}

/** The unit that is declared, or else the one that ends the name. */
function unitOf({ unit, name }: ExposedFamily): string {
  if (unit !== '') return unit;
  return /_(seconds|bytes|ratio|celsius|meters|volts|amperes|joules|grams)(?:_total)?$/.exec(name)?.[1] ?? '';
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** The contract that an exposition keeps as it is: a first draft of one. */
export function draftContract(families: ExposedFamilies): MetricsContract {
  const metrics: Record<string, FamilyContract> = {};
  for (const family of families.values()) {
    const { name, type, labelSets, buckets, seriesCount } = family;
    if (seriesCount === 0) continue;
    const [labels] = labelSets;
    const unit = unitOf(family);
    metrics[name] = {
      type,
      ...(unit !== '' && { unit }),
      ...(labelSets.size === 1 && { labels: (labels ?? '').split(',').filter((label) => label !== '') }),
      ...(buckets.size > 0 && {
        buckets: bounds([...buckets])
          .split(' ')
          .map(Number),
      }),
      maxSeries: Math.max(10, 2 * seriesCount),
    };
  }
  return { metrics };
}
