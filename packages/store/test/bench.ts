import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchOf } from '@limpet/contract';
import type { BatchSpec, SampleSpec } from '@limpet/contract';
import { labelsObject, SeriesRegistry } from '@limpet/model';
import type { LogFields, MetricDefinition } from '@limpet/model';
import { openStore } from '../src/store.ts';
import type { Store, StoreClock, StoreOptions } from '../src/store.ts';

interface Timer {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** Time that is moved by hand. */
export class HandClock implements StoreClock {
  readonly #timers = new Set<Timer>();
  #nowMs = 0;

  mono(): number {
    return this.#nowMs;
  }

  wall(): number {
    return 1_700_000_000_000 + this.#nowMs;
  }

  get pendingCount(): number {
    return this.#timers.size;
  }

  setTimeout(fire: () => void, delayMs: number): object {
    const timer = { dueMs: this.#nowMs + delayMs, fire };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: object): void {
    this.#timers.delete(timer as Timer);
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = [...this.#timers].filter(({ dueMs }) => dueMs <= endMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = next.dueMs;
      next.fire();
    }
    this.#nowMs = endMs;
  }
}

export interface Bench {
  readonly store: Store;
  readonly clock: HandClock;
  readonly registry: SeriesRegistry;
  readonly logged: { readonly level: string; readonly message: string; readonly fields: LogFields | undefined }[];
  /** Counters and gauges by name, a label value behind it. */
  readonly metrics: Map<string, number>;
  append(samples: readonly SampleSpec[], spec?: BatchSpec): boolean;
}

/** A folder of its own for one test; `remove` takes it away. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'limpet-store-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function makeBench(path: string, options: Partial<StoreOptions> = {}): Bench {
  const clock = options.clock instanceof HandClock ? options.clock : new HandClock();
  const registry = new SeriesRegistry();
  const logged: Bench['logged'] = [];
  const metrics = new Map<string, number>();
  const logAt = (level: string) => (message: string, fields?: LogFields) => void logged.push({ level, message, fields });
  const keyOf = ({ name }: MetricDefinition, labels: readonly string[]) => [name, ...labels].join(' ');
  const store = openStore({
    path,
    registry,
    clock,
    log: { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') },
    metrics: {
      add: (definition, labels, n) => metrics.set(keyOf(definition, labels), (metrics.get(keyOf(definition, labels)) ?? 0) + n),
      set: (definition, labels, value) => metrics.set(keyOf(definition, labels), value),
      observe: () => undefined,
      remove: () => undefined,
    },
    ...options,
  });
  return {
    store,
    clock,
    registry,
    logged,
    metrics,
    append: (samples, spec = {}) =>
      store.append(batchOf(registry, samples, { timestampMs: clock.wall(), ...spec }), registry.nextSequence()).ok,
  };
}

/** Everything in a store, as plain samples. */
export function everything(store: Store) {
  return store
    .range({ matchers: [], fromMs: -Infinity, toMs: Infinity })
    .series.flatMap(({ labels, timestampsMs, values, stale, histograms }) =>
      [...timestampsMs].map((timestampMs, index) => {
        const value = stale[index] === 1 ? ('stale' as const) : (values[index] ?? 0);
        const histogram = histograms.get(index);
        return { labels: labelsObject(labels), timestampMs, value, ...(histogram && { histogram }) };
      }),
    );
}
