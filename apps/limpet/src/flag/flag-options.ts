import { Help, InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { DurationError, parseDuration } from '@limpet/model';
import { FLAGS } from './flag-table.ts';
import type { Flag } from './flag-table.ts';
import type { GivenFlags } from './run-options.ts';

/**
 * Adds every flag of the table to a command. The function returned reads what was given: commander changes the names
 * (`--web.listen-address` becomes `web.listenAddress`), so values are looked up by option and never by spelling.
 */
export function addFlags(command: Command): () => GivenFlags {
  const options = FLAGS.map((flag) => ({ flag, option: optionOf(flag) }));
  for (const { flag, option } of options) {
    command.addOption(option);
    if (flag.kind === 'boolean') command.addOption(new Option(`--no-${flag.name}`).hideHelp());
  }
  const booleans = new Set(options.filter(({ flag }) => flag.kind === 'boolean').map(({ option }) => option));
  const plain = new Help();
  command.configureHelp({
    optionTerm: (option) => (booleans.has(option) ? `--[no-]${option.flags.slice('--'.length)}` : plain.optionTerm(option)),
  });
  return () =>
    Object.fromEntries(
      options.map(({ flag, option }) => [flag.name, command.getOptionValue(option.attributeName()) as GivenFlags[string]]),
    );
}

function optionOf(flag: Flag): Option {
  const option = new Option(flag.kind === 'boolean' ? `--${flag.name}` : `--${flag.name} <${argumentName(flag)}>`, description(flag));
  option.hideHelp(flag.isHidden ?? false);
  if (flag.kind !== 'boolean') option.argParser((value, previous: GivenFlags[string]) => accepted(flag, value, previous));
  return option;
}

function argumentName({ name, kind }: Flag): string {
  if (kind === 'text' || kind === 'list') return /\.file$|-profile$/.test(name) ? 'file' : 'text';
  return kind;
}

function description({ help, fallback, choices }: Flag): string {
  const notes = [...(choices === undefined ? [] : [`one of ${choices.join(', ')}`]), ...(fallback === '' ? [] : [`default: ${fallback}`])];
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`;
}

/** The value of a flag, by the rules of Prometheus: only lists repeat, and a value that cannot be is refused at once. */
function accepted(flag: Flag, value: string, previous: GivenFlags[string]): string | readonly string[] {
  if (flag.kind === 'list') return [...(Array.isArray(previous) ? (previous as readonly string[]) : []), value];
  if (previous !== undefined) throw new InvalidArgumentError('The flag cannot be repeated.');
  if (flag.choices !== undefined && !flag.choices.includes(value)) {
    throw new InvalidArgumentError(`Allowed choices are ${flag.choices.join(', ')}.`);
  }
  if (flag.kind === 'number' && !/^-?\d+(?:\.\d+)?$/.test(value)) throw new InvalidArgumentError('It is not a number.');
  if (flag.kind === 'duration') checkDuration(value);
  return value;
}

function checkDuration(value: string): void {
  try {
    parseDuration(value);
  } catch (error) {
    throw error instanceof DurationError ? new InvalidArgumentError(`${error.message}.`) : error;
  }
}
