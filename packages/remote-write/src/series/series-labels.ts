import { labelsFrom, labelValue } from '@limpet/model';
import type { Labels } from '@limpet/model';

/** `write_relabel_configs`, compiled: the labels that are sent, or `undefined` where the series is dropped. */
export type SeriesRules = (labels: Labels) => Labels | undefined;

/**
 * The labels under which a series is sent, or `undefined` where it is not: the stored ones, each external label whose
 * name the series does not have, then the rules in order (W-064, C-091). A series that loses every label is dropped.
 */
export function labelsToSend(stored: Labels, externalLabels: Labels, rules: SeriesRules): Labels | undefined {
  const missing = externalLabels.filter(([name, value]) => value !== '' && labelValue(stored, name) === '');
  const sent = rules(missing.length === 0 ? stored : labelsFrom([...stored, ...missing]));
  return sent === undefined || sent.length === 0 ? undefined : sent;
}
