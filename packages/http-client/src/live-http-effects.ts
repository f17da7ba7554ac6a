import { readFile } from 'node:fs/promises';
import type { HttpEffects } from './http-client-options.ts';

/** Files, environment and time of this process. */
export const liveHttpEffects: HttpEffects = {
  readFile: (path) => readFile(path),
  get environment() {
    return process.env;
  },
  monoMs: () => performance.now(),
};
