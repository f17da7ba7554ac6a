import { globSegments } from '../src/file/glob.ts';
import type { DirectoryWatcher, DiscoveryFiles, FileContent } from '../src/ports.ts';

/** Files in memory. What the provider sees changes when it looks; `touch` makes it look. */
export class ScriptedFiles implements DiscoveryFiles {
  /** Text by path; `undefined` is a file that exists and cannot be read. */
  readonly texts = new Map<string, string | undefined>();
  /** Thrown by the next `match`, as a fault of ours would be. */
  nextFault: Error | undefined;
  readCount = 0;
  readonly #watchers = new Set<{ readonly changed: () => void; readonly failed: (error: unknown) => void }>();

  /** Number of watchers that are open. */
  get watcherCount(): number {
    return this.#watchers.size;
  }

  /** Tells every watcher that something may have changed. */
  touch(): void {
    for (const { changed } of this.#watchers) changed();
  }

  /** Tells every watcher that watching does not work. */
  breakWatching(error: Error): void {
    for (const { failed } of this.#watchers) failed(error);
  }

  async match(pattern: string): Promise<readonly string[]> {
    const fault = this.nextFault;
    this.nextFault = undefined;
    if (fault !== undefined) throw fault;
    const wanted = globSegments(pattern) ?? [];
    const isWanted = (path: string): boolean => {
      const names = path.split('/').slice(1);
      return (
        names.length === wanted.length &&
        wanted.every((segment, index) => ('name' in segment ? segment.name === names[index] : segment.matches.test(names[index] ?? '')))
      );
    };
    return [...this.texts.keys()].filter(isWanted).sort();
  }

  async read(path: string): Promise<FileContent> {
    this.readCount++;
    const text = this.texts.get(path);
    if (text === undefined) throw new Error('permission denied');
    return { text, mtimeMs: 1_000 };
  }

  stopwatch(): () => number {
    return () => 0;
  }

  watch(_directories: readonly string[], tell: { changed(): void; failed(error: unknown): void }): DirectoryWatcher {
    const watcher = { changed: () => tell.changed(), failed: (error: unknown) => tell.failed(error) };
    this.#watchers.add(watcher);
    return { renew: async () => {}, close: () => this.#watchers.delete(watcher) };
  }
}
