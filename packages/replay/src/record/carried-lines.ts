import type { InputLine } from '../log/log-line.ts';

/** Answers that still hold when what came before them is dropped: configurations and what discovery was told. */
const CARRIED = /^(?:config|name:|match:|read:|resolv\.conf|dns:|discovery )/;

/** Remembers the newest line of each lasting kind, for a part of a recording that begins in the middle of a run. */
export class CarriedLines {
  readonly #lines = new Map<string, InputLine>();

  note(line: InputLine): void {
    if (!CARRIED.test(line.key)) return;
    const kind = line.key.slice(0, line.key.lastIndexOf('#'));
    if (kind === 'config' && 'failed' in (line.ok as object)) return;
    this.#lines.delete(kind); // the newest stands last
    this.#lines.set(kind, line);
  }

  lines(): readonly InputLine[] {
    return [...this.#lines.values()].map((line) => ({ ...line, k: 'carry' }));
  }
}
