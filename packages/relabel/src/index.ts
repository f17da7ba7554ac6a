export { compileRules } from './compile-rules.ts';
export type { CompiledRule, CompiledRules } from './compile-rules.ts';
export { isValidLabelName, isValidMetricName } from './name-validity.ts';
export { RelabelError } from './relabel-error.ts';
export { explain, relabel } from './relabel.ts';
export type { RelabelStep } from './relabel.ts';
export { RELABEL_ACTIONS, RELABEL_DEFAULTS } from './rule.ts';
export type { NameValidationScheme, RelabelAction, RelabelConfig, RelabelField } from './rule.ts';
export { parseRelabelAction, validateRegex, validateRule } from './validate-rule.ts';
