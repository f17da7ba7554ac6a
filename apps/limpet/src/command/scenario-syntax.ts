import { Option } from 'commander';
import type { Command } from 'commander';
import type { ScenarioCommandOptions } from './scenario.ts';
import type { ToolSyntaxOptions } from './tool-syntax.ts';

/** Adds `limpet scenario …`. */
export function scenarioSyntax(program: Command, { io, finish }: ToolSyntaxOptions): void {
  const scenario = program
    .command('scenario')
    .description('tell stories about a configuration in virtual time, and test what comes of them');
  scenario
    .command('test')
    .description('run scenario files and compare what happens with what they expect')
    .argument('<file...>', 'scenario files, or folders of them')
    .addOption(new Option('--reporter <format>', 'how results are written').choices(['spec', 'tap', 'junit']).default('spec'))
    .option('--watch', 'run again whenever a file changes')
    .option('--accept', 'write what was found into the files, for review with git diff')
    .addHelpText(
      'after',
      `
Examples:
  limpet scenario test scenarios/
  limpet scenario test --reporter=junit scenarios/*.yml > junit.xml
  limpet scenario test --accept scenarios/reload.yml && git diff scenarios/

A scenario is a configuration, scripted targets, a timeline of what happens to them, and expectations on samples, stale
markers, health, outcomes, transitions, events and requests. It takes milliseconds, whatever time passes in it.
'limpet scenario schema' prints a JSON Schema for editors.

Exit codes: 0 all as expected, 1 something is not or a file cannot be run, 2 wrong usage.
`,
    )
    .action(async (files: readonly string[], options: Omit<ScenarioCommandOptions, 'files'>) => {
      const { scenarioTestCommand } = await import('./scenario.ts');
      finish(await scenarioTestCommand({ ...options, files }, io));
    });
  scenario
    .command('schema')
    .description('print the JSON Schema of scenario files')
    .action(async () => {
      const { scenarioSchemaCommand } = await import('./scenario.ts');
      finish(await scenarioSchemaCommand(io));
    });
}
