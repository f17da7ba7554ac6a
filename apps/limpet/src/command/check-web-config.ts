import { resolve } from 'node:path';
import { checkWebConfig } from '@limpet/api';
import { EXIT } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';

/** Checks web configurations one after the other, with every file that they name. */
export function checkWebConfigCommand(files: readonly string[], io: CommandIo): number {
  let exitCode: number = EXIT.ok;
  for (const file of files) {
    const checked = checkWebConfig(resolve(io.cwd, file));
    if (checked.ok) {
      io.writeErr(`${file} SUCCESS\n`);
      continue;
    }
    const { error } = checked;
    io.writeErr(`${file} FAILED: ${'print' in error ? error.print() : error.message}\n`);
    exitCode = EXIT.failure;
  }
  return exitCode;
}
