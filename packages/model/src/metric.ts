/** A self-metric as data: `metrics.ts` of each package lists its own. */
export interface MetricDefinition {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, ascending, without +Inf. */
  readonly buckets?: readonly number[];
  /** Quantiles of a summary, each in (0, 1). */
  readonly quantiles?: readonly number[];
}

/**
 * Where packages count. Label values stand in the order of `definition.labels`. Never throws, never sends an event.
 */
export interface Metrics {
  /** Adds to a counter or a gauge; `n` may be negative for a gauge only. */
  add(definition: MetricDefinition, labelValues: readonly string[], n: number): void;
  /** Sets a gauge. */
  set(definition: MetricDefinition, labelValues: readonly string[], value: number): void;
  /** Adds an observation to a histogram or a summary. */
  observe(definition: MetricDefinition, labelValues: readonly string[], value: number): void;
  /** Forgets one child, as when a pool ends. */
  remove(definition: MetricDefinition, labelValues: readonly string[]): void;
}

/** Metrics that keep nothing. */
export const silentMetrics: Metrics = { add: ignore, set: ignore, observe: ignore, remove: ignore };

function ignore(): void {}
