import { createRequire } from 'node:module';
import { hostname } from 'node:os';

/** The version of XState that runs here. */
export function xstateVersion(): string {
  const { version } = createRequire(import.meta.url)('xstate/package.json') as { readonly version: string };
  return version;
}

export function hostName(): string {
  return hostname();
}

export function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
