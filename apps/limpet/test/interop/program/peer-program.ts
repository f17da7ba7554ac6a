import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program of somebody else's that a suite needs, or the reason why the suite cannot run. */
export type PeerProgram = { readonly command: string; readonly skip: false } | { readonly command: ''; readonly skip: string };

/**
 * Looks for a peer: where its variable points, else on the PATH. On a developer's machine a missing peer skips its
 * suite, with a line that says so; in the gate (LIMPET_REQUIRE_INTEROP=1) it fails it: the command is then one that
 * cannot be started.
 */
export function findPeer({ variable, program }: { readonly variable: string; readonly program: string }): PeerProgram {
  const named = process.env[variable];
  if (named !== undefined && named !== '') return { command: named, skip: false };
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => isExecutable(path));
  if (found !== undefined) return { command: found, skip: false };
  if (process.env['LIMPET_REQUIRE_INTEROP'] === '1') return { command: join('/missing', program), skip: false };
  const skip = `${program} is not installed and ${variable} is not set`;
  process.stderr.write(`SKIPPED: ${skip}\n`);
  return { command: '', skip };
}

/** Major and minor version that a Prometheus program reports about itself. */
export interface Release {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

export function releaseOf(command: string): Release {
  const { stdout, stderr, error } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${command} cannot be started`, { cause: error });
  const [, text = '', major = '0', minor = '0'] = /version ((\d+)\.(\d+)\S*)/.exec(stdout + stderr) ?? [];
  return { text, major: Number(major), minor: Number(minor) };
}

/** Whether a release has what came with another one, written `2.49`. */
export function isAtLeast(release: Release, version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return release.major > major || (release.major === major && release.minor >= minor);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
