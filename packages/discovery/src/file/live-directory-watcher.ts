import { stat } from 'node:fs/promises';
import { watch } from 'chokidar';
import type { FSWatcher } from 'chokidar';
import type { DirectoryWatcher, OpenDirectoryWatcher, WatchTell } from './directory-watcher.ts';

/** Watches folders with one watcher each, so that a folder that was replaced can be taken up again. */
export const watchDirectories: OpenDirectoryWatcher = (directories, tell) => new LiveDirectoryWatcher(directories, tell);

class LiveDirectoryWatcher implements DirectoryWatcher {
  readonly #directories: readonly string[];
  readonly #tell: WatchTell;
  readonly #watched = new Map<string, WatchedDirectory>();
  #isClosed = false;

  constructor(directories: readonly string[], tell: WatchTell) {
    this.#directories = directories;
    this.#tell = tell;
  }

  async renew(): Promise<void> {
    for (const directory of this.#directories) {
      const identity = await identityOf(directory);
      if (this.#isClosed) return;
      const watched = this.#watched.get(directory);
      // A watcher on a folder that is missing tells when it appears; hence it stays until there is something else.
      if (watched !== undefined && (identity === undefined || identity === watched.identity)) continue;
      if (watched !== undefined) void watched.watcher.close();
      this.#watched.set(directory, { identity, watcher: this.#open(directory) });
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { watcher } of this.#watched.values()) void watcher.close();
    this.#watched.clear();
  }

  #open(directory: string): FSWatcher {
    const watcher = watch(directory, { depth: 0, ignoreInitial: true, atomic: false });
    const changed = (): void => {
      if (!this.#isClosed) this.#tell.changed();
    };
    watcher.on('all', changed);
    watcher.on('ready', changed); // what changed between the last read and now was not seen
    watcher.on('error', (error) => {
      if (!this.#isClosed) this.#tell.failed(error);
    });
    return watcher;
  }
}

interface WatchedDirectory {
  readonly watcher: FSWatcher;
  /** Device and inode of the folder when watching began; `undefined` where it was missing. */
  readonly identity: string | undefined;
}

async function identityOf(directory: string): Promise<string | undefined> {
  return stat(directory).then(
    ({ dev, ino, birthtimeMs }) => `${dev}:${ino}:${birthtimeMs}`,
    () => undefined,
  );
}
