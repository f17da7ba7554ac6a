import { Option } from 'commander';
import type { Command } from 'commander';
import type { CommandIo } from '../io/command-io.ts';
import { checkSyntax } from './check-syntax.ts';
import { contractSyntax } from './contract-syntax.ts';
import type { DiffCommandOptions } from './diff.ts';
import { explainSyntax } from './explain-syntax.ts';
import type { MachinesCommandOptions } from './machines.ts';
import type { ParseCommandOptions } from './parse.ts';
import type { RelabelCommandOptions } from './relabel.ts';
import { replaySyntax } from './replay-syntax.ts';
import { scenarioSyntax } from './scenario-syntax.ts';
import { shrinkSyntax } from './shrink-syntax.ts';
import type { ScrapeCommandOptions } from './scrape.ts';

const INPUT = ['[file]', 'file to read; - or nothing: standard input'] as const;

/** What the tools need besides their command lines. */
export interface ToolSyntaxOptions {
  readonly io: CommandIo;
  readonly finish: (exitCode: number) => void;
}

/** Adds every command that does one thing and ends. Each is loaded when it is asked for. */
export function toolSyntax(program: Command, options: ToolSyntaxOptions): void {
  checkSyntax(program, options);
  diffSyntax(program, options);
  parseSyntax(program, options);
  relabelSyntax(program, options);
  scrapeSyntax(program, options);
  explainSyntax(program, options);
  machinesSyntax(program, options);
  contractSyntax(program, options);
  replaySyntax(program, options);
  scenarioSyntax(program, options);
  shrinkSyntax(program, options);
}

function diffSyntax(program: Command, { io, finish }: ToolSyntaxOptions): void {
  program
    .command('diff')
    .description('say what a reload from one configuration to another would do to the scrape loops, and the gaps it would cause')
    .argument('<old>', 'configuration that is in force; - reads standard input')
    .argument('<new>', 'configuration to be taken on, read as if it stood in the place of the old one')
    .addOption(new Option('--format <format>', 'how the result is written').choices(['text', 'json']).default('text'))
    .option('--loops', 'a line for every loop, with its URL, instead of one for loops alike')
    .option('--kept', 'also what stays as it is')
    .addHelpText(
      'after',
      `
Examples:
  limpet diff prometheus.yml prometheus.new.yml
  git show HEAD:prometheus.yml | limpet diff - prometheus.yml
  limpet diff --format=json old.yml new.yml | jq 'select(.gap.kind == "ends")'

A loop is kept, added, removed, retargeted (it goes on with its series) or restarted (its series are known anew).
Targets of static_configs and file_sd_configs are read; those of other mechanisms are unknown until discovered.
--format=json prints one object a line: every job that changes ("entry":"job"), each of its loops ("entry":"loop") and
the sum ("entry":"total").

Exit codes: 0 nothing changes, 1 a configuration cannot be loaded, 2 wrong usage, 3 something changes.
`,
    )
    .action(async (older: string, newer: string, options: Omit<DiffCommandOptions, 'older' | 'newer'>) => {
      const { diffCommand } = await import('./diff.ts');
      finish(await diffCommand({ ...options, older, newer }, io));
    });
}

function parseSyntax(program: Command, { io, finish }: ToolSyntaxOptions): void {
  program
    .command('parse')
    .description('print what the parser reads from an exposition, one JSON object a line')
    .argument(...INPUT)
    .option('--content-type <type>', 'Content-Type that the body came with', 'text/plain')
    .addOption(
      new Option('--fallback <protocol>', 'format to assume where the Content-Type does not say').choices([
        'PrometheusProto',
        'PrometheusText0.0.4',
        'PrometheusText1.0.0',
        'OpenMetricsText0.0.1',
        'OpenMetricsText1.0.0',
      ]),
    )
    .option('--start-timestamps', 'read start timestamps from _created series, as the agent does when asked to')
    .option('--type-and-unit-labels', 'add the labels __type__ and __unit__')
    .addHelpText(
      'after',
      `
Examples:
  limpet parse metrics.txt
  curl -s http://localhost:9100/metrics | limpet parse --content-type='text/plain; version=0.0.4' -

A malformed exposition prints the lines up to the fault, then the fault on standard error, and exits with 1.
`,
    )
    .action(async (file: string | undefined, options: Omit<ParseCommandOptions, 'file'>) => {
      const { parseCommand } = await import('./parse.ts');
      finish(await parseCommand({ ...options, file }, io));
    });
}

function relabelSyntax(program: Command, { io, finish }: ToolSyntaxOptions): void {
  program
    .command('relabel')
    .description('apply relabelling rules to label sets, one JSON object a line; null where a rule drops it')
    .argument(...INPUT)
    .requiredOption('--rules <file>', 'YAML list of rules, as below relabel_configs')
    .option('--explain', 'print every rule with the labels that it leaves, instead of the result')
    .addOption(
      new Option('--name-validation-scheme <scheme>', 'which label names the rules may set').choices(['utf8', 'legacy']).default('utf8'),
    )
    .addHelpText(
      'after',
      `
Examples:
  echo '{"__address__":"db1:9104","env":"prod"}' | limpet relabel --rules=rules.yml
  limpet relabel --rules=rules.yml --explain targets.ndjson
`,
    )
    .action(async (file: string | undefined, options: Omit<RelabelCommandOptions, 'file'>) => {
      const { relabelCommand } = await import('./relabel.ts');
      finish(await relabelCommand({ ...options, file }, io));
    });
}

type ScrapeWords = Omit<ScrapeCommandOptions, 'target' | 'configFile'> & { readonly 'config.file'?: string };

function scrapeSyntax(program: Command, { io, finish }: ToolSyntaxOptions): void {
  program
    .command('scrape')
    .description('scrape one target once, now, as the agent would, and print what it would append')
    .argument('<target>', 'URL, or an address to which the job adds the rest')
    .option('--config.file <file>', 'take the job from this configuration; without it every setting has its default')
    .option('--job <name>', 'job to scrape under; may be left out where the configuration has only one')
    .addOption(new Option('--format <format>', 'how the result is written').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
Examples:
  limpet scrape http://localhost:9100/metrics
  limpet scrape localhost:9100 --config.file=prometheus.yml --job=node
  limpet scrape --format=json localhost:9100 | jq 'select(.entry == "report")'

With a configuration, a target that the job knows from static_configs or file_sd_configs may be named by its URL, its
instance label or its address and has its labels; any other goes through the job's relabelling as a new target would.
--format=json prints one object a line: the scrape with its phases in milliseconds (queueMs, fetchMs, appendMs), then
every sample ("entry":"sample") and report series ("entry":"report"), values as texts and times in milliseconds.

Exit codes: 0 the target is up, 1 it is down or cannot be scraped, 2 wrong usage.
`,
    )
    .action(async (target: string, { 'config.file': configFile, ...options }: ScrapeWords) => {
      const { scrapeCommand } = await import('./scrape.ts');
      finish(await scrapeCommand({ ...options, target, configFile }, io));
    });
}

function machinesSyntax(program: Command, { io, finish }: ToolSyntaxOptions): void {
  program
    .command('machines')
    .description('print the statecharts of the agent')
    .argument('[machine...]', 'names of machines; nothing: all of them')
    .addOption(new Option('--format <format>', 'how a statechart is written').choices(['mermaid', 'json']).default('mermaid'))
    .addHelpText(
      'after',
      `
Examples:
  limpet machines loop                      one diagram for Mermaid
  limpet machines --format=json             every machine as one JSON object a line
`,
    )
    .action(async (names: readonly string[], { format }: Omit<MachinesCommandOptions, 'names'>) => {
      const { machinesCommand } = await import('./machines.ts');
      finish(await machinesCommand({ names, format }, io));
    });
}
