/** Watches the entries of some folders, not of their subfolders. */
export interface DirectoryWatcher {
  /** Makes sure that every folder is watched, also one that was replaced since. Called after every read (C-111). */
  renew(): Promise<void>;
  /** Ends the watching; nothing is told afterwards. Idempotent. */
  close(): void;
}

/** Whom a watcher tells, and what. */
export interface WatchTell {
  /** Something in a folder may have changed. May be told too often, never too rarely. */
  changed(): void;
  /** Watching does not work as it should, for example because the system's limit of watches is reached. */
  failed(error: unknown): void;
}

/** Begins to watch folders given by absolute path. Returns at once. */
export type OpenDirectoryWatcher = (directories: readonly string[], tell: WatchTell) => DirectoryWatcher;
