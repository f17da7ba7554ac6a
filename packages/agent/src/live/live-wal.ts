import { join } from 'node:path';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { createStorage, liveWalFiles } from '@limpet/wal';
import type { Storage, StorageOptions } from '@limpet/wal';

/** The log's folder within the agent's. */
const FOLDER = 'wal';

export interface WalOpenerOptions extends Omit<StorageOptions, 'files'> {
  /** Undefined: there is no log, samples on their way to receivers wait in memory. */
  readonly folder: string | undefined;
}

/** How the durable log of an agent is opened; undefined where it has no folder. */
export function walOpener({ folder, ...options }: WalOpenerOptions): (() => Promise<Result<Storage, Error>>) | undefined {
  if (folder === undefined) return undefined;
  return async () => {
    const storage = createStorage({ ...options, files: liveWalFiles(join(folder, FOLDER)) });
    const opened = await storage.open();
    return opened.ok ? succeeded(storage) : failed(opened.error);
  };
}
