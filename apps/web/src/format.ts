/** `3.2 s ago`, `never`. */
export function ago(timestamp: string, nowMs: number): string {
  const atMs = Date.parse(timestamp);
  if (!(atMs > 0)) return 'never';
  const seconds = Math.max(0, (nowMs - atMs) / 1000);
  if (seconds < 10) return `${seconds.toFixed(1)} s ago`;
  if (seconds < 120) return `${Math.round(seconds)} s ago`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}

/** `4 ms`, `1.2 s`. */
export function duration(seconds: number): string {
  if (seconds < 0.0995) return `${(seconds * 1000).toFixed(1)} ms`;
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`;
}

/** `1.4 kB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

/** The state of a loop as a short sentence: "the loop is …". */
export function stateText(state: string): string {
  return STATE_TEXTS[state] ?? state;
}

const STATE_TEXTS: Readonly<Record<string, string>> = {
  'idle.offset': 'waiting for its slot',
  'idle.waiting': 'waiting',
  'fetching.queued': 'queued',
  'fetching.scraping': 'scraping',
  appending: 'appending',
  ending: 'ending',
  retiring: 'retiring',
  marking: 'marking',
  stopped: 'stopped',
};
