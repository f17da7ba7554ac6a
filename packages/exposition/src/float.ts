/** Why a token is no number, in the words of a `ParseError`. */
export type FloatRefusal = 'invalid float' | 'unsupported character in float' | 'float out of range';

/** Powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const DIGITS_EXACT_MAX = 15;
const EXPONENT_EXACT_MAX = 22;

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const LETTER_E = 0x65;

const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i;
const INFINITY = /^[+-]?inf(?:inity)?$/i;

/**
 * The number that bytes `start` … `end` spell, rounded to nearest even, or why there is none (E-030…E-033).
 * Never throws: numbers are read for every sample, and most callers add the place to a refusal.
 */
export function readFloat(bytes: Uint8Array, start: number, end: number): number | FloatRefusal {
  const isNegative = bytes[start] === MINUS;
  let at = isNegative || bytes[start] === PLUS ? start + 1 : start;
  let mantissa = 0;
  let significantDigits = 0;
  let digits = 0;
  let pointAt = -1;
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (mantissa !== 0) significantDigits++;
    } else if (bytes[at] === POINT && pointAt < 0) pointAt = at;
    else break;
  }
  const exponent = at === end ? 0 : readExponent(bytes, at, end);
  const scale = exponent - (pointAt < 0 ? 0 : at - pointAt - 1);
  // Up to 15 digits and a power of ten within 10^±22 are exact as doubles, so one operation rounds correctly.
  const isExact = digits > 0 && significantDigits <= DIGITS_EXACT_MAX && Math.abs(scale) <= EXPONENT_EXACT_MAX;
  if (!isExact) return parseFloatToken(asciiText(bytes, start, end));
  const value = scale < 0 ? mantissa / (POWERS_OF_TEN[-scale] ?? 1) : mantissa * (POWERS_OF_TEN[scale] ?? 1);
  return isNegative ? -value : value;
}

/** The exponent that begins at `start`; NaN for anything that is not the rest of a short number. */
function readExponent(bytes: Uint8Array, start: number, end: number): number {
  const sign = bytes[start + 1];
  const first = sign === MINUS || sign === PLUS ? start + 2 : start + 1;
  if (((bytes[start] ?? 0) | 0x20) !== LETTER_E || first >= end || end - first > 3) return NaN;
  let exponent = 0;
  for (let at = first; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return NaN;
    exponent = exponent * 10 + digit;
  }
  return sign === MINUS ? -exponent : exponent;
}

/** The number that a token spells, or why there is none. `readFloat` is the same on bytes. */
export function parseFloatToken(token: string): number | FloatRefusal {
  if (/[pP_]/.test(token)) return 'unsupported character in float';
  if (DECIMAL.test(token)) {
    const value = Number(token);
    return Number.isFinite(value) ? value : 'float out of range';
  }
  if (INFINITY.test(token)) return token.startsWith('-') ? -Infinity : Infinity;
  return /^nan$/i.test(token) ? NaN : 'invalid float';
}

/** The shortest decimal text that reads back as the same double: `1.5`, `-0`, `1e+21`, `NaN`, `+Inf`, `-Inf`. */
export function formatFloat(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}
