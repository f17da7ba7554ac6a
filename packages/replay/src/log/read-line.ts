import { RecordingError } from '../errors.ts';
import type { SourceLine } from '../exact/ports.ts';
import { RECORDING_VERSION } from './log-line.ts';
import type { BootLine, ExpectLine, LogLine } from './log-line.ts';

const KINDS: ReadonlySet<string> = new Set(['boot', 'timer', 'fx', 'push', 'in', 'carry', 'chk', 'end']);

/** One line of a log. Throws a `RecordingError` with its place for anything else. */
export function readLogLine({ text, place }: SourceLine): LogLine {
  const line = objectOf({ text, place });
  const { n, k, key } = line as Partial<Record<'n' | 'k' | 'key', unknown>>;
  const isInput = k !== 'boot' && k !== 'chk' && k !== 'end';
  if (typeof n !== 'number' || typeof k !== 'string' || !KINDS.has(k) || (isInput && typeof key !== 'string')) {
    throw new RecordingError('LIMPET_RECORDING_FORMAT', place, 'this is not a line of a recording');
  }
  return line as LogLine;
}

/** The first line of a log. Throws a `RecordingError` where it is not one that this version can read. */
export function readBootLine(first: SourceLine | undefined, name: string): BootLine {
  if (first === undefined) throw new RecordingError('LIMPET_RECORDING_FORMAT', name, 'the recording is empty');
  const line = readLogLine(first);
  if (line.k !== 'boot') throw new RecordingError('LIMPET_RECORDING_FORMAT', first.place, 'a recording begins with a line of kind "boot"');
  if (line.v !== RECORDING_VERSION) {
    throw new RecordingError(
      'LIMPET_RECORDING_FORMAT',
      first.place,
      `format ${line.v} is not known, this program reads ${RECORDING_VERSION}`,
    );
  }
  return line;
}

export function readExpectLine(source: SourceLine): ExpectLine {
  const line = objectOf(source) as Partial<ExpectLine>;
  if (typeof line.n !== 'number')
    throw new RecordingError('LIMPET_RECORDING_FORMAT', source.place, 'this is not a line of what is expected');
  return line as ExpectLine;
}

function objectOf({ text, place }: SourceLine): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RecordingError('LIMPET_RECORDING_FORMAT', place, `the line is not JSON: ${String(cause)}`, { cause });
  }
  if (typeof value !== 'object' || value === null) throw new RecordingError('LIMPET_RECORDING_FORMAT', place, 'the line is not an object');
  return value;
}
