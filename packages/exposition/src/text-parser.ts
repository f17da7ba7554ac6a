import { BYTE, END, isMetricNameStart, metricNameEnd } from './byte-class.ts';
import { withConvertedHistograms } from './converted-histograms.ts';
import type { CommentEntry, Entry, EntryReader, HelpEntry, MetricType, ParseOptions, SampleEntry, TypeEntry } from './entry.ts';
import { FamilyNames } from './family-names.ts';
import { readFloat } from './float.ts';
import { scanLabels, TEXT_LABELS } from './label-block.ts';
import { noMetadata, ParsedSample } from './parsed-sample.ts';
import type { MetadataInForce } from './parsed-sample.ts';
import { quotedEnd, Scanner } from './scanner.ts';
import { readMilliseconds } from './timestamp.ts';
import { unescapeHelp } from './unescape.ts';
import { decodeLossy, decodeUtf8 } from './utf8.ts';

const TYPE_WORDS: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['summary', 'summary'],
  ['untyped', 'unknown'],
]);

/**
 * Reads a body in the Prometheus text format, 0.0.4 or 1.0.0. Throws `ParseError` at the first byte that upstream
 * refuses. Source: Prometheus 3.14, model/textparse, by the rules of docs/spec/exposition.md section 4.
 */
export function parseText(body: Uint8Array, options: ParseOptions = {}): Generator<Entry, void, undefined> {
  const entries = textEntries(body, options);
  return options.convertClassicHistograms === true ? withConvertedHistograms(entries, options.keepClassicHistograms ?? false) : entries;
}

function* textEntries(body: Uint8Array, options: ParseOptions): Generator<Entry, void, undefined> {
  const parser = new TextParser(body, options);
  for (let entry = parser.next(); entry !== undefined; entry = parser.next()) yield entry;
}

/** The same for a body that is not read from beginning to end. */
export function textReader(body: Uint8Array): EntryReader {
  return new TextParser(body, {});
}

class TextParser implements EntryReader {
  readonly #scanner: Scanner;
  readonly #families: FamilyNames;
  #metadata: MetadataInForce;

  constructor(body: Uint8Array, options: ParseOptions) {
    this.#scanner = new Scanner(body);
    this.#families = new FamilyNames(body);
    this.#metadata = noMetadata(options.typeAndUnitLabels ?? false);
  }

  get start(): number {
    return this.#scanner.recordStart;
  }

  get at(): number {
    return this.#scanner.at;
  }

  set at(offset: number) {
    this.#scanner.at = offset;
  }

  next(): Entry | undefined {
    const scanner = this.#scanner;
    for (;;) {
      scanner.skipBlanks();
      scanner.recordStart = scanner.at;
      const byte = scanner.peek();
      if (isMetricNameStart(byte) || byte === BYTE.braceOpen) return this.#sample();
      if (byte === BYTE.hash) return this.#commentOrMetadata();
      if (byte === END || byte === BYTE.nul) return undefined;
      if (byte !== BYTE.newline) throw scanner.error('expected a valid start token');
      scanner.at++;
    }
  }

  #sample(): SampleEntry {
    const scanner = this.#scanner;
    const body = scanner.bytes;
    const keyStart = scanner.at;
    scanner.at = metricNameEnd(body, keyStart);
    let isNamed = scanner.at > keyStart;
    let keyEnd = scanner.at;
    scanner.skipBlanks();
    if (scanner.peek() === BYTE.braceOpen) {
      scanner.at++;
      isNamed = scanLabels(scanner, TEXT_LABELS, isNamed);
      keyEnd = scanner.at;
      scanner.skipBlanks();
    }
    if (!isNamed) throw scanner.error('metric name not set');
    const value = this.#value();
    const timestampMs = this.#timestampAndNewline();
    return new ParsedSample({ body, keyStart, keyEnd, metadata: this.#metadata, value, timestampMs, exemplars: [] });
  }

  #value(): number {
    const scanner = this.#scanner;
    const start = scanner.at;
    const end = valueEnd(scanner.bytes, start);
    if (end === start) throw scanner.error('expected value after metric');
    const value = readFloat(scanner.bytes, start, end);
    if (typeof value === 'string') throw scanner.error(value, start);
    scanner.at = end;
    return value;
  }

  #timestampAndNewline(): number | undefined {
    const scanner = this.#scanner;
    scanner.skipBlanks();
    if (this.#newline()) return undefined;
    const start = scanner.at;
    while (isDigit(scanner.peek())) scanner.at++;
    if (scanner.at === start) throw scanner.error('expected timestamp or new record');
    const timestampMs = readMilliseconds(scanner.bytes, start, scanner.at);
    if (timestampMs === undefined) throw scanner.error('invalid timestamp', start);
    scanner.skipBlanks();
    if (!this.#newline()) throw scanner.error('expected next entry after timestamp');
    return timestampMs;
  }

  /** Takes the end of a line, which the end of the body is too. */
  #newline(): boolean {
    const scanner = this.#scanner;
    const byte = scanner.peek();
    if (byte === BYTE.newline) scanner.at++;
    return byte === BYTE.newline || byte === END;
  }

  #commentOrMetadata(): TypeEntry | HelpEntry | CommentEntry {
    const scanner = this.#scanner;
    const start = scanner.at;
    scanner.at++;
    const afterHash = scanner.at;
    scanner.skipBlanks();
    if (scanner.at > afterHash) {
      const keyword = this.#keyword();
      if (keyword !== undefined) return this.#metadataLine(keyword);
    }
    const end = scanner.lineEnd();
    scanner.at = end;
    return { kind: 'comment', text: decodeLossy(scanner.bytes, start, end) };
  }

  /** `HELP` or `TYPE` with at least one blank behind it; anything else is a comment (E-042). */
  #keyword(): 'HELP' | 'TYPE' | undefined {
    const scanner = this.#scanner;
    const keyword = scanner.startsWith('HELP') ? 'HELP' : scanner.startsWith('TYPE') ? 'TYPE' : undefined;
    const behind = scanner.bytes[scanner.at + 4];
    if (keyword === undefined || (behind !== BYTE.space && behind !== BYTE.tab)) return undefined;
    scanner.at += 4;
    scanner.skipBlanks();
    return keyword;
  }

  #metadataLine(keyword: 'HELP' | 'TYPE'): TypeEntry | HelpEntry {
    const scanner = this.#scanner;
    const { bytes } = scanner;
    const nameStart = scanner.at;
    const isQuoted = scanner.peek() === BYTE.quote;
    const nameEnd = isQuoted ? quotedEnd(bytes, nameStart, []) : metricNameEnd(bytes, nameStart);
    if (nameEnd === END || nameEnd === nameStart) throw scanner.error(`expected metric name after ${keyword}`);
    const family = this.#families.read(nameStart, nameEnd);
    // One byte separates name and text, whatever it is; a rest of nothing but blanks is no text (E-043).
    scanner.at = nameEnd;
    scanner.skipBlanks();
    const end = scanner.lineEnd();
    const textStart = scanner.at === end ? end : nameEnd + 1;
    const text = decodeUtf8(bytes, textStart, end);
    scanner.at = end;
    if (keyword === 'TYPE') return this.#type(family, text, textStart);
    if (!text.isWellFormed()) throw scanner.error('help text is not a valid utf8 string', textStart);
    return { kind: 'help', family, text: unescapeHelp(text) };
  }

  #type(family: string, word: string, wordStart: number): TypeEntry {
    const type = TYPE_WORDS.get(word);
    if (type === undefined) throw this.#scanner.error('invalid metric type', wordStart);
    this.#metadata = { ...this.#metadata, type };
    return { kind: 'type', family, type };
  }
}

/** Offset behind the token of a value: `[^{ \t\n]+`, which holds no NUL either (E-045). */
function valueEnd(bytes: Uint8Array, start: number): number {
  for (let at = start; ; at++) {
    const byte = bytes[at] ?? BYTE.newline;
    if (byte <= BYTE.space && (byte === BYTE.space || byte === BYTE.newline || byte === BYTE.tab || byte === BYTE.nul)) return at;
    if (byte === BYTE.braceOpen) return at;
  }
}

function isDigit(byte: number): boolean {
  return byte >= BYTE.zero && byte <= BYTE.nine;
}
