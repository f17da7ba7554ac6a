/** The directory part of a path, `.` where it has none. POSIX paths only; arithmetic, no file system. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : cleaned(path.slice(0, slash + 1));
}

/** A path of the configuration against the directory of its file; empty and absolute paths stay as they are (C-001). */
export function resolvePath(directory: string, path: string): string {
  return path === '' || path.startsWith('/') ? path : cleaned(`${directory}/${path}`);
}

/** The shortest equal path: no `.`, no doubled slash, `..` resolved where something stands before it. */
function cleaned(path: string): string {
  const isAbsolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    const canGoUp = parts.length > 0 && parts.at(-1) !== '..';
    if (part !== '..') parts.push(part);
    else if (canGoUp) parts.pop();
    else if (!isAbsolute) parts.push('..');
  }
  const joined = parts.join('/');
  if (isAbsolute) return `/${joined}`;
  return joined === '' ? '.' : joined;
}
