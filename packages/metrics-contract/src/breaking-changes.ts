import type { ExposedFamilies, ExposedFamily } from './exposed-families.ts';

/** Something that is not as it was. Breaking is what dashboards and alerts that worked may not work with any more. */
export interface ExpositionChange {
  readonly metric: string;
  readonly isBreaking: boolean;
  /** A sentence that stands alone. */
  readonly message: string;
}

/** What has changed from one exposition to another, breaking changes first. */
export function expositionChanges(older: ExposedFamilies, newer: ExposedFamilies): readonly ExpositionChange[] {
  const changes: ExpositionChange[] = [];
  for (const before of older.values()) {
    const after = newer.get(before.name);
    const note = (isBreaking: boolean, message: string): void => {
      changes.push({ metric: before.name, isBreaking, message: `${before.name} ${message}` });
    };
    if (before.seriesCount === 0) continue;
    if (after === undefined || after.seriesCount === 0) note(true, 'is gone');
    else compare(before, after, note);
  }
  for (const { name, seriesCount } of newer.values()) {
    if (seriesCount > 0 && (older.get(name)?.seriesCount ?? 0) === 0)
      changes.push({ metric: name, isBreaking: false, message: `${name} is new` });
  }
  return changes.toSorted((a, b) => Number(b.isBreaking) - Number(a.isBreaking));
}

function compare(before: ExposedFamily, after: ExposedFamily, note: (isBreaking: boolean, message: string) => void): void {
  if (before.type !== after.type) note(true, `was a ${before.type} and is a ${after.type}`);
  if (before.unit !== after.unit) note(true, `was in ${before.unit || 'no unit'} and is in ${after.unit || 'no unit'}`);
  const [was, is] = [labelNames(before), labelNames(after)];
  for (const label of was) if (!is.has(label)) note(true, `has lost the label ${label}`);
  for (const label of is)
    if (!was.has(label)) note(true, `has the new label ${label}: it has other series, and matching on its labels breaks`);
  const lost = [...before.buckets].filter((bound) => !after.buckets.has(bound));
  if (lost.length > 0) note(true, `has lost the buckets ${lost.join(' ')}`);
  const gained = [...after.buckets].filter((bound) => !before.buckets.has(bound));
  if (gained.length > 0) note(false, `has the new buckets ${gained.join(' ')}`);
  if (before.help !== after.help) note(false, 'has another help');
}

function labelNames({ labelSets }: ExposedFamily): Set<string> {
  return new Set([...labelSets].flatMap((names) => names.split(',')).filter((name) => name !== ''));
}
