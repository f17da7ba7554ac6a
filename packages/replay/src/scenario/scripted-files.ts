import { dirname } from 'node:path';
import type { AgentWorld } from '@limpet/agent';
import type { Clock } from '@limpet/driver';

type Files = AgentWorld['files'];

interface Watcher {
  readonly directories: ReadonlySet<string>;
  readonly changed: () => void;
}

/** The files of a scenario. Writing one tells whoever watches its folder. */
export class ScriptedFiles implements Files {
  readonly #files = new Map<string, { readonly text: string; readonly mtimeMs: number }>();
  readonly #watchers = new Set<Watcher>();
  readonly #clock: Pick<Clock, 'wall'>;

  constructor(clock: Pick<Clock, 'wall'>) {
    this.#clock = clock;
  }

  /** Writes a file, or with `null` removes it. */
  write(path: string, text: string | null): void {
    if (text === null) this.#files.delete(path);
    else this.#files.set(path, { text, mtimeMs: this.#clock.wall() });
    for (const { directories, changed } of this.#watchers) if (directories.has(dirname(path))) changed();
  }

  text(path: string): string | undefined {
    return this.#files.get(path)?.text;
  }

  match(pattern: string): Promise<readonly string[]> {
    const segments = pattern.split('*').map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
    const matcher = new RegExp(`^${segments.join('[^/]*')}$`);
    return Promise.resolve([...this.#files.keys()].filter((path) => matcher.test(path)).sort());
  }

  read(path: string): ReturnType<Files['read']> {
    const file = this.#files.get(path);
    return file === undefined ? Promise.reject(new Error(`ENOENT: no such file or directory, open '${path}'`)) : Promise.resolve(file);
  }

  stopwatch(): () => number {
    return () => 0;
  }

  watch(directories: readonly string[], tell: { changed(): void }): ReturnType<Files['watch']> {
    const watcher: Watcher = { directories: new Set(directories), changed: () => tell.changed() };
    this.#watchers.add(watcher);
    return {
      renew: () => Promise.resolve(),
      close: () => {
        this.#watchers.delete(watcher);
      },
    };
  }
}
