import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The end of a program's output that is kept for messages. */
const OUTPUT_CHARS_MAX = 64 * 1024;
/** A program that was told to end and did not within this time is killed. */
const STOP_DEADLINE_MS = 15_000;

export interface ExitOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A real program that a suite has started. It is killed at the latest when the test process ends. */
export interface RunningProgram {
  readonly name: string;
  /** The end of what it wrote to both streams. */
  readonly output: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly isRunning: () => boolean;
  readonly exited: Promise<ExitOutcome>;
  /** Asks it to end (SIGTERM), and kills it where it does not. Resolves with how it ended, also a second time. */
  readonly stop: () => Promise<ExitOutcome>;
}

export interface ProgramStart {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export function startProgram({ name, command, args, environment = {} }: ProgramStart): RunningProgram {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-OUTPUT_CHARS_MAX));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const killAtEnd = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtEnd);
  let isRunning = true;
  const exited = once(child, 'close').then(([code, signal]): ExitOutcome => {
    isRunning = false;
    process.removeListener('exit', killAtEnd);
    return { code, signal };
  });
  return {
    name,
    output: () => output,
    signal: (signalName) => void child.kill(signalName),
    isRunning: () => isRunning,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
      const outcome = await exited;
      clearTimeout(killer);
      return outcome;
    },
  };
}
