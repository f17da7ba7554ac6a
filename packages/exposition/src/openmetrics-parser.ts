import type { Exemplar } from '@limpet/model';
import { BYTE, END, isMetricNameStart, metricNameEnd } from './byte-class.ts';
import { withConvertedHistograms } from './converted-histograms.ts';
import { METRIC_TYPES } from './entry.ts';
import type { Entry, EntryReader, HelpEntry, MetricType, ParseOptions, TypeEntry, UnitEntry } from './entry.ts';
import { FamilyNames } from './family-names.ts';
import { readFloat } from './float.ts';
import { EXEMPLAR_LABELS, OPENMETRICS_LABELS, scanLabels } from './label-block.ts';
import { noMetadata, ParsedSample } from './parsed-sample.ts';
import type { MetadataInForce } from './parsed-sample.ts';
import { quotedEnd, Scanner } from './scanner.ts';
import { readLabels } from './series-key.ts';
import { withStartTimestamps } from './start-timestamps.ts';
import type { OpenMetricsEntry } from './start-timestamps.ts';
import { readSeconds } from './timestamp.ts';
import { unescapeQuoted } from './unescape.ts';
import { decodeUtf8 } from './utf8.ts';

const NO_EXEMPLARS: readonly Exemplar[] = [];
const KEYWORDS = ['HELP', 'TYPE', 'UNIT'] as const;
type Keyword = (typeof KEYWORDS)[number];

/**
 * Reads a body in OpenMetrics text 1.0, as leniently as upstream does (E-122). Throws `ParseError` at the first byte
 * that it refuses. Source: Prometheus 3.14, model/textparse, by the rules of docs/spec/exposition.md section 5.
 */
export function parseOpenMetrics(body: Uint8Array, options: ParseOptions = {}): Generator<Entry, void, undefined> {
  const exposed = openMetricsEntries(body, options);
  const entries = options.startTimestamps === true ? withStartTimestamps(exposed) : exposed;
  return options.convertClassicHistograms === true ? withConvertedHistograms(entries, options.keepClassicHistograms ?? false) : entries;
}

function* openMetricsEntries(body: Uint8Array, options: ParseOptions): Generator<OpenMetricsEntry, void, undefined> {
  const parser = new OpenMetricsParser(body, options);
  for (let entry = parser.next(); entry !== undefined; entry = parser.next()) yield entry;
}

/** The same for a body that is not read from beginning to end; without start timestamps. */
export function openMetricsReader(body: Uint8Array): EntryReader {
  return new OpenMetricsParser(body, {});
}

class OpenMetricsParser implements EntryReader {
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

  next(): OpenMetricsEntry | undefined {
    const scanner = this.#scanner;
    scanner.recordStart = scanner.at;
    const byte = scanner.peek();
    if (isMetricNameStart(byte) || byte === BYTE.braceOpen) return this.#sample();
    if (byte === END) throw scanner.error('data does not end with # EOF');
    if (scanner.startsWith('# EOF')) return this.#endOfData();
    const keyword = KEYWORDS.find((word) => scanner.startsWith(`# ${word} `));
    if (keyword === undefined) throw scanner.error('expected a valid start token');
    return this.#metadataLine(keyword);
  }

  #endOfData(): undefined {
    const scanner = this.#scanner;
    scanner.at += '# EOF'.length;
    if (scanner.peek() === BYTE.newline) scanner.at++;
    if (scanner.peek() !== END) throw scanner.error('unexpected data after # EOF');
    return undefined;
  }

  #metadataLine(keyword: Keyword): TypeEntry | HelpEntry | UnitEntry {
    const scanner = this.#scanner;
    const { bytes } = scanner;
    scanner.at += '# HELP '.length;
    const isQuoted = scanner.peek() === BYTE.quote;
    const end = isQuoted ? quotedEnd(bytes, scanner.at, [BYTE.nul]) : metricNameEnd(bytes, scanner.at);
    if (end === END || end === scanner.at) throw scanner.error(`expected metric name after ${keyword}`);
    const family = this.#families.read(scanner.at, end);
    scanner.at = end;
    const textEnd = scanner.lineEnd();
    // The space is there even when the text is empty, and the line must be closed (E-102).
    if (scanner.peek() !== BYTE.space || textEnd === bytes.length) throw scanner.error(`expected text in ${keyword}`);
    scanner.at++;
    const entry = this.#metadataEntry(keyword, family, textEnd);
    scanner.at = textEnd + 1;
    return entry;
  }

  #metadataEntry(keyword: Keyword, family: string, textEnd: number): TypeEntry | HelpEntry | UnitEntry {
    const scanner = this.#scanner;
    const text = decodeUtf8(scanner.bytes, scanner.at, textEnd);
    if (keyword === 'HELP') {
      if (!text.isWellFormed()) throw scanner.error('help text is not a valid utf8 string');
      return { kind: 'help', family, text: unescapeQuoted(text) };
    }
    if (keyword === 'TYPE') {
      const type = METRIC_TYPES.find((word: MetricType) => word === text);
      if (type === undefined) throw scanner.error('invalid metric type');
      this.#metadata = { ...this.#metadata, type };
      return { kind: 'type', family, type };
    }
    if (text !== '' && !family.endsWith(`_${text}`)) throw scanner.error('unit not a suffix of metric');
    this.#metadata = { ...this.#metadata, unit: text };
    return { kind: 'unit', family, unit: text };
  }

  #sample(): ParsedSample {
    const scanner = this.#scanner;
    const body = scanner.bytes;
    const keyStart = scanner.at;
    scanner.at = metricNameEnd(body, keyStart);
    let isNamed = scanner.at > keyStart;
    if (scanner.peek() === BYTE.braceOpen) {
      scanner.at++;
      isNamed = scanLabels(scanner, OPENMETRICS_LABELS, isNamed);
    }
    if (!isNamed) throw scanner.error('metric name not set');
    const keyEnd = scanner.at;
    const value = this.#value('expected value after metric');
    const timestampMs = this.#timestamp();
    const exemplars = this.#endSample(timestampMs !== undefined);
    return new ParsedSample({ body, keyStart, keyEnd, metadata: this.#metadata, value, timestampMs, exemplars });
  }

  #value(missing: 'expected value after metric' | 'expected value after exemplar labels'): number {
    const scanner = this.#scanner;
    const start = scanner.at + 1;
    const end = tokenEnd(scanner.bytes, start);
    if (scanner.peek() !== BYTE.space || end === start) throw scanner.error(missing);
    const value = readFloat(scanner.bytes, start, end);
    if (typeof value === 'string') throw scanner.error(value, start);
    scanner.at = end;
    return value;
  }

  /** The timestamp that comes next, if one does: a space and a token that does not begin an exemplar. */
  #timestamp(): number | undefined {
    const scanner = this.#scanner;
    if (scanner.peek() !== BYTE.space || scanner.startsWith(' # {')) return undefined;
    const end = tokenEnd(scanner.bytes, scanner.at + 1);
    if (end === scanner.at + 1) throw scanner.error('expected timestamp or # symbol');
    const timestampMs = readSeconds(scanner.bytes, scanner.at + 1, end);
    if (timestampMs === undefined) throw scanner.error('invalid timestamp', scanner.at + 1);
    scanner.at = end;
    return timestampMs;
  }

  /** The rest of the line behind value and timestamp: an exemplar or nothing, then the newline. */
  #endSample(hasTimestamp: boolean): readonly Exemplar[] {
    const scanner = this.#scanner;
    if (scanner.peek() === BYTE.newline) {
      scanner.at++;
      return NO_EXEMPLARS;
    }
    if (scanner.startsWith(' # {')) return [this.#exemplar()];
    if (hasTimestamp) throw scanner.error('expected next entry after timestamp');
    throw scanner.error(scanner.peek() === END ? 'data does not end with # EOF' : 'expected timestamp or # symbol');
  }

  #exemplar(): Exemplar {
    const scanner = this.#scanner;
    const { bytes } = scanner;
    scanner.at += ' # {'.length;
    const start = scanner.at - 1;
    scanLabels(scanner, EXEMPLAR_LABELS, false);
    const labels = readLabels(bytes, start, scanner.at);
    const value = this.#value('expected value after exemplar labels');
    const timestampMs = this.#exemplarTimestamp();
    return { labels, value, timestampMs };
  }

  #exemplarTimestamp(): number | undefined {
    const scanner = this.#scanner;
    let timestampMs: number | undefined;
    if (scanner.peek() === BYTE.space) {
      const end = tokenEnd(scanner.bytes, scanner.at + 1);
      if (end === scanner.at + 1) throw scanner.error('expected exemplar timestamp or new record');
      timestampMs = readSeconds(scanner.bytes, scanner.at + 1, end);
      if (timestampMs === undefined) throw scanner.error('invalid exemplar timestamp', scanner.at + 1);
      scanner.at = end;
    }
    if (scanner.peek() === END) throw scanner.error('data does not end with # EOF');
    if (scanner.peek() !== BYTE.newline) throw scanner.error('expected next entry after exemplar timestamp');
    scanner.at++;
    return timestampMs;
  }
}

/** Offset behind the token that begins at `start`: `[^ \n]+`, which holds no NUL either (E-104). */
function tokenEnd(bytes: Uint8Array, start: number): number {
  for (let at = start; ; at++) {
    const byte = bytes[at] ?? BYTE.newline;
    if (byte === BYTE.space || byte === BYTE.newline || byte === BYTE.nul) return at;
  }
}
