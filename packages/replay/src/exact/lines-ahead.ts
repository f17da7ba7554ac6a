import type { LogLine } from '../log/log-line.ts';
import { readLogLine } from '../log/read-line.ts';
import type { RecordingSource, SourceLine } from './ports.ts';

/** Lines that are read ahead at most, and bytes of the bodies that they name. */
const LINES_AHEAD_MAX = 512;
const BODY_BYTES_AHEAD_MAX: number = 16 * 1024 * 1024;

/** A line of a log with its place, for messages. */
export interface PlacedLine {
  readonly line: LogLine;
  readonly place: string;
}

interface Batch {
  readonly lines: readonly PlacedLine[];
  /** What is wrong with the line after the last one. */
  readonly error: unknown;
  readonly isLast: boolean;
  readonly bodies: Promise<void>;
}

/**
 * The lines of a log in batches. While a batch is gone through, the bodies that the next one names are loaded. Throws what
 * reading throws, after the lines before.
 */
export async function* linesAhead(source: RecordingSource, lines: Iterator<SourceLine>): AsyncGenerator<readonly PlacedLine[]> {
  let next = readBatch(source, lines);
  for (;;) {
    const current = next;
    await current.bodies;
    if (!current.isLast) next = readBatch(source, lines);
    yield current.lines;
    if (current.error !== undefined) throw current.error;
    if (current.isLast) return;
  }
}

function readBatch(source: RecordingSource, lines: Iterator<SourceLine>): Batch {
  const placed: PlacedLine[] = [];
  const names: string[] = [];
  let bytesAhead = 0;
  const batch = (isLast: boolean, error?: unknown): Batch => {
    return { lines: placed, error, isLast, bodies: source.bodiesAhead?.(names) ?? Promise.resolve() };
  };
  try {
    while (placed.length < LINES_AHEAD_MAX && bytesAhead < BODY_BYTES_AHEAD_MAX) {
      const next = lines.next();
      if (next.done === true) return batch(true);
      const line = readLogLine(next.value);
      placed.push({ line, place: next.value.place });
      const body = bodyOf(line);
      if (body === undefined) continue;
      names.push(body.name);
      bytesAhead += body.bytes;
    }
  } catch (error) {
    return batch(true, error);
  }
  return batch(false);
}

/** The body of a scrape that a line names, where it was kept. */
function bodyOf(line: LogLine): { readonly name: string; readonly bytes: number } | undefined {
  if (line.k !== 'fx' || !line.key.startsWith('scrape:')) return undefined;
  const { body, bytes, kept } = (line.ok ?? {}) as { readonly body?: string; readonly bytes?: number; readonly kept?: unknown };
  return body === undefined || kept === false ? undefined : { name: body, bytes: bytes ?? 0 };
}
