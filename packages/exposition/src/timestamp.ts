import { readFloat } from './float.ts';

const INT64_MAX = 9_223_372_036_854_775_807n;
const TWO_TO_63 = 2 ** 63;
const DIGITS_SAFE_MAX = 15;

/**
 * Milliseconds that the digits `start` … `end` spell in the Prometheus text format; `undefined` above the int64 range
 * (E-035). The caller guarantees at least one byte, digits only.
 */
export function readMilliseconds(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start <= DIGITS_SAFE_MAX) {
    let value = 0;
    for (let at = start; at < end; at++) value = value * 10 + (bytes[at] ?? 0) - 0x30;
    return value;
  }
  let first = start;
  while (first < end - 1 && bytes[first] === 0x30) first++;
  if (end - first > 19) return undefined;
  const exact = BigInt(String.fromCharCode(...bytes.subarray(first, end)));
  return exact <= INT64_MAX ? Number(exact) : undefined;
}

/** Milliseconds of the OpenMetrics seconds that bytes `start` … `end` spell; `undefined` where they are refused (E-036). */
export function readSeconds(bytes: Uint8Array, start: number, end: number): number | undefined {
  const seconds = readFloat(bytes, start, end);
  return typeof seconds === 'number' ? millisecondsOf(seconds) : undefined;
}

/** `trunc(seconds × 1000)`; `undefined` for NaN, infinities and what int64 cannot hold. */
export function millisecondsOf(seconds: number): number | undefined {
  const ms = Math.trunc(seconds * 1000);
  return Math.abs(ms) < TWO_TO_63 ? ms + 0 : undefined; // + 0: no negative zero
}

/** Seconds for OpenMetrics that read back as exactly `timestampMs`, an integer. */
export function formatSeconds(timestampMs: number): string {
  const sign = timestampMs < 0 ? '-' : '';
  const digits = String(BigInt(Math.abs(timestampMs))).padStart(4, '0');
  const exact = `${sign}${digits.slice(0, -3)}.${digits.slice(-3)}`;
  // Readers truncate, so `1.005` would come back as 1004 ms: move it away from zero by less than a millisecond.
  const candidates = [exact, `${exact}001`, `${exact}5`];
  return candidates.find((text) => millisecondsOf(Number(text)) === timestampMs) ?? exact;
}
