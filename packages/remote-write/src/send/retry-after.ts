const SECONDS = /^[+-]?\d{1,18}$/;
/** The three forms of an HTTP date: RFC 1123, RFC 850, asctime. */
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT)$/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * Milliseconds that a `Retry-After` header asks for, in whole seconds; `undefined` where it is missing, unreadable, zero
 * or in the past. Seconds or an HTTP date (W-043).
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const seconds = SECONDS.test(text) ? Number(text) : secondsUntil(text, nowMs);
  return seconds > 0 ? seconds * 1000 : undefined;
}

/** Whole seconds from now until an HTTP date, NaN where the text is none. */
function secondsUntil(text: string, nowMs: number): number {
  const isAsctime = ASCTIME.test(text);
  if (!isAsctime && !HTTP_DATE.test(text)) return Number.NaN;
  return Math.trunc((Date.parse(isAsctime ? `${text} GMT` : text) - nowMs) / 1000);
}
