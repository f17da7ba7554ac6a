import { Command, CommanderError } from 'commander';
import { CommandError, EXIT } from './command-error.ts';
import type { RunCommand } from './command/run-command.ts';
import { refuseServerFlags, runSyntax } from './command/run-syntax.ts';
import { toolSyntax } from './command/tool-syntax.ts';
import { FlagError } from './flag/run-options.ts';
import { OutputClosed } from './io/command-io.ts';
import type { CommandIo } from './io/command-io.ts';
import { versionText } from './version.ts';

/** What the program leaves to whoever starts it. */
export interface ProgramParts {
  /** The agent: loaded when it is needed, so that every other command starts fast. */
  readonly run: RunCommand;
}

/**
 * Understands a command line (without the names of the program) and does what it asks for. Resolves with the exit code,
 * and rejects only where Limpet itself is at fault.
 */
export async function runProgram(words: readonly string[], io: CommandIo, parts: ProgramParts): Promise<number> {
  let exitCode: number = EXIT.ok;
  let printed = Promise.resolve();
  const program = new Command('limpet')
    .description('Prometheus-compatible metrics agent. Without a command it runs the agent.')
    .version(versionText(), '--version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        printed = printed.then(() => io.writeOut(text));
      },
      writeErr: io.writeErr,
      getOutHelpWidth: () => io.columnCount,
      getErrHelpWidth: () => io.columnCount,
    })
    .showHelpAfterError('(--help shows the usage)')
    .addHelpText('after', ROOT_EXAMPLES);
  const finish = (code: number): void => {
    exitCode = code;
  };
  runSyntax(program, { io, run: parts.run, finish });
  toolSyntax(program, { io, finish });
  const chosen = withDefaultCommand(words, program);
  const refusal = chosen[0] === 'run' ? refuseServerFlags(chosen, io) : undefined;
  if (refusal !== undefined) return refusal;
  try {
    await program.parseAsync(chosen, { from: 'user' });
  } catch (error) {
    exitCode = codeOf(error, io);
  }
  await printed.catch((error: unknown) => codeOf(error, io));
  return exitCode;
}

const ROOT_EXAMPLES = `
Examples:
  limpet                                    run the built-in demo, or prometheus.yml where there is one
  limpet --config.file=prometheus.yml       run the agent; 'limpet run --help' lists its flags
  limpet check config prometheus.yml        say what is wrong with a configuration
`;

/** A command line that begins with a flag of the agent, or is empty, means `run`. */
function withDefaultCommand(words: readonly string[], program: Command): string[] {
  const [first] = words;
  const isRun =
    first === undefined || (first.startsWith('-') && program.options.every(({ long }) => long !== first) && !HELP_FLAGS.has(first));
  return isRun ? ['run', ...words] : [...words];
}

const HELP_FLAGS: ReadonlySet<string> = new Set(['-h', '--help']);

/** The exit code of a command that ended by throwing; commander has already printed what it refuses. */
function codeOf(error: unknown, io: CommandIo): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof OutputClosed) return EXIT.ok;
  if (error instanceof CommandError || error instanceof FlagError) {
    io.writeErr(`error: ${error.message}\n`);
    return error.exitCode;
  }
  throw error;
}
