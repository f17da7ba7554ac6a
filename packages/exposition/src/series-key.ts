import { METRIC_NAME } from '@limpet/model';
import type { Label } from '@limpet/model';
import { BYTE, END, labelNameEnd, metricNameEnd } from './byte-class.ts';
import { quotedEnd } from './scanner.ts';
import { unescapeQuoted } from './unescape.ts';
import { decodeUtf8 } from './utf8.ts';

/**
 * The labels of a key that a parser has accepted: bytes `start` … `end`, name and label block or just a label block, in
 * exposed order, a name before the braces first. Both formats are read alike; what one of them forbids does not occur.
 */
export function readLabels(bytes: Uint8Array, start: number, end: number): Label[] {
  const labels: Label[] = [];
  let at = metricNameEnd(bytes, start);
  if (at > start) labels.push([METRIC_NAME, decodeUtf8(bytes, start, at)]);
  while (at < end) {
    const nameStart = skipSeparators(bytes, at, end);
    if (nameStart >= end) break;
    const nameEnd = tokenEnd(bytes, nameStart);
    const name = readText(bytes, nameStart, nameEnd);
    at = skipBlanks(bytes, nameEnd);
    if (bytes[at] !== BYTE.equal) {
      labels.push([METRIC_NAME, name]);
      continue;
    }
    const valueStart = skipBlanks(bytes, at + 1);
    at = tokenEnd(bytes, valueStart);
    labels.push([name, readText(bytes, valueStart, at)]);
  }
  return labels;
}

function readText(bytes: Uint8Array, start: number, end: number): string {
  return bytes[start] === BYTE.quote ? unescapeQuoted(decodeUtf8(bytes, start + 1, end - 1)) : decodeUtf8(bytes, start, end);
}

function tokenEnd(bytes: Uint8Array, start: number): number {
  const end = bytes[start] === BYTE.quote ? quotedEnd(bytes, start, []) : labelNameEnd(bytes, start);
  if (end === END || end === start) throw new RangeError(`no label at byte ${start}: the key was not checked`);
  return end;
}

function skipSeparators(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isSeparator(bytes[at])) at++;
  return at;
}

function isSeparator(byte: number | undefined): boolean {
  return byte === BYTE.space || byte === BYTE.tab || byte === BYTE.comma || byte === BYTE.braceOpen || byte === BYTE.braceClose;
}

function skipBlanks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === BYTE.space || bytes[at] === BYTE.tab) at++;
  return at;
}
