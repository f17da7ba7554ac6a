import { join } from 'node:path';
import { openStore } from '@limpet/store';
import type { StoreOptions } from '@limpet/store';
import type { EmbeddedStore } from '../storage-control.ts';
import { historyOf } from '../view/store-history.ts';

/** The store's file within the agent's folder. */
const FILE_NAME = 'recent.sqlite';

export interface StoreOpenerOptions extends Pick<StoreOptions, 'registry' | 'log' | 'metrics' | 'clock'> {
  /** Undefined: nothing is stored. */
  readonly folder: string | undefined;
}

/** How the embedded store of an agent is opened; undefined where it has no folder. */
export function storeOpener({ folder, ...options }: StoreOpenerOptions): (() => EmbeddedStore) | undefined {
  if (folder === undefined) return undefined;
  return () => {
    const store = openStore({ ...options, path: join(folder, FILE_NAME) });
    return {
      name: store.name,
      append: (batch, sequence) => store.append(batch, sequence),
      oldestInUse: () => store.oldestInUse(),
      flush: (signal) => store.flush(signal),
      close: () => store.close(),
      history: historyOf(store),
      get trouble() {
        return store.status().error;
      },
    };
  };
}
