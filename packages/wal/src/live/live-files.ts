import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileFacts, WalFile, WalFiles } from '../ports.ts';

/** The log's files in a folder of this machine. */
export function liveWalFiles(folder: string): WalFiles {
  const at = (path: string): string => join(folder, path);
  return {
    makeFolder: async (path) => void (await mkdir(at(path), { recursive: true })),
    list: (path) => listed(at(path)),
    open: (path, mode) => opened(at(path), mode === 'create' ? 'w+' : 'r+'),
    rename: (from, to) => rename(at(from), at(to)),
    remove: (path) => rm(at(path), { force: true }),
    syncFolder: async (path) => {
      const handle = await open(at(path), 'r');
      try {
        await handle.sync();
      } catch (error) {
        // Some systems cannot sync a folder, and do not need to.
        if (!['EISDIR', 'EINVAL', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      } finally {
        await handle.close();
      }
    },
  };
}

async function listed(folder: string): Promise<FileFacts[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const facts = entries
    .filter((entry) => entry.isFile())
    .map(async ({ name }) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { name, sizeBytes: size, modifiedMs: mtimeMs };
    });
  return Promise.all(facts);
}

async function opened(path: string, flags: 'w+' | 'r+'): Promise<WalFile> {
  const handle = await open(path, flags);
  return {
    read: async (into, at) => (await handle.read(into, 0, into.length, at)).bytesRead,
    write: async (bytes, at) => (await handle.write(bytes, 0, bytes.length, at)).bytesWritten,
    truncate: (size) => handle.truncate(size),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
