import type { Labels } from '@limpet/model';
import type { CompiledRules } from './compile-rules.ts';
import { LabelSet } from './label-set.ts';
import type { RelabelConfig } from './rule.ts';

/** The labels after all rules, or `undefined` where a rule drops the label set. Unchanged labels come back as they are. */
export function relabel(labels: Labels, rules: CompiledRules): Labels | undefined {
  if (rules.rules.length === 0) return labels;
  const set = new LabelSet(labels);
  for (const rule of rules.rules) if (!rule.apply(set)) return undefined;
  return set.labels();
}

/** What one rule did. */
export interface RelabelStep {
  readonly rule: RelabelConfig;
  /** The labels after this rule; empty where this rule or an earlier one dropped the label set. */
  readonly output: Labels;
  /** False from the rule that drops the label set on. */
  readonly keep: boolean;
}

/** Every rule with the labels that it left behind, so that a person can see where a label came from. */
export function explain(labels: Labels, rules: CompiledRules): readonly RelabelStep[] {
  const set = new LabelSet(labels);
  let keep = true;
  return rules.rules.map((rule) => {
    keep = keep && rule.apply(set);
    return { rule: rule.config, output: keep ? set.labels() : [], keep };
  });
}
