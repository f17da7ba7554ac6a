import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import { closeQuietly } from './live-database.ts';

/** The file that is locked. It stays empty, and it stays: whoever finds it unlocked may take it. */
export const LOCK_FILE = 'limpet.lock';

const SQLITE_BUSY = 5;

/** A folder that nobody else writes to as long as this is held. */
export interface FolderLock {
  /** Gives the folder up. Idempotent. */
  release(): void;
}

/** Why a folder could not be locked. */
export interface FolderLockError {
  readonly code: 'LIMPET_STORE_LOCKED' | 'LIMPET_STORE_FOLDER';
  readonly message: string;
  readonly cause: unknown;
}

/**
 * Makes a folder, where it is missing, and locks it against other processes and against other callers in this one. The
 * lock is the operating system's, taken by SQLite on a file of its own: it ends with the process, however that ends.
 */
export function lockFolder(folder: string): Result<FolderLock, FolderLockError> {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    database = new DatabaseSync(join(folder, LOCK_FILE), { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return succeeded(lockOn(database));
  } catch (cause) {
    if (database !== undefined) closeQuietly(database);
    const isLocked = (Number((cause as { readonly errcode?: unknown } | null)?.errcode) & 0xff) === SQLITE_BUSY;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return failed(
      isLocked
        ? { code: 'LIMPET_STORE_LOCKED', message: `the folder ${JSON.stringify(folder)} is in use by another agent`, cause }
        : { code: 'LIMPET_STORE_FOLDER', message: `the folder ${JSON.stringify(folder)} cannot be used: ${reason}`, cause },
    );
  }
}

function lockOn(database: DatabaseSync): FolderLock {
  let isHeld = true;
  return {
    release: () => {
      if (isHeld) closeQuietly(database);
      isHeld = false;
    },
  };
}
