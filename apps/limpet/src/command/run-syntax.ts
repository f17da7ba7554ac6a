import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../command-error.ts';
import { addFlags } from '../flag/flag-options.ts';
import { serverOnlyFlags } from '../flag/flag-table.ts';
import { runOptions } from '../flag/run-options.ts';
import type { CommandIo } from '../io/command-io.ts';
import { versionText } from '../version.ts';
import type { RunCommand } from './run-command.ts';

const DEFAULT_CONFIG_FILE = 'prometheus.yml';

const EXAMPLES = `
Examples:
  limpet run --config.file=/etc/prometheus/prometheus.yml --storage.agent.path=/var/lib/limpet
  limpet run --web.listen-address=127.0.0.1:9095 --web.enable-lifecycle

Exit codes: 0 stopped cleanly, 1 failed while running, 2 bad command line or configuration,
3 a flag that only a Prometheus server has.
`;

/** What `limpet run` needs besides its command line. */
export interface RunSyntaxOptions {
  readonly io: CommandIo;
  readonly run: RunCommand;
  readonly finish: (exitCode: number) => void;
}

/** Adds `limpet run` with every flag of the flag table. */
export function runSyntax(program: Command, { io, run, finish }: RunSyntaxOptions): void {
  const command = program
    .command('run')
    .usage('[flags]')
    .description('run the agent; without --config.file and without a prometheus.yml in the folder, run the built-in demo')
    .version(versionText(), '--version', 'print the version')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES);
  const givenFlags = addFlags(command);
  command.action(async () => {
    const options = runOptions(givenFlags(), () => existsSync(resolve(io.cwd, DEFAULT_CONFIG_FILE)));
    finish(await run(options, io));
  });
}

/**
 * Refuses flags of the server mode before anything else is looked at: these are not unknown, they ask for
 * another program. `undefined` where there are none; otherwise the sentence is printed and the exit code returned.
 */
export function refuseServerFlags(words: readonly string[], io: CommandIo): number | undefined {
  const end = words.indexOf('--');
  const offenders = serverOnlyFlags(end < 0 ? words : words.slice(0, end));
  if (offenders.length === 0) return undefined;
  const quoted = offenders.map((flag) => JSON.stringify(flag)).join(' ');
  io.writeErr(`The following flag(s) can not be used in agent mode: [${quoted}]\n`);
  return EXIT.serverOnlyFlag;
}
