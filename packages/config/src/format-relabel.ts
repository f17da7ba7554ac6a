import type { RelabelConfig } from '@limpet/relabel';
import { flowList, unlessZero } from './yaml-text.ts';
import type { YamlObject } from './yaml-text.ts';

/** Fields that the rules of some actions may not have, and that therefore are not written out for them. */
const WITHOUT_REGEX: ReadonlySet<string> = new Set(['keepequal', 'dropequal']);

/** A list of rules, left out where it is empty. */
export function relabelYaml(rules: readonly RelabelConfig[]): readonly YamlObject[] | undefined {
  if (rules.length === 0) return undefined;
  return rules.map(({ sourceLabels, separator, regex, modulus, targetLabel, replacement, action }) => ({
    source_labels: sourceLabels.length === 0 ? undefined : flowList(sourceLabels),
    separator,
    regex: WITHOUT_REGEX.has(action) ? undefined : regex,
    modulus: unlessZero(modulus),
    target_label: unlessZero(targetLabel),
    replacement,
    action,
  }));
}
