import type { AgentWorld } from '../../src/agent-options.ts';

type Files = AgentWorld['files'];

/** Target files in memory, known by exact path. `write` tells whoever watches. */
export class ScriptedFiles implements Files {
  readonly #texts = new Map<string, string>();
  readonly #watchers = new Set<() => void>();
  /** Reads never end while this is set. */
  hangs = false;

  get watcherCount(): number {
    return this.#watchers.size;
  }

  write(path: string, text: string): void {
    this.#texts.set(path, text);
    for (const changed of this.#watchers) changed();
  }

  match(pattern: string): Promise<readonly string[]> {
    return Promise.resolve(this.#texts.has(pattern) ? [pattern] : []);
  }

  read(path: string): ReturnType<Files['read']> {
    if (this.hangs) return new Promise(() => {});
    return Promise.resolve({ text: this.#texts.get(path) ?? '', mtimeMs: 0 });
  }

  stopwatch(): () => number {
    return () => 0;
  }

  watch(_directories: readonly string[], tell: { changed(): void }): ReturnType<Files['watch']> {
    const changed = (): void => tell.changed();
    this.#watchers.add(changed);
    return {
      renew: () => Promise.resolve(),
      close: () => {
        this.#watchers.delete(changed);
      },
    };
  }
}
