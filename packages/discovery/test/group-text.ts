import { failed, labelsFrom, succeeded } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';
import type { ParseTargetGroups } from '../src/ports.ts';

/** The text of groups as files and answers carry them; one list of addresses a group. */
export function groupText(groups: readonly (readonly string[])[]): string {
  return JSON.stringify(groups.map((targets) => ({ targets })));
}

/** Reads what `groupText` writes; anything else is refused. */
export const parseGroupText: ParseTargetGroups = ({ text }) => {
  try {
    const groups = JSON.parse(text) as readonly { readonly targets: readonly string[] }[];
    return succeeded(
      groups.map(({ targets }) => ({ targets: targets.map((address) => labelsFrom([['__address__', address]])), labels: [] })),
    );
  } catch (error) {
    return failed({ message: String(error) });
  }
};

/** The addresses of a group. */
export function addressesOf(group: TargetGroup): readonly string[] {
  return group.targets.map((target) => target.find(([name]) => name === '__address__')?.[1] ?? '');
}
