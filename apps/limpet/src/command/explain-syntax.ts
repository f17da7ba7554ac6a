import { Option } from 'commander';
import type { Command } from 'commander';
import type { ExplainGapOptions } from './explain-gap.ts';
import type { ToolSyntaxOptions } from './tool-syntax.ts';

/** Adds `limpet explain …`: questions to a running agent. */
export function explainSyntax(program: Command, { io, finish }: ToolSyntaxOptions): void {
  const explain = program.command('explain').description('ask a running agent why something is as it is');
  explain
    .command('gap')
    .description('say why a sample of a target is missing, and what to look at')
    .requiredOption('--target <name>', 'the target: its URL, its instance label or the id of its loop')
    .option('--at <time>', 'the time of the sample, Unix seconds or RFC 3339; without it the newest gap')
    .option('--url <url>', 'where the agent is, with its route prefix', 'http://127.0.0.1:9090')
    .addOption(new Option('--format <format>', 'how the result is written').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
Examples:
  limpet explain gap --target=db1:9104
  limpet explain gap --target=http://db1:9104/metrics --at=2026-03-01T12:00:15Z --url=http://limpet:9090
  limpet explain gap --target=db1:9104 --format=json | jq -r .hint

Every scrape that was due has one outcome; the last 120 of each target are kept. docs/outcomes.md lists them all.
--format=json prints one object a line ("entry":"gap") for every target of that name.

Exit codes: 0 explained, also where nothing is missing; 1 no agent answers, or it does not know the target; 2 wrong usage.
`,
    )
    .action(async (options: ExplainGapOptions) => {
      const { explainGapCommand } = await import('./explain-gap.ts');
      finish(await explainGapCommand(options, io));
    });
  explain
    .command('delivery')
    .description('say where the scrape of a target is on its way to the receivers: its record in the log, and the requests')
    .requiredOption('--target <name>', 'the target: its URL, its instance label or the id of its loop')
    .option('--at <time>', 'the time of the scrape, Unix seconds or RFC 3339; without it the newest')
    .option('--url <url>', 'where the agent is, with its route prefix', 'http://127.0.0.1:9090')
    .addOption(new Option('--format <format>', 'how the result is written').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
Examples:
  limpet explain delivery --target=db1:9104
  limpet explain delivery --target=db1:9104 --at=2026-03-01T12:00:15Z --format=json

The agent must have remote_write and a folder. It remembers the last 2,048 requests to each receiver since its start.
--format=json prints one object a line ("entry":"delivery") for every target of that name.

Exit codes: 0 found; 1 no agent answers, or its log has no such scrape; 2 wrong usage.
`,
    )
    .action(async (options: ExplainGapOptions) => {
      const { explainDeliveryCommand } = await import('./explain-delivery.ts');
      finish(await explainDeliveryCommand(options, io));
    });
}
