import type { Label } from '@limpet/model';

/** A key of somebody else's as the end of a label name: whatever is no letter, digit or underscore becomes one (C-102). */
export function sanitizedName(key: string): string {
  return key.replace(/[^a-zA-Z0-9_]/gu, '_');
}

/** One label for each entry of a mapping, its key sanitised behind a prefix. */
export function prefixedLabels(prefix: string, entries: readonly Label[]): readonly Label[] {
  return entries.map(([key, value]) => [prefix + sanitizedName(key), value]);
}

/** Host and port as an address; a host that holds a colon is put into brackets. */
export function joinedAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
