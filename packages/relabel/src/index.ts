export { RELABEL_ACTIONS } from './rule.ts';
export type { NameValidationScheme, RelabelAction, RelabelConfig } from './rule.ts';
