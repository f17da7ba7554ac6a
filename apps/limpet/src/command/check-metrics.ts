import { ParseError, parserFor, ProtobufError } from '@limpet/exposition';
import type { ChosenParser } from '@limpet/exposition';
import { EXIT } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';
import { openInput, wholeInput } from '../io/input.ts';
import { cardinalityTable } from '../lint/cardinality.ts';
import { FamilyReader } from '../lint/family-reader.ts';
import { lintFamily, sortedFindings } from '../lint/metric-lints.ts';

/** The command line of `limpet check metrics`, understood. */
export interface CheckMetricsOptions {
  readonly file: string | undefined;
  readonly contentType: string;
  readonly lint: 'all' | 'none';
  readonly extended?: boolean;
}

/** Lints an exposition: findings on standard error, the cardinality of its families on standard output (A-090 … A-093). */
export async function checkMetricsCommand(options: CheckMetricsOptions, io: CommandIo): Promise<number> {
  if (options.lint === 'none' && options.extended !== true) {
    io.writeErr('error: --lint=none leaves nothing to do without --extended\n');
    return EXIT.failure;
  }
  const input = openInput(options.file, io);
  const body = await wholeInput(input);
  const parser = parserFor(options.contentType, undefined);
  if (!parser.ok) {
    io.writeErr(`error: ${input.name}: ${parser.error.message}\n`);
    return EXIT.failure;
  }
  const reader = new FamilyReader(body, parser.value.format);
  const fault = readInto(reader, body, parser.value);
  if (fault !== undefined) {
    io.writeErr(`error while linting: ${input.name}:${fault}\n`);
    return EXIT.failure;
  }
  const families = reader.families();
  const found = options.lint === 'none' ? [] : [...reader.strictFindings(), ...families.flatMap(lintFamily)];
  const lines = sortedFindings(found).map(({ metric, text }) => `${metric} ${text}\n`);
  if (lines.length > 0) io.writeErr(lines.join(''));
  if (options.extended === true) await io.writeOut(cardinalityTable(families));
  return lines.length > 0 ? EXIT.lint : EXIT.ok;
}

/** Reads a body to its end; what the scrape parser has against it, with the place. */
function readInto(reader: FamilyReader, body: Uint8Array, { parse }: ChosenParser): string | undefined {
  if (body.length === 0) return undefined;
  try {
    // Start times are no series, and a histogram is looked at in its classic form: its native one has no labels to lint.
    for (const entry of parse(body, { startTimestamps: true, ignoreNativeHistograms: true })) reader.add(entry);
    return undefined;
  } catch (error) {
    if (error instanceof ParseError) return `${error.line}:${error.column}: ${error.message}`;
    if (error instanceof ProtobufError) return `${error.offset}: ${error.message}`;
    throw error;
  }
}
