import type { TargetGroup } from '@limpet/model';

/** The text of groups as files and answers carry them; one list of addresses a group. */
export function groupText(groups: readonly (readonly string[])[]): string {
  return JSON.stringify(groups.map((targets) => ({ targets })));
}

/** The addresses of a group. */
export function addressesOf(group: TargetGroup): readonly string[] {
  return group.targets.map((target) => target.find(([name]) => name === '__address__')?.[1] ?? '');
}
