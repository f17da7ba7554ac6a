const NEWLINE: u8 = 0x0a;
const SPACE: u8 = 0x20;
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const BRACE_OPEN: u8 = 0x7b;
const BRACE_CLOSE: u8 = 0x7d;

/** Offset of the next newline, or of `end` where there is none before it. */
export function newlineFrom(at: usize, end: usize): usize {
  const newlines = i8x16.splat(NEWLINE);
  for (; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), newlines));
    if (found != 0) return min(at + ctz(found), end);
  }
  return end;
}

/**
 * A guess at where name and label block of a sample end: behind the closing brace, or before the blank. Others decide
 * whether it is right; it is never behind `end`.
 */
export function keyEnd(at: usize, end: usize): usize {
  const spaces = i8x16.splat(SPACE);
  const braces = i8x16.splat(BRACE_OPEN);
  for (; at < end; at += 16) {
    const bytes = v128.load(at);
    const found = i8x16.bitmask(v128.or(i8x16.le_u(bytes, spaces), i8x16.eq(bytes, braces)));
    if (found == 0) continue;
    at += ctz(found);
    return at < end && load<u8>(at) == BRACE_OPEN ? labelsEnd(at + 1, end) : min(at, end);
  }
  return end;
}

/** Behind the brace that closes a label block; quoted text is passed over. */
function labelsEnd(at: usize, end: usize): usize {
  const quotes = i8x16.splat(QUOTE);
  const backslashes = i8x16.splat(BACKSLASH);
  const braces = i8x16.splat(BRACE_CLOSE);
  let isQuoted = false;
  while (at < end) {
    const bytes = v128.load(at);
    const stops = isQuoted
      ? v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes))
      : v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, braces));
    const found = i8x16.bitmask(stops);
    if (found == 0) {
      at += 16;
      continue;
    }
    at += ctz(found);
    if (at >= end) return end;
    const byte = load<u8>(at++);
    if (byte == BRACE_CLOSE) return at;
    if (byte == QUOTE) isQuoted = !isQuoted;
    else at++;
  }
  return end;
}
