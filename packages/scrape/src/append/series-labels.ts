import { compareBytewise, labelsFrom, labelValue, METRIC_NAME, succeeded, failed } from '@limpet/model';
import type { Label, Labels, Result } from '@limpet/model';
import { relabel } from '@limpet/relabel';
import type { CompiledRules, NameValidationScheme } from '@limpet/relabel';
import { brokenLabel } from './label-checks.ts';
import type { LabelLimits } from './label-checks.ts';

const EXPORTED_PREFIX = 'exported_';

/** What turns the labels of a metric as exposed into those of a series. */
export interface SeriesRules {
  readonly honorLabels: boolean;
  readonly metricRules: CompiledRules;
  readonly scheme: NameValidationScheme;
  readonly limits: LabelLimits;
}

/** Why a series fails its whole scrape. `isLabelLimit`: it counts as an exceeded label limit. */
export interface SeriesRefusal {
  readonly error: string;
  readonly isLabelLimit: boolean;
}

/**
 * The labels of a new series: as exposed, with the target's labels, relabelled and checked; `undefined` where metric
 * relabelling dropped it. `exposed` may hold empty values and repeated names, `target` are the target's public labels.
 * Source: Prometheus 3.14, scrape/scrape.go, mutateSampleLabels and append (S-113…S-116).
 */
export function seriesLabels(
  exposed: readonly Label[],
  target: Labels,
  { honorLabels, metricRules, scheme, limits }: SeriesRules,
): Result<Labels | undefined, SeriesRefusal> {
  const { merged, repeated } = withTargetLabels(exposed, target, honorLabels);
  const labels = relabel(merged, metricRules);
  if (labels === undefined || labels.length === 0) return succeeded(undefined);
  const refusal = brokenLabel(labels, scheme, limits);
  if (refusal !== undefined) return failed(refusal);
  for (const [name, value] of repeated ?? []) {
    if (labelValue(labels, name) === value) return failed({ error: `label name "${name}" is not unique`, isLabelLimit: false });
  }
  return succeeded(labels);
}

interface Merged {
  readonly merged: Labels;
  /** Names exposed more than once, with the value that counts. */
  readonly repeated: ReadonlyMap<string, string> | undefined;
}

function withTargetLabels(exposed: readonly Label[], target: Labels, honorLabels: boolean): Merged {
  const merged = disjointUnion(exposed, target);
  if (merged !== undefined) return { merged, repeated: undefined };
  const { labels, repeated } = withoutRepeats(exposed);
  return { merged: labelsFrom(honorLabels ? honoured(labels, target) : overridden(labels, target, repeated)), repeated };
}

/** Both, merged in order; `undefined` where a name comes twice or a value is empty. Nearly all series go this way. */
function disjointUnion(exposed: readonly Label[], target: Labels): Labels | undefined {
  const union: Label[] = [];
  let before = '';
  let at = 0;
  for (const label of exposed) {
    const [name, value] = label;
    if (value === '' || name === before) return undefined;
    before = name;
    for (let other = target[at]; other !== undefined; other = target[++at]) {
      const order = compareBytewise(other[0], name);
      if (order === 0) return undefined;
      if (order > 0) break;
      union.push(other);
    }
    union.push(label);
  }
  return at === target.length ? union : union.concat(target.slice(at));
}

/**
 * The first value of each name, and the names that came twice: only where one of them is still there at the end does
 * the scrape fail (S-114). An empty value deletes its name wherever it stands.
 */
function withoutRepeats(exposed: readonly Label[]): { labels: Map<string, string>; repeated: Map<string, string> | undefined } {
  const labels = new Map(exposed);
  if (labels.size === exposed.length) return { labels, repeated: undefined };
  const first = new Map<string, string>();
  const repeated = new Map<string, string>();
  for (const [name, value] of exposed) {
    const before = first.get(name);
    if (before === undefined) {
      first.set(name, value);
      continue;
    }
    if (value === '') first.set(name, '');
    else if (before !== '') repeated.set(name, before);
  }
  for (const name of repeated.keys()) if (first.get(name) === '') repeated.delete(name);
  return { labels: first, repeated };
}

/** `honor_labels: true`: the target's labels fill in what the metric does not have, an empty label counting as had. */
function honoured(labels: Map<string, string>, target: Labels): Map<string, string> {
  for (const [name, value] of target) if (!labels.has(name)) labels.set(name, value);
  return labels;
}

/** `honor_labels: false`: the target's labels win, and what they displace moves to `exported_…` (S-115). */
function overridden(labels: Map<string, string>, target: Labels, repeated: Map<string, string> | undefined): Map<string, string> {
  let displaced: Label[] | undefined;
  for (const [name, value] of target) {
    const exposed = labels.get(name);
    if (exposed !== undefined && exposed !== '') (displaced ??= []).push([name, exposed]);
    labels.set(name, value);
    repeated?.delete(name);
  }
  if (displaced === undefined) return labels;
  displaced.sort(([left], [right]) => Buffer.byteLength(left) - Buffer.byteLength(right));
  for (const [name, value] of displaced) {
    let free = EXPORTED_PREFIX + name;
    while ((labels.get(free) ?? '') !== '') free = EXPORTED_PREFIX + free;
    labels.set(free, value);
  }
  return labels;
}

/** The labels of a report series: its name and the target's public labels, without relabelling or limits (S-152). */
export function reportLabels(name: string, target: Labels): Labels {
  return labelsFrom([...target, [METRIC_NAME, name]]);
}
