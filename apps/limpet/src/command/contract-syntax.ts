import type { Command } from 'commander';
import type { ToolSyntaxOptions } from './tool-syntax.ts';

const WHERE = 'URL, or a file; - or nothing: standard input';

/** Adds `limpet contract …`. */
export function contractSyntax(program: Command, { io, finish }: ToolSyntaxOptions): void {
  const contract = program.command('contract').description('hold an exposition against what a team has promised of it');
  contract
    .command('check')
    .description('say which promises an exposition does not keep')
    .argument('[exposition]', WHERE)
    .requiredOption('--contract <file>', 'the contract, YAML or JSON')
    .option('--content-type <type>', 'Content-Type of a file', 'text/plain; version=0.0.4')
    .addHelpText(
      'after',
      `
Examples:
  limpet contract draft http://localhost:9100/metrics > metrics-contract.yml
  limpet contract check --contract=metrics-contract.yml http://localhost:9100/metrics
  limpet contract diff before.txt http://localhost:9100/metrics

A contract names metric families with their type, unit, labels, values of labels, buckets and series at most.

Exit codes: 0 every promise is kept, 1 the exposition or the contract cannot be read, 2 wrong usage, 3 a promise is broken.
`,
    )
    .action(async (where: string | undefined, options: { readonly contract: string; readonly contentType: string }) => {
      const { contractCheckCommand } = await import('./contract.ts');
      finish(await contractCheckCommand({ ...options, where }, io));
    });
  contract
    .command('draft')
    .description('write the contract that an exposition keeps as it is')
    .argument('[exposition]', WHERE)
    .option('--content-type <type>', 'Content-Type of a file', 'text/plain; version=0.0.4')
    .action(async (where: string | undefined, { contentType }: { readonly contentType: string }) => {
      const { contractDraftCommand } = await import('./contract.ts');
      finish(await contractDraftCommand({ where, contentType }, io));
    });
  contract
    .command('diff')
    .description('say what has changed from one exposition to another, and what of it breaks users')
    .argument('<old>', WHERE)
    .argument('<new>', WHERE)
    .option('--content-type <type>', 'Content-Type of files', 'text/plain; version=0.0.4')
    .addHelpText('after', '\nExit codes: 0 nothing breaks, 1 an exposition cannot be read, 2 wrong usage, 3 something breaks.\n')
    .action(async (older: string, newer: string, { contentType }: { readonly contentType: string }) => {
      const { contractDiffCommand } = await import('./contract.ts');
      finish(await contractDiffCommand({ older, newer, contentType }, io));
    });
}
