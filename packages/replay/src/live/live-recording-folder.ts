import { appendFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { RecordingError } from '../errors.ts';
import type { RecordingFolder } from '../record/ports.ts';

const compressed = promisify(gzip);

/** A folder of this machine. Compressing and writing happen outside of the thread that scrapes. */
export function liveRecordingFolder(path: string): RecordingFolder {
  const made = new Set<string>();
  return {
    name: path,
    open: async () => {
      await mkdir(path, { recursive: true });
      const files = await readdir(path);
      if (files.some((name) => /^log(\.\d+)?\.ndjson$/.test(name))) {
        throw new RecordingError('LIMPET_RECORDING_FOLDER', path, 'a recording is in this folder already; name another one');
      }
    },
    append: (file, text) => appendFile(join(path, file), text, { mode: 0o600 }),
    writeBody: async (body, bytes) => {
      const { folder, file } = bodyPath(path, body);
      if (!made.has(folder)) await mkdir(folder, { recursive: true });
      made.add(folder);
      const packed = await compressed(bytes, { level: 1 });
      await writeFile(file, packed, { mode: 0o600 });
      return packed.length;
    },
    removeFile: (file) => rm(join(path, file), { force: true }),
    removeBody: (body) => rm(bodyPath(path, body).file, { force: true }),
  };
}

/** Where a body lies: `bodies/<2 hex>/<sha256>.gz`. */
export function bodyPath(path: string, body: string): { readonly folder: string; readonly file: string } {
  const hex = body.replace('sha256:', '');
  const folder = join(path, 'bodies', hex.slice(0, 2));
  return { folder, file: join(folder, `${hex}.gz`) };
}
