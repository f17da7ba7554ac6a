import { BYTE, END, labelNameEnd } from './byte-class.ts';
import { quotedEnd } from './scanner.ts';
import type { Scanner } from './scanner.ts';
import { isValidUtf8 } from './utf8.ts';

/** How the formats differ between braces. */
export interface LabelSyntax {
  /** Spaces and tabs may stand between tokens. */
  readonly areBlanksSkipped: boolean;
  /** Labels need a comma between them; otherwise they may follow each other directly (E-052). */
  readonly isCommaRequired: boolean;
  /** One bare quoted string may be the metric name (E-051). */
  readonly mayHoldName: boolean;
  /** Bytes that a quoted name may not contain. */
  readonly forbiddenInName: readonly number[];
  /** Bytes that a quoted value may not contain. */
  readonly forbiddenInValue: readonly number[];
}

/** Labels of the Prometheus text format (E-044, E-052). */
export const TEXT_LABELS: LabelSyntax = {
  areBlanksSkipped: true,
  isCommaRequired: false,
  mayHoldName: true,
  forbiddenInName: [],
  forbiddenInValue: [],
};
/** Labels of OpenMetrics (E-100, E-103, E-113). */
export const OPENMETRICS_LABELS: LabelSyntax = {
  areBlanksSkipped: false,
  isCommaRequired: true,
  mayHoldName: true,
  forbiddenInName: [BYTE.nul],
  forbiddenInValue: [BYTE.newline],
};
/** Labels of an OpenMetrics exemplar (E-103, E-114). Upstream's lexer allows raw newlines not even in their names. */
export const EXEMPLAR_LABELS: LabelSyntax = {
  areBlanksSkipped: false,
  isCommaRequired: true,
  mayHoldName: false,
  forbiddenInName: [BYTE.nul, BYTE.newline],
  forbiddenInValue: [BYTE.nul, BYTE.newline],
};

/**
 * Checks a label block and moves the scanner from behind `{` to behind `}`. Returns whether the series has a name now;
 * `isNamed` says whether one stood before the braces. Nothing is decoded: `readLabels` does that where it is wanted.
 */
export function scanLabels(scanner: Scanner, syntax: LabelSyntax, isNamed: boolean): boolean {
  let hasName = isNamed;
  skip(scanner, syntax);
  while (scanner.peek() !== BYTE.braceClose) {
    const isQuoted = scanner.peek() === BYTE.quote;
    const nameStart = scanner.at;
    scanName(scanner, syntax, isQuoted);
    skip(scanner, syntax);
    const next = scanner.peek();
    if (isQuoted && (next === BYTE.comma || next === BYTE.braceClose)) {
      if (!syntax.mayHoldName) throw scanner.error('expected label name');
      if (hasName) throw scanner.error('metric name already set', nameStart);
      hasName = true;
    } else {
      if (next !== BYTE.equal) throw scanner.error('expected equal');
      scanner.at++;
      skip(scanner, syntax);
      scanValue(scanner, syntax);
      skip(scanner, syntax);
    }
    const separator = scanner.peek();
    if (separator === BYTE.comma) {
      scanner.at++;
      skip(scanner, syntax);
    } else if (syntax.isCommaRequired && separator !== BYTE.braceClose) throw scanner.error('expected comma or brace close');
  }
  scanner.at++;
  return hasName;
}

function skip(scanner: Scanner, syntax: LabelSyntax): void {
  if (syntax.areBlanksSkipped) scanner.skipBlanks();
}

function scanName(scanner: Scanner, syntax: LabelSyntax, isQuoted: boolean): void {
  const { bytes, at } = scanner;
  const end = isQuoted ? quotedEnd(bytes, at, syntax.forbiddenInName) : labelNameEnd(bytes, at);
  if (end === END || end === at) throw scanner.error('expected label name');
  scanner.at = end;
}

function scanValue(scanner: Scanner, syntax: LabelSyntax): void {
  const { bytes, at } = scanner;
  const end = bytes[at] === BYTE.quote ? quotedEnd(bytes, at, syntax.forbiddenInValue) : END;
  if (end === END) throw scanner.error('expected label value');
  if (!isValidUtf8(bytes, at + 1, end - 1)) throw scanner.error('invalid UTF-8 label value');
  scanner.at = end;
}
