import { labelsText, labelValue, METRIC_NAME } from '@limpet/model';
import type { Labels } from '@limpet/model';
import { isValidLabelName, isValidMetricName } from '@limpet/relabel';
import type { NameValidationScheme } from '@limpet/relabel';
import { goQuote } from '../target/go-quote.ts';
import type { SeriesRefusal } from './series-labels.ts';

/** Limits of a job on the labels of each new series; 0 = none, lengths in UTF-8 bytes (S-116). */
export interface LabelLimits {
  readonly labelLimit: number;
  readonly labelNameLengthLimit: number;
  readonly labelValueLengthLimit: number;
}

/** Characters of a metric, name or value that an error shows. */
const SHOWN_MAX = 50;
/** Characters of a whole label set that an error shows: an error is kept with its target and sent to whoever looks. */
const SHOWN_SET_MAX = 500;

/**
 * What is wrong with the labels of a new series, after relabelling, or `undefined`. Checked in Prometheus' order: the
 * name, the validity of names and values, then the limits, which hold for every label in turn (S-113, S-116, E-121).
 */
export function brokenLabel(labels: Labels, scheme: NameValidationScheme, limits: LabelLimits): SeriesRefusal | undefined {
  const metric = labelValue(labels, METRIC_NAME);
  if (metric === '') return { error: 'missing metric name (__name__ label)', isLabelLimit: false };
  const isValid = labels.every(([name, value]) => isValidLabelName(name, scheme) && value.isWellFormed());
  if (!isValid || !isValidMetricName(metric, scheme)) {
    return { error: `invalid metric name or label names: ${cut(labelsText(labels), SHOWN_SET_MAX)}`, isLabelLimit: false };
  }
  const error = exceededLimit(labels, metric, limits);
  return error === undefined ? undefined : { error, isLabelLimit: true };
}

function exceededLimit(labels: Labels, metric: string, limits: LabelLimits): string | undefined {
  const { labelLimit, labelNameLengthLimit, labelValueLengthLimit } = limits;
  if (labelLimit > 0 && labels.length > labelLimit) {
    return `label_limit exceeded (metric: ${cut(metric)}, number of labels: ${labels.length}, limit: ${labelLimit})`;
  }
  if (labelNameLengthLimit <= 0 && labelValueLengthLimit <= 0) return undefined;
  for (const [name, value] of labels) {
    const nameLength = Buffer.byteLength(name);
    if (labelNameLengthLimit > 0 && nameLength > labelNameLengthLimit) {
      const where = `metric: ${cut(metric)}, label name: ${cut(name)}`;
      return `label_name_length_limit exceeded (${where}, length: ${nameLength}, limit: ${labelNameLengthLimit})`;
    }
    const valueLength = Buffer.byteLength(value);
    if (labelValueLengthLimit > 0 && valueLength > labelValueLengthLimit) {
      const where = `metric: ${cut(metric)}, label name: ${cut(name)}, value: ${goQuote(cut(value))}`;
      return `label_value_length_limit exceeded (${where}, length: ${valueLength}, limit: ${labelValueLengthLimit})`;
    }
  }
  return undefined;
}

function cut(text: string, shownMax: number = SHOWN_MAX): string {
  // A character takes two units at most; the rest of a long text is not even looked at.
  return text.length <= shownMax
    ? text
    : Array.from(text.slice(0, 2 * shownMax))
        .slice(0, shownMax)
        .join('');
}
