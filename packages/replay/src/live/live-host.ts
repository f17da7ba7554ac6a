import { createRequire } from 'node:module';

/** The version of XState that runs here. */
export function xstateVersion(): string {
  const { version } = createRequire(import.meta.url)('xstate/package.json') as { readonly version: string };
  return version;
}

export function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
