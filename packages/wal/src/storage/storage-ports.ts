import type { StorageEvent } from './storage-events.ts';

/**
 * Everything that the machine of the log needs. Ports never throw; they answer through `Driver.accept`, never while the
 * call that started them is still running.
 */
export interface StoragePorts {
  /** The machine lives: answers go to `tell`. */
  attach(tell: (event: StorageEvent) => void): void;
  /** Answers `opened` or `openFailed`. */
  openLog(): void;
  /** Deletes segments. Answers `truncated`. */
  truncate(): void;
  /** Tries to write again. Answers `written` or `writeFailed`. */
  retryWrite(): void;
  /** Writes what waits and closes the files. Answers `closed`. */
  closeLog(): void;
}
