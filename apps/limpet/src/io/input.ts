import { CommandError } from '../command-error.ts';
import type { CommandIo } from './command-io.ts';

/** Bytes that a command reads whole at most. */
export const INPUT_BYTES_MAX: number = 1024 ** 3;
/** Characters that one line of a line-by-line input may have. */
export const LINE_CHARS_MAX: number = 16 * 1024 ** 2;

/** Where a command reads from: a file, or standard input for `-` and nothing. */
export interface Input {
  /** As messages name it. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Opens the input of a command. What cannot be read becomes a `CommandError` while reading. */
export function openInput(file: string | undefined, io: CommandIo): Input {
  if (file === undefined || file === '-') return { name: '<stdin>', chunks: io.readStdin() };
  return { name: file, chunks: readable(file, io.readFile(file)) };
}

async function* readable(file: string, chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    throw new CommandError(`cannot read ${file}: ${reasonOf(cause)}`, 1, { cause });
  }
}

/** What the file system says, without the call and the path that its message repeats. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return /^[A-Z]+: ([^,]+),/.exec(message)?.[1] ?? message;
}

/** The whole input. Throws a `CommandError` beyond `INPUT_BYTES_MAX`. */
export async function wholeInput({ name, chunks }: Input, bytesMax: number = INPUT_BYTES_MAX): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of chunks) {
    parts.push(part);
    bytes += part.length;
    if (bytes > bytesMax) throw new CommandError(`${name} is larger than ${bytesMax} bytes`, 1);
  }
  return Buffer.concat(parts, bytes);
}

/** The whole input as UTF-8. Throws a `CommandError` where it is not. */
export async function wholeText(input: Input, bytesMax?: number): Promise<string> {
  const bytes = await wholeInput(input, bytesMax);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CommandError(`${input.name} is not UTF-8 text`, 1, { cause });
  }
}

/** One line of an input, without its end. Numbers start at 1. */
export interface InputLine {
  readonly text: string;
  readonly line: number;
}

/** The lines of an input as they arrive; the last needs no newline. Throws a `CommandError` for one beyond `LINE_CHARS_MAX`. */
export async function* inputLines({ name, chunks }: Input, charsMax: number = LINE_CHARS_MAX): AsyncIterable<InputLine> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  for await (const chunk of chunks) {
    const texts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = texts.pop() ?? '';
    for (const text of texts) yield { text, line: ++line };
    if (rest.length > charsMax) throw new CommandError(`${name}:${line + 1}: the line is longer than ${charsMax} characters`, 1);
  }
  rest += decoder.decode();
  if (rest !== '') yield { text: rest, line: line + 1 };
}
