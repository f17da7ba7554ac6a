import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
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
    lock: (path) => locked(at(path)),
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

/**
 * A lock file names the process that has it, by its number and the moment it began: a number alone may by now be
 * another's, in a container above all.
 */
async function locked(path: string): ReturnType<WalFiles['lock']> {
  const own = `${process.pid} ${await beginOf(process.pid)}`;
  let wasStale = false;
  for (;;) {
    try {
      const handle = await open(path, 'wx');
      await handle.writeFile(own);
      await handle.close();
      return { release: () => unlink(path), wasStale };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOSPC') return { release: () => rm(path, { force: true }), wasStale }; // a full disk must not end the start
      if (code !== 'EEXIST') throw error;
    }
    const [pid = '', begin = ''] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
    if (pid !== '' && (await isRunning(Number(pid), begin))) return { held: `process ${pid}` };
    wasStale = true;
    await rm(path, { force: true });
  }
}

async function isRunning(pid: number, begin: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return (await beginOf(pid)) === begin;
}

/** When a process began, in the system's own measure; the same for all where the system does not say. */
async function beginOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
}
