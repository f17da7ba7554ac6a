import { accessSync, constants, mkdirSync } from 'node:fs';
import { lockFolder } from '@limpet/store';
import type { FolderLock } from '@limpet/store';
import type { EffectResult } from '../root/agent-ports.ts';

export interface StorageFolderOptions {
  /** Undefined: nothing is kept. */
  readonly folder: string | undefined;
  /** Whether the folder is locked against other agents. */
  readonly isLocked: boolean;
}

/** The folder for everything that an agent keeps: made when it is opened, and this agent's alone until it is closed. */
export class StorageFolder {
  readonly #options: StorageFolderOptions;
  #lock: FolderLock | undefined;

  constructor(options: StorageFolderOptions) {
    this.#options = options;
  }

  open(): EffectResult {
    const { folder, isLocked } = this.#options;
    if (folder === undefined) return { ok: true };
    if (!isLocked) return usable(folder);
    const locked = lockFolder(folder);
    if (!locked.ok) return { ok: false, error: locked.error.message };
    this.#lock = locked.value;
    return { ok: true };
  }

  /** Gives the folder up. Idempotent. */
  close(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }
}

function usable(folder: string): EffectResult {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return { ok: true };
  } catch (cause) {
    return {
      ok: false,
      error: `the folder ${JSON.stringify(folder)} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
    };
  }
}
