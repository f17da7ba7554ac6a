import { compareBytewise, failed, labelValue, parseDuration, succeeded } from '@limpet/model';
import type { Label, Labels, Result } from '@limpet/model';
import { HISTOGRAM_LABELS } from './discovered-labels.ts';
import { goQuote } from './go-quote.ts';

const META_PREFIX = '__meta_';
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false] as const),
]);

/** What the labels of a target say once they are found to be good. */
export interface PopulatedLabels {
  readonly labels: Labels;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/**
 * Checks relabelled labels and finishes them: drops `__meta_…`, sets `instance`. The error is the first that applies,
 * in the words of Prometheus. `relabelled` is what is left after the job's relabelling rules, in label order.
 * Source: Prometheus 3.14, scrape/target.go, PopulateLabels (S-034…S-036).
 */
export function populateLabels(relabelled: Labels): Result<PopulatedLabels, string> {
  const address = labelValue(relabelled, '__address__');
  if (address === '') return failed('no address');
  if (address.includes('/')) return failed(`${goQuote(address)} is not a valid hostname`);
  const interval = positiveDuration(relabelled, '__scrape_interval__', 'scrape interval');
  if (!interval.ok) return interval;
  const timeout = positiveDuration(relabelled, '__scrape_timeout__', 'scrape timeout');
  if (!timeout.ok) return timeout;
  if (timeout.value > interval.value) return failed(timeoutTooLong(relabelled));
  for (const [name, words] of HISTOGRAM_LABELS) {
    const text = labelValue(relabelled, name);
    if (text !== '' && !BOOLEANS.has(text))
      return failed(`error parsing ${words}: strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`);
  }
  const labels = withInstance(
    relabelled.filter(([name]) => !name.startsWith(META_PREFIX)),
    address,
  );
  const broken = labels.find(([, value]) => !value.isWellFormed());
  if (broken !== undefined) return failed(`invalid label value for ${goQuote(broken[0])}: ${goQuote(broken[1])}`);
  return succeeded({ labels, intervalMs: interval.value, timeoutMs: timeout.value });
}

/** A histogram flag of a target; the job's where the label is missing or is no boolean (S-165). */
export function booleanLabel(labels: Labels, name: string, otherwise: boolean): boolean {
  return BOOLEANS.get(labelValue(labels, name)) ?? otherwise;
}

function positiveDuration(labels: Labels, name: string, words: string): Result<number, string> {
  try {
    const ms = parseDuration(labelValue(labels, name));
    return ms === 0 ? failed(`${words} cannot be 0`) : succeeded(ms);
  } catch (error) {
    return failed(`error parsing ${words}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function timeoutTooLong(labels: Labels): string {
  const [timeout, interval] = [labelValue(labels, '__scrape_timeout__'), labelValue(labels, '__scrape_interval__')];
  return `scrape timeout cannot be greater than scrape interval (${goQuote(timeout)} > ${goQuote(interval)})`;
}

function withInstance(labels: Label[], address: string): Labels {
  const at = labels.findIndex(([name]) => compareBytewise(name, 'instance') >= 0);
  if (at >= 0 && labels[at]?.[0] === 'instance') return labels;
  labels.splice(at < 0 ? labels.length : at, 0, ['instance', address]);
  return labels;
}
