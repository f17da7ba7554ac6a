import type { Clock } from '@limpet/driver';
import type { Log, Metrics, SeriesRegistry } from '@limpet/model';
import type { EmbeddedStore } from '../storage-control.ts';

export interface StoreOpenerOptions {
  /** Undefined: nothing is stored. */
  readonly folder: string | undefined;
  readonly registry: SeriesRegistry;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** How the embedded store of an agent is opened; undefined where it has no folder. */
export function storeOpener({ folder }: StoreOpenerOptions): (() => EmbeddedStore) | undefined {
  if (folder === undefined) return undefined;
  return undefined;
}
