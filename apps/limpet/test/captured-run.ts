import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import type { RunCommand } from '../src/command/run-command.ts';
import type { CommandIo } from '../src/io/command-io.ts';
import { runProgram } from '../src/program.ts';

/** What a command line came to. */
export interface CapturedRun {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface CaptureOptions {
  /** Text or bytes on standard input. */
  readonly stdin?: string | Uint8Array;
  /** Files by name below the working directory, which is new and empty otherwise. */
  readonly files?: Readonly<Record<string, string>>;
  /** The agent, for `limpet run`. */
  readonly run?: RunCommand;
  /** Replaces parts of what the command sees of the process. */
  readonly io?: Partial<CommandIo>;
}

/** Runs a command line in this process and a folder of its own, which goes away with the test. */
export async function capture(t: TestContext, words: readonly string[], options: CaptureOptions = {}): Promise<CapturedRun> {
  const cwd = folderWith(t, options.files ?? {});
  let out = '';
  let err = '';
  const io: CommandIo = {
    writeOut: (text) => {
      out += text;
      return Promise.resolve();
    },
    writeErr: (text) => {
      err += text;
    },
    readStdin: () => bytesOf(options.stdin ?? ''),
    readFile: (path) => createReadStream(resolve(cwd, path)),
    cwd,
    env: {},
    isTerminal: false,
    columnCount: 100,
    onSignal: () => () => {},
    ...options.io,
  };
  const run: RunCommand = options.run ?? (() => Promise.reject(new Error('this test does not run the agent')));
  const exitCode = await runProgram(words, io, { run });
  return { exitCode, out: out.replaceAll(cwd, '.'), err: err.replaceAll(cwd, '.') };
}

/** Lines of an output as JSON. */
export function jsonLines(out: string): unknown[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'limpet-command-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Two chunks, cut in the middle of whatever is there. */
async function* bytesOf(input: string | Uint8Array): AsyncIterable<Uint8Array> {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const middle = bytes.length >> 1;
  yield bytes.subarray(0, middle);
  yield bytes.subarray(middle);
}
