import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import type { NameValidationScheme, RelabelConfig } from '@limpet/relabel';
import { ConfigErrors } from './config-error.ts';
import { decode } from './decoder.ts';
import { INVALID, Reading } from './reading.ts';
import { checkRules, relabelRules } from './relabel-rule-block.ts';

/** A file that holds nothing but relabelling rules. */
export interface RelabelConfigsSource {
  /** Path of the file, for errors. */
  readonly file: string;
  readonly text: string;
  /** What the rules' label names are checked against; `utf8` by default, as in a configuration. */
  readonly scheme?: NameValidationScheme;
}

const rulesDecoder = relabelRules('empty or null relabeling rule');

/**
 * A YAML list of relabelling rules, as strictly as below `relabel_configs` of a configuration. An empty document is an
 * empty list. Never throws.
 */
export function parseRelabelConfigs({ file, text, scheme = 'utf8' }: RelabelConfigsSource): Result<readonly RelabelConfig[], ConfigErrors> {
  const reading = new Reading(file, text, '.');
  const root = reading.parse();
  const drafts = root === INVALID ? INVALID : decode(rulesDecoder, root);
  const rules = drafts === INVALID ? INVALID : checkRules(drafts, scheme);
  const isValid = rules !== INVALID && reading.problemCount === 0;
  return isValid ? succeeded(rules) : failed(new ConfigErrors(file, reading.errors(), { omittedCount: reading.omittedCount }));
}
