import { countCharacters, decodeLossy } from './utf8.ts';

/** Message families and the stable code of each. The words are upstream's, so that an operator finds them (sections 4.3, 5.5). */
const CODES = {
  'expected a valid start token': 'LIMPET_PARSE_START',
  'expected metric name after HELP': 'LIMPET_PARSE_METADATA_NAME',
  'expected metric name after TYPE': 'LIMPET_PARSE_METADATA_NAME',
  'expected metric name after UNIT': 'LIMPET_PARSE_METADATA_NAME',
  'expected text in HELP': 'LIMPET_PARSE_METADATA_TEXT',
  'expected text in TYPE': 'LIMPET_PARSE_METADATA_TEXT',
  'expected text in UNIT': 'LIMPET_PARSE_METADATA_TEXT',
  'invalid metric type': 'LIMPET_PARSE_METRIC_TYPE',
  'help text is not a valid utf8 string': 'LIMPET_PARSE_HELP_UTF8',
  'unit not a suffix of metric': 'LIMPET_PARSE_UNIT',
  'expected label name': 'LIMPET_PARSE_LABEL_NAME',
  'expected equal': 'LIMPET_PARSE_EQUAL',
  'expected label value': 'LIMPET_PARSE_LABEL_VALUE',
  'invalid UTF-8 label value': 'LIMPET_PARSE_LABEL_UTF8',
  'expected comma or brace close': 'LIMPET_PARSE_COMMA',
  'metric name not set': 'LIMPET_PARSE_NAME_MISSING',
  'metric name already set': 'LIMPET_PARSE_NAME_REPEATED',
  'expected value after metric': 'LIMPET_PARSE_VALUE',
  'expected value after exemplar labels': 'LIMPET_PARSE_EXEMPLAR_VALUE',
  'invalid float': 'LIMPET_PARSE_FLOAT',
  'unsupported character in float': 'LIMPET_PARSE_FLOAT_CHARACTER',
  'float out of range': 'LIMPET_PARSE_FLOAT_RANGE',
  'expected timestamp or new record': 'LIMPET_PARSE_TIMESTAMP',
  'expected timestamp or # symbol': 'LIMPET_PARSE_TIMESTAMP',
  'invalid timestamp': 'LIMPET_PARSE_TIMESTAMP_VALUE',
  'expected next entry after timestamp': 'LIMPET_PARSE_NEXT_ENTRY',
  'expected exemplar timestamp or new record': 'LIMPET_PARSE_EXEMPLAR_TIMESTAMP',
  'invalid exemplar timestamp': 'LIMPET_PARSE_EXEMPLAR_TIMESTAMP',
  'expected next entry after exemplar timestamp': 'LIMPET_PARSE_EXEMPLAR_TIMESTAMP',
  'data does not end with # EOF': 'LIMPET_PARSE_EOF_MISSING',
  'unexpected data after # EOF': 'LIMPET_PARSE_EOF_FOLLOWED',
} as const;

/** What was wrong, without the place: the leading words of a `ParseError`'s message. */
export type ParseErrorFamily = keyof typeof CODES;
/** Stable code of a `ParseError`, for logs and callers. */
export type ParseErrorCode = (typeof CODES)[ParseErrorFamily];

const EXCERPT_BYTES_MAX = 120;

/** Where in the body a refusal happened, and what it concerns. */
interface ParseErrorPlace {
  readonly body: Uint8Array;
  /** Offset of the first byte that was refused; the length of the body where it ended too early. */
  readonly offset: number;
  /** Offset at which the line or series under way began. */
  readonly recordStart: number;
}

/** A body that the format refuses. Samples read before it have been yielded; the scrape takes them back (E-012). */
export class ParseError extends Error {
  override readonly name = 'ParseError';
  readonly code: ParseErrorCode;
  readonly family: ParseErrorFamily;
  /** Byte offset in the body, from 0. */
  readonly offset: number;
  /** Line in the body, from 1. */
  readonly line: number;
  /** Character in that line, from 1; each byte that belongs to no character counts as one. */
  readonly column: number;

  constructor(family: ParseErrorFamily, place: ParseErrorPlace) {
    const { line, column } = lineAndColumn(place.body, place.offset);
    super(`${family}, got ${offender(place)} at line ${line}, column ${column} while parsing: ${excerpt(place)}`);
    this.code = CODES[family];
    this.family = family;
    this.offset = place.offset;
    this.line = line;
    this.column = column;
  }
}

function lineAndColumn(body: Uint8Array, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = body.indexOf(0x0a); at >= 0 && at < offset; at = body.indexOf(0x0a, at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: countCharacters(body, lineStart, offset) + 1 };
}

function offender({ body, offset }: ParseErrorPlace): string {
  if (offset >= body.length) return 'the end of the data';
  const [character = ''] = decodeLossy(body, offset, offset + 4);
  return JSON.stringify(character);
}

function excerpt({ body, offset, recordStart }: ParseErrorPlace): string {
  const start = Math.max(recordStart, offset - EXCERPT_BYTES_MAX);
  return JSON.stringify(decodeLossy(body, start, offset + 1));
}
