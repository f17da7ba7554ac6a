import type { Arrival, Delivery, DeliveredSeries } from '../sink/delivered-series.ts';
import { valueText } from '../sink/value-text.ts';
import type { WrittenSample } from '../sink/write-request.ts';

/** What one sender delivered of one scenario, by series, as texts that are equal where the two senders agree. */
export type Outcome = ReadonlyMap<string, readonly string[]>;

/** A series' share of a scrape that brought nothing for it. */
const NOTHING = '·';

export interface OutcomeOptions {
  readonly scenario: string;
  readonly align: 'byScrape' | 'byChange';
  readonly scrapeCount: number;
  /** Explicit timestamps are told relative to this. */
  readonly baseMs: number;
  readonly explicitTimes: 'exact' | 'any';
}

/** Lines up a scenario's samples. A scrape is known by the timestamp of its `up`, which every scrape writes. */
export function outcomeOf(delivery: Delivery, options: OutcomeOptions): Outcome {
  const outcome = new Map<string, readonly string[]>();
  // every target of a scenario writes `up`, with the label that tells whose samples are whose
  const scripts = delivery.select({ __name__: 'up' }).map(({ labels }) => labels.get('script') ?? '');
  for (const script of new Set(scripts.filter((name) => name.split('/')[0] === options.scenario))) {
    const series = delivery.select({ script });
    const lineUp = { ...options, grid: scrapeTimes(series), lastArrival: lastReport(series) };
    for (const one of series) {
      const line = options.align === 'byScrape' ? byScrape(one, lineUp) : byChange(one);
      if (line.length > 0) outcome.set(one.key, line);
    }
  }
  return outcome;
}

/** Every difference between two outcomes as one text each; none where they agree. */
export function differences(subject: Outcome, reference: Outcome): string[] {
  const found: string[] = [];
  for (const key of new Set([...subject.keys(), ...reference.keys()])) {
    const ours = subject.get(key)?.join(' ');
    const theirs = reference.get(key)?.join(' ');
    if (ours !== theirs)
      found.push(`${key}\n    subject   ${ours ?? 'has no such series'}\n    reference ${theirs ?? 'has no such series'}`);
  }
  return found.sort();
}

interface LineUp extends OutcomeOptions {
  /** Timestamp to number of the scrape. */
  readonly grid: ReadonlyMap<number, number>;
  /** What arrived later belongs to a scrape that is still on its way. */
  readonly lastArrival: number;
}

/** One text a scrape; then those of samples whose timestamp is no scrape's. */
function byScrape({ labels, samples, exemplars, histograms }: DeliveredSeries, { grid, lastArrival, ...options }: LineUp): string[] {
  const { scrapeCount, baseMs, explicitTimes } = options;
  const cells: string[] = Array.from({ length: scrapeCount }, () => NOTHING);
  const explicit: string[] = [];
  const isDuration = labels.get('__name__') === 'scrape_duration_seconds';
  const put = ({ timestampMs, arrival }: Pick<WrittenSample, 'timestampMs'> & Arrival, entry: string): void => {
    const scrape = grid.get(timestampMs);
    if (arrival > lastArrival) return;
    if (scrape === undefined) explicit.push(explicitTimes === 'exact' ? `${entry}@${timestampMs - baseMs}` : `${entry}@own`);
    else if (scrape < scrapeCount) cells[scrape] = cells[scrape] === NOTHING ? entry : `${cells[scrape]}+${entry}`;
  };
  for (const sample of samples) put(sample, isDuration ? durationText(sample) : valueText(sample.bits));
  for (const histogram of histograms) put(histogram, histogram.text);
  for (const exemplar of exemplars) put(exemplar, `#${JSON.stringify([...exemplar.labels])}${valueText(exemplar.bits)}`);
  if (explicit.length === 0 && cells.every((cell) => cell === NOTHING)) return [];
  return explicit.length === 0 ? cells : [...cells, 'explicit', ...explicit];
}

function byChange({ labels, samples }: DeliveredSeries): string[] {
  const isDuration = labels.get('__name__') === 'scrape_duration_seconds';
  const texts = samples.map((sample) => (isDuration ? durationText(sample) : valueText(sample.bits)));
  return texts.filter((text, index) => text !== texts[index - 1]);
}

/** A duration differs from run to run: only that there is one counts, or that its series has ended. */
function durationText({ bits }: WrittenSample): string {
  const value = valueText(bits);
  return value === 'stale' ? value : 'duration';
}

/** Timestamp to number of the scrape, oldest first. */
function scrapeTimes(series: readonly DeliveredSeries[]): Map<number, number> {
  const up = series.filter(({ labels }) => labels.get('__name__') === 'up');
  const times = new Set(up.flatMap(({ samples }) => samples.map(({ timestampMs }) => timestampMs)));
  return new Map([...times].sort((a, b) => a - b).map((time, index) => [time, index]));
}

/** When the last report came that was whole: its last series is this one. */
function lastReport(series: readonly DeliveredSeries[]): number {
  const reports = series.filter(({ labels }) => labels.get('__name__') === 'scrape_series_added');
  return Math.max(-1, ...reports.map(({ samples }) => samples.at(-1)?.arrival ?? -1));
}
