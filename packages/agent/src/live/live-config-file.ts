import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseConfig } from '@limpet/config';
import type { FileReader } from '@limpet/config';
import { failed } from '@limpet/model';
import type { ConfigSource } from '../config-source.ts';

/** Files of this machine, for included configurations. */
export const liveFileReader: FileReader = {
  readText: (path) => readFileSync(path, 'utf8'),
  glob: (pattern) => globSync(pattern).sort(),
};

/** A configuration file, with the environment of this process. */
export function configFile(path: string, { features = [] }: { readonly features?: readonly string[] } = {}): ConfigSource {
  const file = resolve(path);
  return {
    name: `--config.file=${JSON.stringify(path)}`, // as the operator wrote it
    load: async () => {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (cause) {
        return failed({ code: 'LIMPET_CONFIG_READ', message: `cannot read ${path}: ${reasonOf(cause)}` } as const);
      }
      return parseConfig({ file, text, env: process.env, files: liveFileReader, features });
    },
  };
}

/**
 * SHA-256 over a configuration file and the files it includes (C-171), for auto-reload; `undefined` where the main file
 * cannot be read.
 */
export function configChecksum(path: string, includedPatterns: readonly string[]): string | undefined {
  try {
    const hash = createHash('sha256').update(readFileSync(path));
    for (const pattern of includedPatterns) {
      for (const file of globSync(pattern).sort()) hash.update(`\u0000scrape_config_files\u0000${file}\u0000`).update(readFileSync(file));
    }
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
