import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageFile } from '../api-options.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

/** Reads files of a built page. Only plain names directly in the folder or in `assets/` exist: nothing can climb out. */
export function pageFolder(folder: string): (path: string) => Promise<PageFile | undefined> {
  const kept = new Map<string, PageFile>();
  return async (path) => {
    const known = kept.get(path);
    if (known !== undefined) return known;
    const extension = /^(?:assets\/)?[A-Za-z0-9_][A-Za-z0-9_.-]*\.([a-z0-9]+)$/.exec(path)?.[1];
    const contentType = extension === undefined ? undefined : CONTENT_TYPES[extension];
    if (contentType === undefined) return undefined;
    try {
      const file = { bytes: new Uint8Array(await readFile(join(folder, path))), contentType };
      kept.set(path, file);
      return file;
    } catch {
      return undefined;
    }
  };
}
