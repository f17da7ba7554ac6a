/** RFC 3339 in UTC with milliseconds where there are any; `undefined` is "never", Go's zero time. */
export function formatTimestamp(timestampMs: number | undefined): string {
  if (timestampMs === undefined) return '0001-01-01T00:00:00Z';
  return new Date(timestampMs).toISOString().replace('.000Z', 'Z');
}

/** Index of the interval that a wall time falls in, counted from the epoch. `intervalMs` > 0. */
export function tickOf(wallMs: number, intervalMs: number): number {
  return Math.floor(wallMs / intervalMs);
}
