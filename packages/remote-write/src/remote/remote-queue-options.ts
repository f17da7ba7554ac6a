import type { RemoteWriteConfig } from '@limpet/config';
import type { Driver } from '@limpet/driver';
import type { Labels, Log, Metrics, SeriesRegistry } from '@limpet/model';
import type { Storage } from '@limpet/wal';
import type { ClientLease } from '../send/client-lease.ts';
import type { SeriesRules } from '../series/series-labels.ts';

/** What one receiver's queue is made of. */
export interface RemoteQueueOptions {
  /** Names the queue behind the ports; unique, also beside a queue of the same name that is still ending. */
  readonly id: string;
  readonly config: RemoteWriteConfig;
  readonly externalLabels: Labels;
  readonly rules: SeriesRules;
  readonly lease: ClientLease;
  readonly registry: SeriesRegistry;
  readonly driver: Driver;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly userAgent: string;
  readonly logSamplesMax: number;
  /** The durable log and the receiver's place in it; undefined: a log in memory stands in front of the shards. */
  readonly durable: { readonly storage: Storage; readonly place: string } | undefined;
  /** Resolves when the queues that this one replaces have ended. */
  readonly predecessors: Promise<unknown>;
}
