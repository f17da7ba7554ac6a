import { POWER_OF_FIVE_MAX, POWER_OF_FIVE_MIN, POWERS_OF_FIVE, POWERS_OF_TEN } from '../src/layout';

/** Behind the value that `readValue` has read; 0 where it leaves the value to others. */
export let valueEnd: usize = 0;

/** Digits that fit 64 bits, whichever they are. */
const DIGITS_MAX: usize = 19;
const EXACT_MANTISSA_MAX: u64 = 1 << 53;

/**
 * The number that begins at `at`, rounded to nearest even. Sets `valueEnd`: to 0 for what is no number, and for the few
 * numbers that take more than this (20 digits, subnormal, out of range, too close to the middle between two doubles).
 */
export function readValue(at: usize): f64 {
  valueEnd = 0;
  const sign = load<u8>(at);
  const isNegative = sign == 0x2d;
  if (isNegative || sign == 0x2b) at++;
  let mantissa: u64 = 0;
  const start = at;
  for (let digit = digitAt(at); digit <= 9; digit = digitAt(at)) {
    mantissa = mantissa * 10 + digit;
    at++;
  }
  let digits = at - start;
  let exponent: i32 = 0;
  if (load<u8>(at) == 0x2e) {
    const point = ++at;
    for (let digit = digitAt(at); digit <= 9; digit = digitAt(at)) {
      mantissa = mantissa * 10 + digit;
      at++;
    }
    digits += at - point;
    exponent = -(<i32>(at - point));
  }
  if (digits == 0) return at == start ? readWord(at, sign) : 0;
  if (digits > DIGITS_MAX) return 0;
  if ((load<u8>(at) | 0x20) == 0x65) {
    at = readExponent(at + 1);
    if (at == 0) return 0;
    exponent += exponentRead;
  }
  if (mantissa == 0) {
    valueEnd = at;
    return isNegative ? -0.0 : 0.0;
  }
  if (mantissa <= EXACT_MANTISSA_MAX && exponent >= -22 && exponent <= 22) {
    valueEnd = at;
    let value = <f64>mantissa;
    if (exponent < 0) value /= load<f64>(<usize>POWERS_OF_TEN + (<usize>-exponent << 3));
    else if (exponent > 0) value *= load<f64>(<usize>POWERS_OF_TEN + (<usize>exponent << 3));
    return isNegative ? -value : value;
  }
  const bits = nearestBits(mantissa, exponent);
  if (bits == 0) return 0;
  valueEnd = at;
  const value = reinterpret<f64>(bits);
  return isNegative ? -value : value;
}

/** Digits of milliseconds that a double holds exactly. */
const MILLISECOND_DIGITS_MAX: usize = 15;

/** Milliseconds in digits, as the text format has them. Sets `valueEnd`, to 0 for what is longer or none. */
export function readMilliseconds(at: usize): f64 {
  const start = at;
  let value: u64 = 0;
  for (let digit = digitAt(at); digit <= 9; digit = digitAt(at)) {
    value = value * 10 + digit;
    at++;
  }
  valueEnd = at == start || at - start > MILLISECOND_DIGITS_MAX ? 0 : at;
  return <f64>value;
}

/** Milliseconds of OpenMetrics' seconds, cut off. Sets `valueEnd`, to 0 for what is no time. */
export function readSeconds(at: usize): f64 {
  const time = trunc(readValue(at) * 1000);
  if (!(abs(time) < 9223372036854775808.0)) valueEnd = 0;
  return time + 0.0;
}

// @ts-ignore: decorator
@inline
function digitAt(at: usize): u64 {
  return <u64>(<u8>(load<u8>(at) - 0x30));
}

/** `NaN`, `Inf`, `+Inf`, `-Inf` as nearly everybody writes them. */
function readWord(at: usize, sign: u8): f64 {
  const word = load<u32>(at) & 0x00ff_ffff;
  if (word == 0x004e_614e && sign != 0x2d && sign != 0x2b) {
    valueEnd = at + 3;
    return NaN;
  }
  if (word != 0x0066_6e49) return 0;
  valueEnd = at + 3;
  return sign == 0x2d ? -Infinity : Infinity;
}

let exponentRead: i32 = 0;

/** Sets `exponentRead`; returns the offset behind the exponent, 0 where there is none or one of more than four digits. */
function readExponent(at: usize): usize {
  const sign = load<u8>(at);
  if (sign == 0x2d || sign == 0x2b) at++;
  const start = at;
  let exponent: i32 = 0;
  for (let digit = digitAt(at); digit <= 9; digit = digitAt(at)) {
    if (at - start == 4) return 0;
    exponent = exponent * 10 + <i32>digit;
    at++;
  }
  exponentRead = sign == 0x2d ? -exponent : exponent;
  return at == start ? 0 : at;
}

let productHigh: u64 = 0;

/** The lower 64 bits of a product; the upper ones are in `productHigh`. */
// @ts-ignore: decorator
@inline
function multiply(a: u64, b: u64): u64 {
  const aLow = a & 0xffff_ffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffff_ffff;
  const bHigh = b >> 32;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >> 32);
  const cross = aLow * bHigh + (middle & 0xffff_ffff);
  productHigh = aHigh * bHigh + (middle >> 32) + (cross >> 32);
  return (cross << 32) | (low & 0xffff_ffff);
}

/**
 * The bits of the double nearest to `mantissa` × 10^`exponent`, or 0 where this cannot tell. Source: D. Lemire, Number
 * Parsing at a Gigabyte per Second (2021), section 5: the product with a 128-bit power of five decides nearly always.
 */
function nearestBits(mantissa: u64, exponent: i32): u64 {
  if (exponent < POWER_OF_FIVE_MIN || exponent > POWER_OF_FIVE_MAX) return 0;
  const power = <usize>POWERS_OF_FIVE + (<usize>(exponent - POWER_OF_FIVE_MIN) << 4);
  const zeros = clz<u64>(mantissa);
  const normal = mantissa << zeros;
  let low = multiply(normal, load<u64>(power));
  let high = productHigh;
  if ((high & 0x1ff) == 0x1ff) {
    multiply(normal, load<u64>(power, 8));
    low += productHigh;
    if (low < productHigh) high++;
  }
  if (low == u64.MAX_VALUE && (exponent < -27 || exponent > 55)) return 0;
  const upper = high >> 63;
  const shift = upper + 9;
  let bits = high >> shift;
  let binary = <i64>((217706 * exponent) >> 16) + 63 + <i64>upper - <i64>zeros + 1023;
  if (binary <= 0) return 0;
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (bits & 3) == 1 && bits << shift == high) bits &= ~1;
  bits = (bits + (bits & 1)) >> 1;
  if (bits >= <u64>1 << 53) {
    bits = <u64>1 << 52;
    binary++;
  }
  if (binary >= 0x7ff) return 0;
  return (bits & ~(<u64>1 << 52)) | (<u64>binary << 52);
}
