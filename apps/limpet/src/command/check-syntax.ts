import { Option } from 'commander';
import type { Command } from 'commander';
import type { CheckConfigOptions } from './check-config.ts';
import type { ToolSyntaxOptions } from './tool-syntax.ts';

type ConfigWords = Omit<CheckConfigOptions, 'files' | 'lookbackDelta'> & { readonly 'query.lookbackDelta': string };

/** Adds `limpet check …`: tools that look at something and say whether it would do. */
export function checkSyntax(program: Command, { io, finish }: ToolSyntaxOptions): void {
  const check = program.command('check').description('check a configuration before it is used');
  check
    .command('config')
    .description('check configurations and every file they refer to')
    .argument('<file...>', 'configuration files')
    .option('--syntax-only', 'open no file that the configuration refers to')
    .option('--lint <list>', 'comma-separated lints: duplicate-rules, too-long-scrape-interval, all, none', 'duplicate-rules')
    .option('--lint-fatal', 'exit with 3 where a lint finds something')
    .option('--query.lookback-delta <duration>', "the server's, for too-long-scrape-interval", '5m')
    .addOption(new Option('--agent', 'accepted so that existing scripts work').hideHelp())
    .addOption(new Option('--ignore-unknown-fields', 'concerns rule files only; accepted so that existing scripts work').hideHelp())
    .addHelpText(
      'after',
      `
Examples:
  limpet check config prometheus.yml
  limpet check config --lint=all --lint-fatal /etc/prometheus/*.yml

Exit codes: 0 all good, 1 one failed, 2 wrong usage, 3 lint findings with --lint-fatal.
`,
    )
    .action(async (files: readonly string[], { 'query.lookbackDelta': lookbackDelta, ...options }: ConfigWords) => {
      const { checkConfigCommand } = await import('./check-config.ts');
      finish(await checkConfigCommand({ ...options, files, lookbackDelta }, io));
    });
  check
    .command('web-config')
    .description('check web configurations, as --web.config.file takes them, with the certificates they name')
    .argument('<file...>', 'web configuration files')
    .addHelpText(
      'after',
      `
Example:
  limpet check web-config web.yml

Exit codes: 0 all good, 1 one failed, 2 wrong usage.
`,
    )
    .action(async (files: readonly string[]) => {
      const { checkWebConfigCommand } = await import('./check-web-config.ts');
      finish(checkWebConfigCommand(files, io));
    });
}
