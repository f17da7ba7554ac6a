import { belongsToFamily, parserFor } from '@limpet/exposition';
import type { Entry, MetricType } from '@limpet/exposition';

/** One metric family as it is exposed. */
export interface ExposedFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly unit: string;
  readonly help: string;
  /** The sets of label names that occur, each sorted and joined by commas; `le` and `quantile` left out. */
  readonly labelSets: ReadonlySet<string>;
  /** Values by label name. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
  /** Upper bounds of a classic histogram, as exposed. */
  readonly buckets: ReadonlySet<string>;
  readonly seriesCount: number;
}

/** Families by name, in the order of the exposition. */
export type ExposedFamilies = ReadonlyMap<string, ExposedFamily>;

/** An exposition as it came. */
export interface Exposition {
  readonly body: string | Uint8Array;
  /** `text/plain; version=0.0.4` by default. */
  readonly contentType?: string;
}

interface Growing {
  readonly name: string;
  type: MetricType;
  unit: string;
  help: string;
  readonly labelSets: Set<string>;
  readonly values: Map<string, Set<string>>;
  readonly buckets: Set<string>;
  seriesCount: number;
}

/** Reads the families of an exposition. Throws what the parser throws for one that is malformed or of no known type. */
export function exposedFamilies({ body, contentType = 'text/plain; version=0.0.4' }: Exposition): ExposedFamilies {
  const parser = parserFor(contentType, undefined);
  if (!parser.ok) throw parser.error;
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const families = new Map<string, Growing>();
  let current: Growing | undefined;
  for (const entry of parser.value.parse(bytes, {})) {
    const described = describedFamily(entry, families);
    if (described !== undefined) current = described;
    if (entry.kind === 'sample' || entry.kind === 'histogram') current = addSeries(entry, families, current);
  }
  return families;
}

/** The family that a line of metadata is about, with what it says; undefined for any other line. */
function describedFamily(entry: Entry, families: Map<string, Growing>): Growing | undefined {
  if (entry.kind !== 'type' && entry.kind !== 'help' && entry.kind !== 'unit') return undefined;
  const family = familyOf(entry.family, families);
  if (entry.kind === 'type') family.type = entry.type;
  else if (entry.kind === 'help') family.help = entry.text;
  else family.unit = entry.unit;
  return family;
}

function addSeries(
  entry: Entry & { readonly kind: 'sample' | 'histogram' },
  families: Map<string, Growing>,
  current: Growing | undefined,
): Growing {
  const labels = entry.labels().filter(([, value]) => value !== '');
  const name = labels.find(([label]) => label === '__name__')?.[1] ?? '';
  const family = current !== undefined && belongsToFamily(name, current) ? current : (ownerOf(name, families) ?? familyOf(name, families));
  const special = family.type === 'summary' ? 'quantile' : 'le';
  const names: string[] = [];
  for (const [label, value] of labels) {
    if (label === '__name__') continue;
    if (label === special) {
      if (label === 'le') family.buckets.add(value);
      continue;
    }
    names.push(label);
    let values = family.values.get(label);
    if (values === undefined) family.values.set(label, (values = new Set()));
    values.add(value);
  }
  family.labelSets.add(names.sort().join(','));
  family.seriesCount++;
  return family;
}

function ownerOf(name: string, families: Map<string, Growing>): Growing | undefined {
  return [...families.values()].find((family) => belongsToFamily(name, family));
}

function familyOf(name: string, families: Map<string, Growing>): Growing {
  let family = families.get(name);
  if (family === undefined) {
    family = { name, type: 'unknown', unit: '', help: '', labelSets: new Set(), values: new Map(), buckets: new Set(), seriesCount: 0 };
    families.set(name, family);
  }
  return family;
}
