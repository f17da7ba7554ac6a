const MS_PER_UNIT = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const UNITS = ['y', 'w', 'd', 'h', 'm', 's', 'ms'] as const;
const SYNTAX = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const MS_MAX = 9_223_372_036_854n; // 2^63 - 1 nanoseconds

/** What `parseDuration` refuses, in the words that an operator searches for. */
export class DurationError extends Error {
  readonly code = 'LIMPET_DURATION';
}

/**
 * Milliseconds of a Prometheus duration: `0`, or digits with the units y w d h m s ms, descending, each at most once.
 * Throws `DurationError`. Source: prometheus/common model.ParseDuration (C-010).
 */
export function parseDuration(text: string): number {
  if (text === '') throw new DurationError('empty duration string');
  if (text === '0') return 0;
  const parts = SYNTAX.exec(text);
  if (parts === null) throw new DurationError(refusal(text));
  let ms = 0n;
  UNITS.forEach((unit, index) => (ms += BigInt(parts[index + 1] ?? 0) * BigInt(MS_PER_UNIT[unit])));
  if (ms > MS_MAX) throw new DurationError('duration out of range');
  return Number(ms);
}

function refusal(text: string): string {
  const unit = /^(?:\d+(?:ms|[ywdhms]))*\d+([^\d]+)/.exec(text)?.[1];
  const isKnown = unit !== undefined && Object.hasOwn(MS_PER_UNIT, unit);
  return unit !== undefined && !isKnown && /^\w+$/.test(unit)
    ? `unknown unit "${unit}" in duration "${text}"`
    : `not a valid duration string: "${text}"`;
}

/** The text of a duration as configuration and labels carry it: 90 000 ms is `1m30s`, 14 days are `2w` (C-011). */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  let rest = ms;
  let text = '';
  for (const unit of UNITS) {
    const size = MS_PER_UNIT[unit];
    const mustDivide = unit === 'y' || unit === 'w';
    if (rest < size || (mustDivide && rest % size !== 0)) continue;
    text += `${Math.floor(rest / size)}${unit}`;
    rest %= size;
  }
  return text;
}

/** The text of a duration as Go prints it and metric labels carry it: `15s`, `1m0s`, `1h0m0s`, `250ms`, `1.5s` (S-172). */
export function formatGoDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = `${(ms % 60_000) / 1000}s`;
  return hours > 0 ? `${hours}h${minutes}m${seconds}` : minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
