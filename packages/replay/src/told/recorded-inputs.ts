import type { RecordingSource } from '../exact/ports.ts';
import type { BootLine, InputLine } from '../log/log-line.ts';
import { readBootLine, readLogLine } from '../log/read-line.ts';

/** The inputs of a recording, and what was true before them. Of a ring these are all its parts. */
export interface RecordedInputs {
  readonly boot: BootLine;
  readonly inputs: readonly InputLine[];
}

/** Reads a whole log. The lines that later parts of a ring repeat are left out. */
export function recordedInputs(source: RecordingSource): RecordedInputs {
  const lines = source.lines()[Symbol.iterator]();
  const first = lines.next();
  const boot = readBootLine(first.done === true ? undefined : first.value, source.name);
  const inputs: InputLine[] = [];
  let partCount = 1;
  for (let next = lines.next(); next.done !== true; next = lines.next()) {
    const line = readLogLine(next.value);
    if (line.k === 'boot') partCount++;
    if (line.k === 'boot' || line.k === 'chk' || line.k === 'end') continue;
    if (line.k !== 'carry' || partCount === 1) inputs.push(line);
  }
  return { boot, inputs };
}

/** The first line of a recording. Throws a `RecordingError` where it has none that can be read. */
export function bootOf(source: RecordingSource): BootLine {
  const first = source.lines()[Symbol.iterator]().next();
  return readBootLine(first.done === true ? undefined : first.value, source.name);
}
