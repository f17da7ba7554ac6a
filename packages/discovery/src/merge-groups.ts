import { labelsEqual } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';

/** The groups of one provider by source; none of them is empty. */
export type GroupsBySource = ReadonlyMap<string, TargetGroup>;

/** What a provider tells at once. Null groups are allowed and mean nothing (D-002). */
export type GroupUpdate = readonly (TargetGroup | null)[];

/**
 * The groups after an update (D-003): a group with targets replaces the one of its source, a group without deletes it,
 * sources that are not mentioned stay.
 */
export function mergeGroups(known: GroupsBySource, update: GroupUpdate): GroupsBySource {
  const merged = new Map(known);
  for (const group of update) {
    if (group === null) continue;
    if (group.targets.length === 0) merged.delete(group.source);
    else merged.set(group.source, group);
  }
  return merged;
}

/**
 * The update that turns what was told before into what is true now: groups that are new or differ, and an empty group
 * for each source that has vanished. Empty where nothing has changed.
 */
export function changedGroups(told: GroupsBySource, current: readonly TargetGroup[]): readonly TargetGroup[] {
  const sources = new Set(current.map(({ source }) => source));
  const vanished = [...told.keys()].filter((source) => !sources.has(source));
  return [...differingGroups(told, current), ...vanished.map((source) => emptyGroup(source))];
}

/** Those of some groups that are not what was told of their source before. */
export function differingGroups(told: GroupsBySource, groups: readonly TargetGroup[]): readonly TargetGroup[] {
  return groups.filter((group) => !groupsEqual(told.get(group.source) ?? emptyGroup(group.source), group));
}

/** Says that a source has no targets any more. */
export function emptyGroup(source: string): TargetGroup {
  return { source, targets: [], labels: [] };
}

/** Groups by their source, those without targets left out. */
export function bySource(groups: readonly TargetGroup[]): GroupsBySource {
  return mergeGroups(new Map(), groups);
}

function groupsEqual(left: TargetGroup, right: TargetGroup): boolean {
  if (left.targets.length === 0 && right.targets.length === 0) return true;
  return (
    left.targets.length === right.targets.length &&
    labelsEqual(left.labels, right.labels) &&
    left.targets.every((target, index) => labelsEqual(target, right.targets[index] ?? []))
  );
}
