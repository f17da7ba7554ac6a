import type { Command } from 'commander';
import type { ShrinkCommandOptions } from './shrink.ts';
import type { ToolSyntaxOptions } from './tool-syntax.ts';

/** Adds `limpet shrink`. */
export function shrinkSyntax(program: Command, { io, finish }: ToolSyntaxOptions): void {
  program
    .command('shrink')
    .description('take away from a recording whatever it can while something still happens, down to a scenario file')
    .argument('<recording>', 'folder of a recording, or a scenario file')
    .requiredOption('--while <predicate>', 'what has to go on happening')
    .option('--runs <count>', 'stories told at most', '2000')
    .addHelpText(
      'after',
      `
Examples:
  limpet shrink incident --while='sample up{instance="db:9104"} = 0' > scenarios/db-down.yml
  limpet shrink incident --while='outcome skippedCapacity'
  limpet shrink incident --while='event target.removed and log reload'

A predicate is one of these:
  sample SELECTOR = VALUE    some sample of a series has this value, a number or stale
  event TYPE                 the event is told
  outcome OUTCOME            some tick ends so: late, skippedCapacity, failed(timeout)
  transition ACTOR STATE     an actor, * stands for anything, comes into the state
  log TEXT                   a warning or an error with this text is logged
Several are joined by ' and '. The scenario promises what was shown, so 'limpet scenario test' passes as it stands.

Exit codes: 0 written, 1 the recording cannot be read or does not show it, 2 wrong usage.
`,
    )
    .action(async (recording: string, options: Omit<ShrinkCommandOptions, 'recording'>) => {
      const { shrinkCommand } = await import('./shrink.ts');
      finish(await shrinkCommand({ ...options, recording }, io));
    });
}
