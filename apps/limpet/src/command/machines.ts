import { EVERY_MACHINE } from '../machine/every-machine.ts';
import { mermaid, statechartOf } from '@limpet/inspect';
import { CommandError, EXIT } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';

/** The command line of `limpet machines`, understood. */
export interface MachinesCommandOptions {
  /** Empty: all of them. */
  readonly names: readonly string[];
  readonly format: 'mermaid' | 'json';
}

/** Prints statecharts: as Mermaid, each after a comment with its name, or as JSON, one machine a line. */
export async function machinesCommand({ names, format }: MachinesCommandOptions, io: CommandIo): Promise<number> {
  const chosen = names.length === 0 ? [...EVERY_MACHINE.keys()] : names;
  const texts = chosen.map((name) => {
    const named = EVERY_MACHINE.get(name);
    if (named === undefined) throw new CommandError(`unknown machine '${name}'; there are ${[...EVERY_MACHINE.keys()].join(', ')}`, 2);
    const chart = statechartOf(named.machine);
    return format === 'json' ? `${JSON.stringify({ machine: name, ...chart })}\n` : `%% ${name}\n${mermaid(chart)}`;
  });
  await io.writeOut(texts.join(format === 'json' ? '' : '\n'));
  return EXIT.ok;
}
