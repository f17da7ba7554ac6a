import type { RunOptions } from '../flag/run-options.ts';
import type { CommandIo } from '../io/command-io.ts';

/** What `limpet run` does once its command line is understood. Resolves with the exit code, when the agent has stopped. */
export type RunCommand = (options: RunOptions, io: CommandIo) => Promise<number>;
