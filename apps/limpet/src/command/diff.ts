import { dirname } from 'node:path';
import { changesNothing } from '@limpet/agent';
import { CONFIG_BYTES_MAX } from '../check/config-files.ts';
import { CommandError, EXIT } from '../command-error.ts';
import { differenceJson, differenceTable } from '../diff/difference-lines.ts';
import { SideReader } from '../diff/read-side.ts';
import type { ConfigSide } from '../diff/read-side.ts';
import { sidePlan } from '../diff/side-plan.ts';
import type { CommandIo } from '../io/command-io.ts';
import { openInput, wholeText } from '../io/input.ts';
import { ResultLines } from '../io/result-lines.ts';

/** The command line of `limpet diff`, understood. */
export interface DiffCommandOptions {
  readonly older: string;
  readonly newer: string;
  readonly format: 'text' | 'json';
  readonly loops?: boolean;
  readonly kept?: boolean;
}

/**
 * Says what a reload from one configuration to the other would do to the loops, without an agent. The new one is read
 * as if it stood in the place of the old one: relative paths of both start there.
 */
export async function diffCommand({ older, newer, format, ...options }: DiffCommandOptions, io: CommandIo): Promise<number> {
  if (older === '-' && newer === '-') throw new CommandError('only one of the two can be standard input', EXIT.usage);
  const directory = dirname(older === '-' ? newer : older);
  const reader = new SideReader(io);
  const sides: ConfigSide[] = [];
  for (const file of [older, newer]) {
    const text = await wholeText(openInput(file, io), CONFIG_BYTES_MAX);
    const side = await reader.read({ file: file === '-' ? '<stdin>' : file, text, directory });
    if ('print' in side) {
      io.writeErr(`${side.print}\n`);
      return EXIT.failure;
    }
    sides.push(side);
  }
  const [before, after] = sides;
  if (before === undefined || after === undefined) throw new Error('there are two sides');
  for (const warning of new Set([...before.warnings, ...after.warnings])) io.writeErr(`warning: ${warning}\n`);
  const plan = await sidePlan(before, after);
  const { kept = false, loops = false } = options;
  const results = new ResultLines(io);
  for (const line of format === 'json' ? differenceJson(plan, { kept }) : differenceTable(plan, { kept, loops })) await results.add(line);
  await results.flush();
  return changesNothing(plan) ? EXIT.ok : EXIT.differences;
}
