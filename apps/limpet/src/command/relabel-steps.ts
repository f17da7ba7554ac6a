import type { RelabelConfig, RelabelStep } from '@limpet/relabel';
import { labelSetJson } from './label-set-json.ts';

/** The steps of one label set as `{"steps":[{"rule":…,"output":{…},"keep":…}]}`, the shape of the HTTP API. */
export function relabelStepsJson(steps: readonly RelabelStep[]): string {
  const texts = steps.map(({ rule, output, keep }) => `{"rule":${ruleJson(rule)},"output":${labelSetJson(output)},"keep":${keep}}`);
  return `{"steps":[${texts.join(',')}]}`;
}

/** Fields that say nothing are left out; the modulus is a number of up to 64 bits, which only a text can hold. */
function ruleJson(rule: RelabelConfig): string {
  const fields: readonly (readonly [name: string, json: string | undefined])[] = [
    ['source_labels', rule.sourceLabels.length === 0 ? undefined : JSON.stringify(rule.sourceLabels)],
    ['separator', JSON.stringify(rule.separator)],
    ['regex', rule.regex === '' ? undefined : JSON.stringify(rule.regex)],
    ['modulus', rule.modulus === 0n ? undefined : String(rule.modulus)],
    ['target_label', rule.targetLabel === '' ? undefined : JSON.stringify(rule.targetLabel)],
    ['replacement', JSON.stringify(rule.replacement)],
    ['action', JSON.stringify(rule.action)],
  ];
  const written = fields.filter(([, json]) => json !== undefined).map(([name, json]) => `"${name}":${json}`);
  return `{${written.join(',')}}`;
}
