import type { Entry, ExpositionFormat, MetricType, SampleEntry } from '@limpet/exposition';
import type { Label } from '@limpet/model';
import { strictLabelFaults } from './strict-labels.ts';
import type { Finding, MetricFamily } from './metric-family.ts';

interface Family {
  name: string;
  type: MetricType | undefined;
  hasHelp: boolean;
  metricCount: number;
  repeatedCount: number;
  partCount: number;
  /** Labels of every metric, without those that tell its parts apart. */
  readonly metrics: Set<string>;
  first: string | undefined;
  readonly labelNames: Map<string, number>;
}

/** Endings that the series of a family may have beside its name; one that is not here has the name alone. */
const TEXT_SUFFIXES: Partial<Record<MetricType, readonly string[]>> = {
  histogram: ['_bucket', '_count', '_sum'],
  summary: ['_count', '_sum'],
};
const OPENMETRICS_SUFFIXES: Partial<Record<MetricType, readonly string[]>> = {
  ...TEXT_SUFFIXES,
  counter: ['_total'],
  gaugehistogram: ['_bucket', '_gcount', '_gsum'],
  info: ['_info'],
};
const PART_LABELS: Partial<Record<MetricType, string>> = { histogram: 'le', gaugehistogram: 'le', summary: 'quantile' };

/** What a body holds, gathered by family as it is read, with what the scrape parser lets pass and a stricter one does not. */
export class FamilyReader {
  readonly #families = new Map<string, Family>();
  readonly #faults: Finding[] = [];
  readonly #body: Uint8Array;
  readonly #format: ExpositionFormat;
  #lastName: string | undefined;

  constructor(body: Uint8Array, format: ExpositionFormat) {
    this.#body = body;
    this.#format = format;
  }

  add(entry: Entry): void {
    if (entry.kind === 'help') this.#addHelp(entry.family, entry.text);
    if (entry.kind === 'type') this.#addType(entry.family, entry.type);
    if (entry.kind === 'sample') this.#addSample(entry);
  }

  /** The families that have metrics, once everything is read. */
  families(): readonly MetricFamily[] {
    return [...this.#families.values()]
      .filter(({ metricCount }) => metricCount > 0)
      .map(({ type, ...rest }) => ({ ...rest, type: type ?? 'unknown' }));
  }

  strictFindings(): readonly Finding[] {
    const isCut = this.#format === 'text' && this.#body.length > 0 && this.#body.at(-1) !== NEWLINE;
    const cut = isCut ? [{ metric: this.#lastName ?? '', text: 'last line should end with a newline' }] : [];
    return [...this.#faults, ...cut];
  }

  #addHelp(name: string, text: string): void {
    const family = this.#family(name);
    if (text === '') return; // as if the line were not there: protobuf has no absent help
    if (family.hasHelp) this.#refuse(name, 'second HELP line');
    family.hasHelp = true;
  }

  #addType(name: string, type: MetricType): void {
    const family = this.#family(name);
    if (family.metricCount > 0) return this.#refuse(name, 'TYPE line after samples');
    if (family.type !== undefined) this.#refuse(name, 'second TYPE line');
    family.type = type;
  }

  #addSample(sample: SampleEntry): void {
    const labels = sample.labels();
    const name = labels.find(([label]) => label === '__name__')?.[1] ?? '';
    const family = this.#familyOf(name);
    family.type ??= 'unknown';
    const partLabel = PART_LABELS[family.type];
    const block = this.#format === 'text' ? this.#body.subarray(sample.keyStart, sample.keyEnd) : undefined;
    for (const text of strictLabelFaults(labels, partLabel, block)) this.#refuse(family.name, text);
    this.#count(family, labels, partLabel);
    this.#lastName = name;
  }

  #count(family: Family, labels: readonly Label[], partLabel: string | undefined): void {
    const own = labels.filter(([label]) => label !== '__name__' && label !== partLabel);
    const metric = JSON.stringify(own);
    const isPart = labels.some(([label]) => label === partLabel);
    family.first ??= metric;
    if (isPart && metric === family.first) family.partCount++;
    const isKnown = family.metrics.has(metric);
    if (isKnown && partLabel !== undefined) return;
    family.metrics.add(metric);
    family.metricCount++;
    if (isKnown) family.repeatedCount++;
    for (const [label] of own) family.labelNames.set(label, (family.labelNames.get(label) ?? 0) + 1);
  }

  /** The family that a series belongs to: the one of its name, or one whose type explains how the name ends. */
  #familyOf(name: string): Family {
    const known = this.#families.get(name);
    if (known !== undefined) return known;
    const suffix = /_[a-z]+$/.exec(name)?.[0];
    const candidate = suffix === undefined ? undefined : this.#families.get(name.slice(0, -suffix.length));
    const suffixes = this.#format === 'openmetrics' ? OPENMETRICS_SUFFIXES : TEXT_SUFFIXES;
    if (candidate?.type === undefined || suffix === undefined || suffixes[candidate.type]?.includes(suffix) !== true)
      return this.#family(name);
    // OpenMetrics declares counters and infos without the ending that their series have.
    if (candidate.type === 'counter' || candidate.type === 'info') candidate.name = name;
    return candidate;
  }

  #family(name: string): Family {
    const known = this.#families.get(name);
    if (known !== undefined) return known;
    const counts = { metricCount: 0, repeatedCount: 0, partCount: 0 };
    const made = { name, type: undefined, hasHelp: false, ...counts, metrics: new Set<string>(), first: undefined, labelNames: new Map() };
    this.#families.set(name, made);
    return made;
  }

  #refuse(metric: string, text: string): void {
    this.#faults.push({ metric, text });
  }
}

const NEWLINE = 10;
