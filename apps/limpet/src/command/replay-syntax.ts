import { Option } from 'commander';
import type { Command } from 'commander';
import type { ReplayCommandOptions } from './replay.ts';
import type { ToolSyntaxOptions } from './tool-syntax.ts';

/** Adds `limpet replay`. */
export function replaySyntax(program: Command, { io, finish }: ToolSyntaxOptions): void {
  program
    .command('replay')
    .description('live a recorded run again: the same machines with the same inputs, in virtual time')
    .argument('<recording>', 'folder of a recording, or the log in it')
    .addOption(
      new Option('--mode <mode>', 'exact: every input at its time; scenario: the same world, timers derived')
        .choices(['auto', 'exact', 'scenario'])
        .default('auto'),
    )
    .option('--verify', 'compare every transition and sample with the recording; show the first that differs')
    .option('--speed <factor>', 'max, or how many seconds of the recording pass in one second', 'max')
    .option('--until <time>', 'stop there: a duration after the beginning (5m), Unix seconds or RFC 3339')
    .option('--print', 'print every transition and sample, one JSON object for each input')
    .addHelpText(
      'after',
      `
Examples:
  limpet run --config.file=prometheus.yml --record=incident
  limpet replay incident --verify
  limpet replay incident --print --until=5m | jq -r '.transitions[]?'
  limpet replay incident --speed=10 --print

A recording of another version, whose machines are others, and one of the last minutes cannot be replayed exactly: they are
told as a scenario, and --verify compares samples by series and time.

A recording that was cut off, by kill -9 or a full disk, is replayed as far as it goes.

Exit codes: 0 replayed, and equal where that was asked for; 1 it differs or cannot be read; 2 wrong usage.
`,
    )
    .action(async (recording: string, options: Omit<ReplayCommandOptions, 'recording'>) => {
      const { replayCommand } = await import('./replay.ts');
      finish(await replayCommand({ ...options, recording }, io));
    });
}
