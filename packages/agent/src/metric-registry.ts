import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { MetricDefinition, Metrics } from '@limpet/model';
import { RecentSummary } from './recent-summary.ts';

type Instrument = Counter | Gauge | Histogram | RecentSummary;

/** Children of one metric that are kept at most; beyond that, updates of new ones are dropped (a bound on memory). */
const CHILD_COUNT_MAX = 20_000;

/**
 * The agent's own metrics: definitions as data on one side, a prom-client registry of its own on the other, so that
 * several agents in one process stay apart.
 */
export class MetricRegistry implements Metrics {
  readonly #registry = new Registry();
  readonly #instruments = new Map<MetricDefinition, Instrument>();
  readonly #children = new Map<MetricDefinition, Map<string, Child>>();
  readonly #refreshers: (() => void)[] = [];

  /** `withProcess` adds the metrics of the process: memory, CPU, event loop, garbage collection. */
  constructor({ withProcess }: { readonly withProcess: boolean }) {
    if (withProcess) collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Makes metrics without labels appear as 0 before they are first touched. */
  declare(definitions: Iterable<MetricDefinition>): void {
    for (const definition of definitions) {
      const instrument = this.#instrument(definition);
      if (definition.labels.length === 0 && instrument instanceof Counter) instrument.inc(0);
    }
  }

  /** Calls `refresh` before each exposition, for gauges that are read rather than kept. */
  beforeExposition(refresh: () => void): void {
    this.#refreshers.push(refresh);
  }

  /** The exposition in text format 0.0.4. */
  exposition(): Promise<string> {
    for (const refresh of this.#refreshers) refresh();
    return this.#registry.metrics();
  }

  add(definition: MetricDefinition, labelValues: readonly string[], n: number): void {
    this.#child(definition, labelValues)?.inc?.(n);
  }

  set(definition: MetricDefinition, labelValues: readonly string[], value: number): void {
    this.#child(definition, labelValues)?.set?.(value);
  }

  observe(definition: MetricDefinition, labelValues: readonly string[], value: number): void {
    this.#child(definition, labelValues)?.observe?.(value);
  }

  remove(definition: MetricDefinition, labelValues: readonly string[]): void {
    this.#instrument(definition).remove(...labelValues);
    this.#children.get(definition)?.delete(labelValues.join('\u0000'));
  }

  #child(definition: MetricDefinition, labelValues: readonly string[]): Child | undefined {
    let children = this.#children.get(definition);
    if (children === undefined) this.#children.set(definition, (children = new Map()));
    const key = labelValues.length === 1 ? (labelValues[0] ?? '') : labelValues.join('\u0000');
    const known = children.get(key);
    if (known !== undefined) return known;
    if (children.size >= CHILD_COUNT_MAX) return undefined;
    const child: Child = this.#instrument(definition).labels(...labelValues);
    children.set(key, child);
    return child;
  }

  #instrument(definition: MetricDefinition): Instrument {
    const known = this.#instruments.get(definition);
    if (known !== undefined) return known;
    const made = makeInstrument(definition, this.#registry);
    this.#instruments.set(definition, made);
    return made;
  }
}

/** What `labels()` of an instrument returns; each kind has some of these. */
interface Child {
  inc?(n: number): void;
  set?(value: number): void;
  observe?(value: number): void;
}

function makeInstrument(definition: MetricDefinition, registry: Registry): Instrument {
  const { name, help, labels } = definition;
  const common = { name, help, labelNames: [...labels], registers: [registry] };
  switch (definition.type) {
    case 'counter':
      return new Counter(common);
    case 'gauge':
      return new Gauge(common);
    case 'histogram':
      return new Histogram({ ...common, buckets: [...(definition.buckets ?? [])] });
    case 'summary':
      return new RecentSummary(definition, registry);
  }
}
