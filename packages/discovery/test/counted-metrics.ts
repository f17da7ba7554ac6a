import type { MetricDefinition, Metrics } from '@limpet/model';

/** Metrics as a map from `name` or `name{value,value}` to a number; observations are counted. */
export class CountedMetrics implements Metrics {
  readonly values = new Map<string, number>();

  add(definition: MetricDefinition, labelValues: readonly string[], n: number): void {
    const key = keyOf(definition, labelValues);
    this.values.set(key, (this.values.get(key) ?? 0) + n);
  }

  set(definition: MetricDefinition, labelValues: readonly string[], value: number): void {
    this.values.set(keyOf(definition, labelValues), value);
  }

  observe(definition: MetricDefinition, labelValues: readonly string[]): void {
    this.add(definition, labelValues, 1);
  }

  remove(definition: MetricDefinition, labelValues: readonly string[]): void {
    this.values.delete(keyOf(definition, labelValues));
  }

  /** The value of one child; `undefined` where there is none. */
  value(name: string, ...labelValues: readonly string[]): number | undefined {
    return this.values.get(labelValues.length === 0 ? name : `${name}{${labelValues.join(',')}}`);
  }
}

function keyOf({ name, labels }: MetricDefinition, labelValues: readonly string[]): string {
  if (labels.length !== labelValues.length) throw new Error(`${name} takes ${labels.length} label values`);
  return labelValues.length === 0 ? name : `${name}{${labelValues.join(',')}}`;
}
