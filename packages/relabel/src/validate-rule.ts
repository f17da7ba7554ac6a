import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { isValidLabelName } from './name-validity.ts';
import { compileRegex } from './regex.ts';
import { RelabelError } from './relabel-error.ts';
import { RELABEL_ACTIONS, RELABEL_DEFAULTS } from './rule.ts';
import type { NameValidationScheme, RelabelAction, RelabelConfig, RelabelField } from './rule.ts';

const NEED_TARGET: ReadonlySet<RelabelAction> = new Set(['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal']);
const TAKE_NO_REPLACEMENT: ReadonlySet<RelabelAction> = new Set(['lowercase', 'uppercase', 'keepequal', 'dropequal']);
// Letters and references to groups, and digits anywhere but in front.
const LEGACY_NAME_TEMPLATE = /^(?:[a-zA-Z_]|\$\{\w+\}|\$\w)(?:\w|\$\{\w+\}|\$\w)*$/;

/** An action by its name in any case. Refuses every other text, as the configuration file does on reading. */
export function parseRelabelAction(text: string): Result<RelabelAction, RelabelError> {
  const lower = text.toLowerCase();
  const action = RELABEL_ACTIONS.find((known) => known === lower);
  return action === undefined ? refuse(`unknown relabel action ${JSON.stringify(text)}`) : succeeded(action);
}

/** A pattern's refusal by the engine, `error parsing regexp: …` (C-014). */
export function validateRegex(source: string): Result<void, RelabelError> {
  try {
    compileRegex(source);
    return succeeded(undefined);
  } catch (error) {
    if (error instanceof RelabelError) return failed(error);
    throw error;
  }
}

/**
 * The checks of a rule when a configuration is loaded, with Prometheus' messages (C-079); the first that fails decides.
 *
 * Two of them ask what the file spells out rather than what it says: `keepequal` and `dropequal` refuse even the default
 * `regex`, `labeldrop` and `labelkeep` even an empty `source_labels` list. So `spelledOut` names the fields that the file
 * holds: `regex` in any form, null too, and `sourceLabels` where it is a list.
 */
export function validateRule(
  config: RelabelConfig,
  scheme: NameValidationScheme,
  spelledOut: ReadonlySet<RelabelField> = new Set(),
): Result<void, RelabelError> {
  const regex = validateRegex(config.regex);
  if (!regex.ok) return regex;
  const refusal = fieldRefusal(config, scheme) ?? surplusRefusal(config, spelledOut);
  return refusal === undefined ? succeeded(undefined) : refuse(refusal);
}

function fieldRefusal(config: RelabelConfig, scheme: NameValidationScheme): string | undefined {
  const { action, targetLabel, replacement } = config;
  const needsTarget = NEED_TARGET.has(action);
  if (!RELABEL_ACTIONS.includes(action)) return unknownAction(action);
  if (action === 'hashmod' && config.modulus === 0n) return 'relabel configuration for hashmod requires non-zero modulus';
  if (needsTarget && targetLabel === '') return `relabel configuration for ${action} action requires 'target_label' value`;
  if (needsTarget && !isValidTarget(config, scheme)) return `${JSON.stringify(targetLabel)} is invalid 'target_label' for ${action} action`;
  if (TAKE_NO_REPLACEMENT.has(action) && replacement !== RELABEL_DEFAULTS.replacement) {
    return `'replacement' can not be set for ${action} action`;
  }
  if (action === 'labelmap' && !isValidNameTemplate(replacement, scheme)) {
    return `${JSON.stringify(replacement)} is invalid 'replacement' for labelmap action`;
  }
  return undefined;
}

/** The type forbids it, but rules may come from JSON or from a file where `action` is null. */
function unknownAction(action: string): string {
  return action === '' ? 'relabel action cannot be empty' : `unknown relabel action ${JSON.stringify(action)}`;
}

/** Only `replace` fills groups into the name of its target. */
function isValidTarget({ action, targetLabel }: RelabelConfig, scheme: NameValidationScheme): boolean {
  const isTemplate = action === 'replace' && targetLabel.includes('$');
  return isTemplate ? isValidNameTemplate(targetLabel, scheme) : isValidLabelName(targetLabel, scheme);
}

/** Whether a template can become a label name; under `utf8` a `$` is as good as any other character. */
function isValidNameTemplate(template: string, scheme: NameValidationScheme): boolean {
  return scheme === 'legacy' ? LEGACY_NAME_TEMPLATE.test(template) : isValidLabelName(template, scheme);
}

/** Fields that a rule of this action would never look at. */
function surplusRefusal(config: RelabelConfig, spelledOut: ReadonlySet<RelabelField>): string | undefined {
  const { action } = config;
  const changed = (field: RelabelField): boolean => field !== 'sourceLabels' && config[field] !== RELABEL_DEFAULTS[field];
  const common = changed('modulus') || changed('separator') || changed('replacement');
  switch (action) {
    case 'keepequal':
    case 'dropequal':
      return common || changed('regex') || spelledOut.has('regex')
        ? `${action} action requires only 'source_labels' and \`target_label\`, and no other fields`
        : undefined;
    case 'labeldrop':
    case 'labelkeep':
      return common || changed('targetLabel') || config.sourceLabels.length > 0 || spelledOut.has('sourceLabels')
        ? `${action} action requires only 'regex', and no other fields`
        : undefined;
    case 'replace':
    case 'keep':
    case 'drop':
    case 'hashmod':
    case 'lowercase':
    case 'uppercase':
    case 'labelmap':
      return undefined;
  }
}

function refuse(message: string): { readonly ok: false; readonly error: RelabelError } {
  return failed(new RelabelError(message));
}
