import { valueText } from './value-text.ts';
import type { WrittenExemplar, WrittenHistogram, WrittenSample, WrittenSeries } from './write-request.ts';

/** All that one sender has delivered for one series, in order of arrival. */
export interface DeliveredSeries {
  readonly key: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly samples: (WrittenSample & Arrival)[];
  readonly exemplars: (WrittenExemplar & Arrival)[];
  readonly histograms: (WrittenHistogram & Arrival)[];
}

/** Its place in the order in which everything of one sender arrived. */
export interface Arrival {
  readonly arrival: number;
}

/** Collects what arrives by series. */
export class Delivery {
  readonly #series = new Map<string, DeliveredSeries>();
  /** The series that have a label, by its name and value: a condition that is polled must be cheap. */
  readonly #byLabel = new Map<string, DeliveredSeries[]>();
  #arrivals = 0;

  take(written: readonly WrittenSeries[]): void {
    for (const { labels, samples, exemplars, histograms } of written) {
      const key = seriesKey(labels);
      let series = this.#series.get(key);
      if (series === undefined) this.#add((series = { key, labels, samples: [], exemplars: [], histograms: [] }));
      for (const sample of samples) series.samples.push({ ...sample, arrival: this.#arrivals++ });
      for (const exemplar of exemplars) series.exemplars.push({ ...exemplar, arrival: this.#arrivals++ });
      for (const histogram of histograms) series.histograms.push({ ...histogram, arrival: this.#arrivals++ });
    }
  }

  /** The series that have all of some labels; the name of a metric is the label `__name__`. */
  select(labels: Readonly<Record<string, string>> = {}): DeliveredSeries[] {
    const wanted = Object.entries(labels);
    let candidates = wanted.length === 0 ? [...this.#series.values()] : undefined;
    for (const [name, value] of wanted) {
      const having = this.#byLabel.get(`${name}=${value}`) ?? [];
      if (candidates === undefined || having.length < candidates.length) candidates = having;
    }
    return (candidates ?? []).filter((series) => wanted.every(([name, value]) => series.labels.get(name) === value));
  }

  /** The values of the only series with some labels as texts, in order of arrival; none where there is no such series. */
  values(labels: Readonly<Record<string, string>>): string[] {
    const found = this.select(labels);
    if (found.length > 1) throw new Error(`${found.length} series match ${JSON.stringify(labels)}`);
    return (found[0]?.samples ?? []).map(({ bits }) => valueText(bits));
  }

  #add(series: DeliveredSeries): void {
    this.#series.set(series.key, series);
    for (const [name, value] of series.labels) {
      const having = this.#byLabel.get(`${name}=${value}`);
      if (having === undefined) this.#byLabel.set(`${name}=${value}`, [series]);
      else having.push(series);
    }
  }
}

/** A series written as people write it: `up{instance="a",job="b"}`. Equal label sets give equal keys. */
export function seriesKey(labels: ReadonlyMap<string, string>): string {
  const others = [...labels].filter(([name]) => name !== '__name__').sort(([a], [b]) => (a < b ? -1 : 1));
  return `${labels.get('__name__') ?? ''}{${others.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}}`;
}
