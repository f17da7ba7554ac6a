const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Longest run of bytes that is cheaper to put together here than to hand to the decoder. Measured on Node 24. */
const SHORT_BYTES = 12;
const REPLACEMENT = '\ufffd';

/** Whether bytes `start` … `end` are UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. */
export function isValidUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if ((bytes[at] ?? 0) < 0x80) at++;
    else {
      const length = sequenceLength(bytes, at, end);
      if (length === 0) return false;
      at += length;
    }
  }
  return true;
}

/**
 * The text of bytes `start` … `end`. A byte that belongs to no valid sequence becomes the lone surrogate U+DC00 + byte,
 * so that the text stays distinct and `isWellFormed()` tells that it was not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > SHORT_BYTES) return decodeLong(bytes, start, end);
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) return decodeLong(bytes, start, end);
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Characters in bytes `start` … `end`; each byte that belongs to no character counts as one. Nothing is decoded. */
export function countCharacters(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; count++) at += Math.max(1, characterLength(bytes, at, end));
  return count;
}

/** The text of bytes for people to read: what is not UTF-8 becomes U+FFFD. */
export function decodeLossy(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

function decodeLong(bytes: Uint8Array, start: number, end: number): string {
  const lossy = decodeLossy(bytes, start, end);
  // Only text with a replacement character can have lost something; the character itself is valid too.
  if (!lossy.includes(REPLACEMENT) || isValidUtf8(bytes, start, end)) return lossy;
  let text = '';
  let runStart = start;
  for (let at = start; at < end;) {
    const length = characterLength(bytes, at, end);
    if (length === 0) {
      if (at > runStart) text += decodeLossy(bytes, runStart, at);
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      runStart = at + 1;
    }
    at += Math.max(1, length);
  }
  return runStart < end ? text + decodeLossy(bytes, runStart, end) : text;
}

/** Bytes of the character that begins at `at`; 0 where none does. */
function characterLength(bytes: Uint8Array, at: number, end: number): number {
  return (bytes[at] ?? 0) < 0x80 ? 1 : sequenceLength(bytes, at, end);
}

/** Length of the valid sequence of two to four bytes that begins at `at`; 0 where there is none. Source: Unicode, table 3-7. */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] ?? 0;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > end) return 0;
  const second = bytes[at + 1] ?? 0;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let index = 2; index < length; index++) {
    if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}
