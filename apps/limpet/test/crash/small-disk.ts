import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../interop/program/temporary-folder.ts';

/** A disk of its own that can be filled to the last byte. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  fill(): void;
  empty(): void;
}

/** A file system in memory, or why there is none: mounting takes rights that a test does not always have. */
export async function mountSmallDisk(sizeBytes: number): Promise<SmallDisk | { readonly missing: string }> {
  const resources = new AsyncDisposableStack();
  const { path } = resources.use(await temporaryFolder());
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'limpet-test', path]);
  if (status !== 0) {
    await resources.disposeAsync();
    return { missing: `no file system can be mounted: ${String(stderr).trim()}` };
  }
  resources.defer(() => void spawnSync('umount', ['-l', path]));
  const filler = join(path, 'filler');
  return {
    path,
    fill: () => {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(filler, new Uint8Array(bavail * bsize));
    },
    empty: () => rmSync(filler, { force: true }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
