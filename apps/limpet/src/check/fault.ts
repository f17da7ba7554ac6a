import { configErrorAt } from '@limpet/config';
import type { ConfigErrorCode, ConfigStep } from '@limpet/config';
import type { ReadFile } from './config-files.ts';

/** Something that keeps a configuration from running. */
export interface Fault {
  /** One sentence, without a place. */
  readonly message: string;
  /** The sentence with its place and the lines around it. */
  readonly print: string;
}

/** A fault at its place: in the first of the files that has it. */
export function faultAt(files: readonly ReadFile[], steps: readonly ConfigStep[], code: ConfigErrorCode, message: string): Fault {
  for (const { file, text } of files) {
    const error = configErrorAt({ file, text, steps, code, message });
    if (error !== undefined) return { message, print: error.print() };
  }
  return { message, print: message };
}
