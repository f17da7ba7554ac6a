import { BYTE, END } from './byte-class.ts';
import type { FloatRefusal } from './float.ts';
import { ParseError } from './parse-error.ts';
import type { ParseErrorFamily } from './parse-error.ts';

/** A place in a body. Both text parsers read forward with it; it never moves back. */
export class Scanner {
  readonly bytes: Uint8Array;
  /** Offset of the next byte. */
  at = 0;
  /** Offset at which the line or series under way began, for errors. */
  recordStart = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The next byte, or `END`. */
  peek(): number {
    return this.bytes[this.at] ?? END;
  }

  /** Skips a run of spaces and tabs. */
  skipBlanks(): void {
    const { bytes } = this;
    let { at } = this;
    while (bytes[at] === BYTE.space || bytes[at] === BYTE.tab) at++;
    this.at = at;
  }

  /** Whether the bytes of `word`, ASCII, come next. */
  startsWith(word: string): boolean {
    for (let index = 0; index < word.length; index++) {
      if (this.bytes[this.at + index] !== word.charCodeAt(index)) return false;
    }
    return true;
  }

  /** Offset of the next newline, or of the end of the body. */
  lineEnd(): number {
    const found = this.bytes.indexOf(BYTE.newline, this.at);
    return found < 0 ? this.bytes.length : found;
  }

  /** The refusal to throw for the byte at `offset`. */
  error(family: ParseErrorFamily | FloatRefusal, offset: number = this.at): ParseError {
    return new ParseError(family, { body: this.bytes, offset, recordStart: this.recordStart });
  }
}

/**
 * Offset behind the string whose opening quote is at `open`, or `END` where it does not close before the end of the
 * body, at a byte of `forbidden`, or at a newline behind a backslash.
 */
export function quotedEnd(bytes: Uint8Array, open: number, forbidden: readonly number[]): number {
  const [first = END, second = END] = forbidden;
  for (let at = open + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === BYTE.quote) return at + 1;
    if (byte === first || byte === second) return END;
    if (byte === BYTE.backslash && bytes[++at] === BYTE.newline) return END;
  }
  return END;
}
