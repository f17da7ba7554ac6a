import type { ScrapeProtocol } from '@limpet/config';
import { entryLine, mediaTypeOf, ParseError, parserFor, ProtobufError } from '@limpet/exposition';
import { EXIT } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';
import { openInput, wholeInput } from '../io/input.ts';
import { ResultLines } from '../io/result-lines.ts';

/** The command line of `limpet parse`, understood. */
export interface ParseCommandOptions {
  readonly file: string | undefined;
  readonly contentType: string;
  readonly fallback?: ScrapeProtocol;
  readonly startTimestamps?: boolean;
  readonly typeAndUnitLabels?: boolean;
}

/** Prints what the parser for a Content-Type reads, in the lines of docs/spec/cli.md; a fault comes after the lines before it. */
export async function parseCommand(options: ParseCommandOptions, io: CommandIo): Promise<number> {
  const input = openInput(options.file, io);
  const body = await wholeInput(input);
  if (body.length === 0) return EXIT.ok; // a scrape does not even choose a parser then (E-011)
  const parser = parserFor(options.contentType, options.fallback === undefined ? undefined : mediaTypeOf(options.fallback));
  if (!parser.ok) {
    io.writeErr(`error: ${input.name}: ${parser.error.message}\n`);
    return EXIT.failure;
  }
  const { startTimestamps = false, typeAndUnitLabels = false } = options;
  const lines = new ResultLines(io);
  try {
    for (const entry of parser.value.parse(body, { startTimestamps, typeAndUnitLabels })) await lines.add(entryLine(entry));
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof ProtobufError)) throw error;
    await lines.flush();
    const place = error instanceof ParseError ? `${error.line}:${error.column}` : error.offset;
    io.writeErr(`${input.name}:${place}: ${error.message}\n`);
    return EXIT.failure;
  }
  await lines.flush();
  return EXIT.ok;
}
