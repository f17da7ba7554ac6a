import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiscoveryFiles, FileContent } from '../ports.ts';
import { globSegments } from './glob.ts';
import type { GlobSegment } from './glob.ts';
import { watchDirectories } from './live-directory-watcher.ts';

/** A target file larger than this many bytes is not read. */
export const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** The machine's own file system. */
export const liveFiles: DiscoveryFiles = {
  match,
  read,
  watch: watchDirectories,
  stopwatch() {
    const startedMs = performance.now();
    return () => performance.now() - startedMs;
  },
};

async function match(pattern: string): Promise<readonly string[]> {
  const segments = globSegments(pattern);
  if (segments === undefined) return [];
  const paths: string[] = [];
  for (const path of await expand('/', segments)) if (await exists(path)) paths.push(path);
  return paths.sort();
}

async function expand(directory: string, [segment, ...rest]: readonly GlobSegment[]): Promise<readonly string[]> {
  if (segment === undefined) return [directory];
  const names = 'name' in segment ? [segment.name] : (await namesIn(directory)).filter((name) => segment.matches.test(name));
  const nested = await Promise.all(names.map((name) => expand(join(directory, name), rest)));
  return nested.flat();
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch(() => []);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => !status.isDirectory(),
    () => false,
  );
}

async function read(path: string): Promise<FileContent> {
  const { size, mtimeMs } = await stat(path);
  if (size > FILE_BYTES_MAX) throw new Error(`larger than ${FILE_BYTES_MAX} bytes`);
  return { text: await readFile(path, 'utf8'), mtimeMs };
}
