import { Option } from 'commander';
import type { Command } from 'commander';
import type { CheckConfigOptions } from './check-config.ts';
import type { CheckMetricsOptions } from './check-metrics.ts';
import type { ToolSyntaxOptions } from './tool-syntax.ts';

type ConfigWords = Omit<CheckConfigOptions, 'files' | 'lookbackDelta'> & { readonly 'query.lookbackDelta': string };

/** Adds `limpet check …`: tools that look at something and say whether it would do. */
export function checkSyntax(program: Command, options: ToolSyntaxOptions): void {
  const check = program.command('check').description('check configurations and expositions before they are used');
  checkConfigSyntax(check, options);
  checkMetricsSyntax(check, options);
  checkWebConfigSyntax(check, options);
}

function checkConfigSyntax(check: Command, { io, finish }: ToolSyntaxOptions): void {
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
}

function checkMetricsSyntax(check: Command, { io, finish }: ToolSyntaxOptions): void {
  check
    .command('metrics')
    .description('parse an exposition and say what is unusual about its metrics')
    .argument('[file]', 'file to read; - or nothing: standard input')
    .option('--content-type <type>', 'Content-Type that the body came with', 'text/plain')
    .addOption(new Option('--lint <lints>', 'what to look for').choices(['all', 'none']).default('all'))
    .option('--extended', 'print how many series each metric has')
    .addHelpText(
      'after',
      `
Examples:
  curl -s http://localhost:9100/metrics | limpet check metrics
  limpet check metrics --extended --lint=none metrics.prom

Findings are lines "METRIC TEXT" on standard error. What a scrape would refuse is an error; what a scrape takes and a
stricter reader does not, as labels without commas or a second TYPE line, is a finding.

Exit codes: 0 nothing found, 1 cannot be read or parsed, 2 wrong usage, 3 findings.
`,
    )
    .action(async (file: string | undefined, options: Omit<CheckMetricsOptions, 'file'>) => {
      const { checkMetricsCommand } = await import('./check-metrics.ts');
      finish(await checkMetricsCommand({ ...options, file }, io));
    });
}

function checkWebConfigSyntax(check: Command, { io, finish }: ToolSyntaxOptions): void {
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
