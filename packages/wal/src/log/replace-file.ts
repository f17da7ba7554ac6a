import type { WalFile, WalFiles } from '../ports.ts';

/** Puts a file in place as a whole or not at all, also over a power loss. Rejects with what the system says. */
export async function replaceFile(files: WalFiles, path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.tmp`;
  const file = await files.open(draft, 'create');
  try {
    await writeWhole(file, bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(draft, path);
  await files.syncFolder(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.');
}

/** Writes all of the bytes, in as many pieces as the system likes. */
export async function writeWhole(file: WalFile, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const count = await file.write(bytes.subarray(done), at + done);
    if (count <= 0) throw new Error('the file takes no more bytes');
    done += count;
  }
}
