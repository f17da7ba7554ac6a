import type { NameValidationScheme } from './rule.ts';

const LEGACY_LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const LEGACY_METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** Whether a label may have this name (C-015): under `utf8` any text but the empty one, where no surrogate stands alone. */
export function isValidLabelName(name: string, scheme: NameValidationScheme): boolean {
  return scheme === 'legacy' ? LEGACY_LABEL_NAME.test(name) : isUtf8Name(name);
}

/** Whether a metric may have this name (C-015): as label names, and `legacy` also allows colons. */
export function isValidMetricName(name: string, scheme: NameValidationScheme): boolean {
  return scheme === 'legacy' ? LEGACY_METRIC_NAME.test(name) : isUtf8Name(name);
}

function isUtf8Name(name: string): boolean {
  return name !== '' && name.isWellFormed();
}
