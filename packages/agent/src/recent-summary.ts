import type { MetricDefinition } from '@limpet/model';
import type { Metric, MetricObjectWithValues, MetricValueWithName, Registry } from 'prom-client';
import { RecentQuantiles } from './recent-quantiles.ts';

interface Child {
  readonly labels: Readonly<Record<string, string>>;
  readonly recent: RecentQuantiles;
}

/** A summary over the newest observations, as a metric of a prom-client registry. */
export class RecentSummary {
  readonly name: string;
  readonly #definition: MetricDefinition;
  readonly #children = new Map<string, Child>();

  constructor(definition: MetricDefinition, registry: Registry) {
    this.name = definition.name;
    this.#definition = definition;
    registry.registerMetric(this as unknown as Metric); // it has what the registry calls: `name`, `get`, `reset`
  }

  labels(...values: readonly string[]): { observe(value: number): void } {
    const key = values.join('\u0000');
    let child = this.#children.get(key);
    if (child === undefined) {
      const labels = Object.fromEntries(this.#definition.labels.map((label, index) => [label, values[index] ?? '']));
      this.#children.set(key, (child = { labels, recent: new RecentQuantiles() }));
    }
    return child.recent;
  }

  remove(...values: readonly string[]): void {
    this.#children.delete(values.join('\u0000'));
  }

  reset(): void {
    this.#children.clear();
  }

  get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, help } = this.#definition;
    const values = [...this.#children.values()].flatMap((child) => this.#valuesOf(child));
    // prom-client's own type names come from an ambient enumeration; the registry prints the word
    return Promise.resolve({ name, help, type: 'summary', aggregator: 'sum', values } as never);
  }

  #valuesOf({ labels, recent }: Child): MetricValueWithName<string>[] {
    const { name, quantiles = [] } = this.#definition;
    const values = recent.at(quantiles);
    return [
      ...quantiles.map((quantile, index) => ({ labels: { quantile, ...labels }, value: values[index] ?? Number.NaN })),
      { metricName: `${name}_sum`, labels, value: recent.sum },
      { metricName: `${name}_count`, labels, value: recent.count },
    ];
  }
}
