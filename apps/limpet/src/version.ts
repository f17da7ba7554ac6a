import { readFileSync } from 'node:fs';

/** The version of Limpet, from the package's own manifest. */
export function limpetVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  return manifest.version;
}

/** What `--version` prints, in the manner of Prometheus. */
export function versionText(): string {
  return `limpet, version ${limpetVersion()}\n  platform: ${process.platform}/${process.arch}\n  node: ${process.version}`;
}
