import { codeFrameColumns } from '@babel/code-frame';
import { LineMasker } from './secret-lines.ts';
import type { HiddenSpan } from './secret-lines.ts';

const LINES_ABOVE = 2;
const LINES_BELOW = 2;
/** Characters of a line that a frame shows. */
const FRAME_COLUMNS_MAX = 160;

/** A position as editors count it: both from 1, the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The text of a file with its line starts, and what of it must never be shown. */
export class SourceText {
  readonly text: string;
  readonly #lineStarts: number[];
  readonly #hidden: HiddenSpan[] = [];
  #masked: readonly string[] | undefined;

  constructor(text: string) {
    this.text = text;
    this.#lineStarts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  /** From now on frames show `<secret>` in place of this stretch. */
  hide(span: HiddenSpan): void {
    if (span.end > span.start) this.#hidden.push(span);
    this.#masked = undefined;
  }

  position(offset: number): Position {
    const line = this.#lineIndex(offset);
    return { line: line + 1, column: offset - (this.#lineStarts[line] ?? 0) + 1 };
  }

  /** The lines around a stretch with a marker under it, secrets masked. Call it when all secrets are known. */
  frame(start: number, end: number): string {
    const from = this.position(start);
    const to = this.position(Math.max(start, end));
    const lines = (this.#masked ??= this.#maskLines());
    const first = Math.max(1, from.line - LINES_ABOVE);
    const shown = lines.slice(first - 1, from.line + LINES_BELOW);
    const cut = Math.max(0, from.column - FRAME_COLUMNS_MAX / 2);
    const lineChars = Math.max(0, (lines[from.line - 1]?.length ?? 0) - cut);
    const column = Math.min(from.column - cut, lineChars + 1);
    const endColumn = Math.min(from.line === to.line ? to.column - cut : lineChars + 1, lineChars + 1, FRAME_COLUMNS_MAX);
    return codeFrameColumns(
      shown.map((line) => line.slice(cut, cut + FRAME_COLUMNS_MAX)).join('\n'),
      {
        start: { line: from.line, column: column - 1 },
        ...(endColumn > column ? { end: { line: from.line, column: endColumn - 1 } } : {}),
      },
      { highlightCode: false, linesAbove: LINES_ABOVE, linesBelow: LINES_BELOW, startLine: first },
    );
  }

  #maskLines(): readonly string[] {
    const byLine = this.#hiddenByLine();
    const masker = new LineMasker();
    return this.#lineStarts.map((start, index) => {
      const end = this.#lineStarts[index + 1] ?? this.text.length + 1;
      const line = this.text.slice(start, end - 1).replace(/\r$/, '');
      return masker.mask(line, byLine.get(index) ?? []);
    });
  }

  #hiddenByLine(): Map<number, HiddenSpan[]> {
    const byLine = new Map<number, HiddenSpan[]>();
    for (const { start, end } of this.#hidden) {
      for (let line = this.#lineIndex(start); (this.#lineStarts[line] ?? Infinity) < end; line++) {
        const lineStart = this.#lineStarts[line] ?? 0;
        const span = { start: Math.max(0, start - lineStart), end: end - lineStart };
        const spans = byLine.get(line);
        if (spans === undefined) byLine.set(line, [span]);
        else spans.push(span);
      }
    }
    return byLine;
  }

  /** Index of the line that an offset falls in. */
  #lineIndex(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
