import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FileReader } from '@limpet/config';

/** Bytes that a configuration file may have; the parser takes no more characters either. */
export const CONFIG_BYTES_MAX: number = 64 * 1024 ** 2;

/** A file of the configuration as it was read. */
export interface ReadFile {
  readonly file: string;
  readonly text: string;
}

/** The files that a configuration includes; remembers each one, so that later faults can be shown in their place. */
export class ConfigFiles implements FileReader {
  readonly #cwd: string;
  readonly read: ReadFile[] = [];

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  readText(path: string): string {
    const text = readFileSync(resolve(this.#cwd, path), 'utf8');
    this.read.push({ file: path, text });
    return text;
  }

  glob(pattern: string): readonly string[] {
    return globSync(pattern, { cwd: this.#cwd }).sort();
  }
}

/** Leaves included files alone: their jobs are not looked at. */
export const noIncludedFiles: FileReader = {
  readText: () => '',
  glob: () => [],
};
