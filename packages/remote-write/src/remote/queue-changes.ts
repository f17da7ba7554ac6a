import type { RemoteWriteConfig } from '@limpet/config';
import { failed, labelsEqual, labelsFrom, succeeded } from '@limpet/model';
import type { Labels, Result } from '@limpet/model';
import { RemoteWriteError } from '../errors.ts';

/** What a queue is identified by. The same hash and external labels keep it running (C-181, W-082). */
export interface QueueIdentity {
  readonly hash: string;
  readonly externalLabels: Labels;
}

/** What has to happen so that the queues match the receivers configured; positions are those of the configuration. */
export interface QueueChanges<Queue> {
  readonly keep: readonly { readonly queue: Queue; readonly config: RemoteWriteConfig }[];
  readonly start: readonly RemoteWriteConfig[];
  readonly stop: readonly Queue[];
}

/** Compares the queues that run with the receivers configured. Refuses two entries that are one (W-082). */
export function queueChanges<Queue extends QueueIdentity>(
  running: readonly Queue[],
  configs: readonly RemoteWriteConfig[],
  externalLabels: Labels,
): Result<QueueChanges<Queue>, RemoteWriteError> {
  const refusal = refusalOf(configs);
  if (refusal !== undefined) return failed(refusal);
  const byHash = new Map(running.filter((queue) => labelsEqual(queue.externalLabels, externalLabels)).map((queue) => [queue.hash, queue]));
  const keep: { queue: Queue; config: RemoteWriteConfig }[] = [];
  const start: RemoteWriteConfig[] = [];
  for (const config of configs) {
    const queue = byHash.get(config.hash);
    if (queue === undefined) start.push(config);
    else keep.push({ queue, config });
  }
  const kept = new Set(keep.map(({ queue }) => queue));
  return succeeded({ keep, start, stop: running.filter((queue) => !kept.has(queue)) });
}

/** External labels that add something to a series, sorted; empty values stay in the configuration only (C-091). */
export function effectiveExternalLabels(labels: Readonly<Record<string, string>>): Labels {
  return labelsFrom(Object.entries(labels));
}

function refusalOf(configs: readonly RemoteWriteConfig[]): RemoteWriteError | undefined {
  const hashes = new Set<string>();
  const names = new Set<string>();
  for (const { hash, name } of configs) {
    if (hashes.has(hash)) {
      const message = `duplicate remote write configs are not allowed, found duplicate for URL: remote_write "${name}"`;
      return new RemoteWriteError('LIMPET_REMOTE_WRITE_DUPLICATE', message);
    }
    if (names.has(name)) {
      return new RemoteWriteError('LIMPET_REMOTE_WRITE_DUPLICATE', `found multiple remote write configs with job name "${name}"`);
    }
    hashes.add(hash);
    names.add(name);
  }
  return undefined;
}
