import type { Driver } from '@limpet/driver';
import { failed, silentLog, silentMetrics, succeeded } from '@limpet/model';
import type { Result, SeriesRegistry } from '@limpet/model';
import { createStorage } from '@limpet/wal';
import type { Storage, WalFiles } from '@limpet/wal';

export interface DurableLogOptions {
  readonly files: WalFiles;
  readonly driver: Driver;
  readonly registry: SeriesRegistry;
  readonly memoryBytesMax?: number;
  readonly bytesMax?: number;
  readonly segmentBytes?: number;
}

/** A durable log on the given files, opened when the first receiver comes. */
export function storageOpener(options: DurableLogOptions): () => Promise<Result<Storage, Error>> {
  return async () => {
    const storage = createStorage({ ...options, log: silentLog, metrics: silentMetrics });
    const opened = await storage.open();
    return opened.ok ? succeeded(storage) : failed(opened.error);
  };
}
