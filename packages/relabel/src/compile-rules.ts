import { hash } from 'node:crypto';
import type { LabelSet } from './label-set.ts';
import { isValidLabelName } from './name-validity.ts';
import { compileRegex } from './regex.ts';
import type { NameValidationScheme, RelabelConfig } from './rule.ts';
import { simpleLowerCase, simpleUpperCase } from './simple-case.ts';
import { expandTemplate, parseTemplate } from './template.ts';
import type { MatchedGroups } from './template.ts';
import { validateRule } from './validate-rule.ts';

const NO_GROUPS: MatchedGroups = { numbered: () => undefined, named: () => undefined };

/** One rule, ready to be applied. */
export interface CompiledRule {
  readonly config: RelabelConfig;
  /** Changes the label set in place. False: the label set is dropped, and no later rule may see it. */
  readonly apply: (labels: LabelSet) => boolean;
}

/** Rules in their order; immutable, so one list serves any number of label sets. */
export interface CompiledRules {
  readonly rules: readonly CompiledRule[];
}

/**
 * Makes rules ready, each pattern and template parsed once. The scheme decides which label names `replace` may set.
 * Throws a `RelabelError` for a rule that `validateRule` refuses.
 */
export function compileRules(configs: readonly RelabelConfig[], scheme: NameValidationScheme): CompiledRules {
  return { rules: configs.map((config) => compileRule(config, scheme)) };
}

function compileRule(config: RelabelConfig, scheme: NameValidationScheme): CompiledRule {
  const validity = validateRule(config, scheme);
  if (!validity.ok) throw validity.error;
  return { config, apply: applyOf(config, scheme) };
}

function applyOf(config: RelabelConfig, scheme: NameValidationScheme): CompiledRule['apply'] {
  switch (config.action) {
    case 'replace':
      return replace(config, scheme);
    case 'keep':
    case 'drop':
      return dropUnless(config, config.action === 'keep');
    case 'keepequal':
      return (labels) => labels.get(config.targetLabel) === sourceValue(config, labels);
    case 'dropequal':
      return (labels) => labels.get(config.targetLabel) !== sourceValue(config, labels);
    case 'hashmod':
      return setTarget(config, (value) => hashModulo(value, config.modulus));
    case 'lowercase':
      return setTarget(config, simpleLowerCase);
    case 'uppercase':
      return setTarget(config, simpleUpperCase);
    case 'labelmap':
      return mapLabels(config);
    case 'labeldrop':
    case 'labelkeep':
      return deleteLabels(config, config.action === 'labeldrop');
  }
}

/** The values of the source labels, joined; labels that are missing count as empty. */
function sourceValue(config: RelabelConfig, labels: LabelSet): string {
  return config.sourceLabels.map((name) => labels.get(name)).join(config.separator);
}

function replace(config: RelabelConfig, scheme: NameValidationScheme): CompiledRule['apply'] {
  const regex = compileRegex(config.regex);
  const target = parseTemplate(config.targetLabel);
  const replacement = parseTemplate(config.replacement);
  const needsGroups = target.literal === undefined || replacement.literal === undefined;
  const match = needsGroups ? regex.match : (text: string) => (regex.test(text) ? NO_GROUPS : undefined);
  return (labels) => {
    const groups = match(sourceValue(config, labels));
    if (groups === undefined) return true;
    const name = expandTemplate(target, groups);
    if (isValidLabelName(name, scheme)) labels.set(name, expandTemplate(replacement, groups));
    return true;
  };
}

function dropUnless(config: RelabelConfig, mustMatch: boolean): CompiledRule['apply'] {
  const regex = compileRegex(config.regex);
  return (labels) => regex.test(sourceValue(config, labels)) === mustMatch;
}

function setTarget(config: RelabelConfig, valueOf: (source: string) => string): CompiledRule['apply'] {
  return (labels) => {
    labels.set(config.targetLabel, valueOf(sourceValue(config, labels)));
    return true;
  };
}

/** The last 8 of MD5's 16 bytes, big endian, modulo a positive number; decimal (C-073). */
function hashModulo(value: string, modulus: bigint): string {
  return String(BigInt(`0x${hash('md5', value).slice(16)}`) % modulus);
}

function mapLabels(config: RelabelConfig): CompiledRule['apply'] {
  const regex = compileRegex(config.regex);
  const replacement = parseTemplate(config.replacement);
  return (labels) => {
    for (const [name, value] of labels.snapshot()) {
      const groups = regex.match(name);
      if (groups !== undefined) labels.set(expandTemplate(replacement, groups), value);
    }
    return true;
  };
}

function deleteLabels(config: RelabelConfig, whereMatching: boolean): CompiledRule['apply'] {
  const regex = compileRegex(config.regex);
  return (labels) => {
    for (const [name] of labels.snapshot()) if (regex.test(name) === whereMatching) labels.set(name, '');
    return true;
  };
}
