import type { Label, Labels } from './labels.ts';

/**
 * The canonical bytes of a label set: for each label in order, `uvarint length, name, uvarint length, value`, text
 * as UTF-8. Two label sets are equal if and only if their bytes are, so bytes serve as identity, hash input and wire form.
 */
export type LabelBytes = Uint8Array;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Texts up to this length are written one character at a time while they are ASCII: their length takes one byte. */
const SHORT_MAX = 63;
/** Grows to the longest label set; one allocation less a label set. */
let scratch = new Uint8Array(4096);

/** Encodes a sorted label set. The result is a copy of exact length, owned by the caller. */
export function encodeLabels(labels: Labels): LabelBytes {
  let room = 0;
  for (const [name, value] of labels) room += 10 + 3 * (name.length + value.length);
  if (room > scratch.length) scratch = new Uint8Array(2 * room);
  let end = 0;
  for (const [name, value] of labels) end = writeText(scratch, writeText(scratch, end, name), value);
  return scratch.slice(0, end);
}

/** Decodes canonical bytes; throws a `RangeError` on bytes that `encodeLabels` cannot have written. */
export function decodeLabels(bytes: LabelBytes): Labels {
  const labels: Label[] = [];
  for (const label of labelSpans(bytes)) {
    labels.push([decoder.decode(label.name), decoder.decode(label.value)]);
  }
  return labels;
}

/** Walks the labels without decoding: views into `bytes`, valid as long as it is. */
export function* labelSpans(bytes: LabelBytes): Generator<{ readonly name: Uint8Array; readonly value: Uint8Array }> {
  let at = 0;
  while (at < bytes.length) {
    const name = readSpan(bytes, at);
    const value = readSpan(bytes, name.end);
    at = value.end;
    yield { name: bytes.subarray(name.start, name.end), value: bytes.subarray(value.start, value.end) };
  }
}

function writeText(bytes: Uint8Array, at: number, text: string): number {
  return text.length <= SHORT_MAX && writeAscii(bytes, at + 1, text) ? writeLength(bytes, at, text) : writeUtf8(bytes, at, text);
}

/** Writes the characters of a text as bytes up to the first that is not ASCII. Returns whether there was none. */
function writeAscii(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return false;
    bytes[at + index] = unit;
  }
  return true;
}

/** Puts the length in front of a short text that is written already. */
function writeLength(bytes: Uint8Array, at: number, { length }: string): number {
  bytes[at] = length;
  return at + 1 + length;
}

function writeUtf8(bytes: Uint8Array, at: number, text: string): number {
  // The length comes first, so the text is written behind the room of a one-byte length and moved where it needs more.
  const { written } = encoder.encodeInto(text, bytes.subarray(at + 1));
  const lengthBytes = uvarintSize(written);
  if (lengthBytes > 1) bytes.copyWithin(at + lengthBytes, at + 1, at + 1 + written);
  writeUvarint(bytes, at, written);
  return at + lengthBytes + written;
}

function uvarintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}

function writeUvarint(bytes: Uint8Array, at: number, value: number): void {
  let rest = value;
  let index = at;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes[index++] = (rest % 128) | 0x80;
  bytes[index] = rest;
}

function readSpan(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  let length = 0;
  let scale = 1;
  let index = at;
  for (;;) {
    const byte = bytes[index++];
    if (byte === undefined) throw new RangeError('label bytes end inside a length');
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
    scale *= 128;
  }
  if (index + length > bytes.length) throw new RangeError('label bytes end inside a text');
  return { start: index, end: index + length };
}
