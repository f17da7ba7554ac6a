import type { TextSource } from '@limpet/config';
import { Secret } from '@limpet/model';
import type { HttpEffects } from './http-client-options.ts';
import { FaultError } from './failure.ts';

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
};

/** Why a file could not be read, in the words of Go: `open /x: no such file or directory`. */
export function fileProblem(path: string, error: unknown): string {
  const code = (error as { readonly code?: string }).code ?? 'unknown error';
  return `open ${path}: ${PROBLEMS[code] ?? code}`;
}

/** The text of a secret, read now where it is in a file, white space around it removed (C-062). Rejects with a `FaultError`. */
export async function readSecret(what: string, path: string, effects: HttpEffects): Promise<string> {
  try {
    return Buffer.from(await effects.readFile(path))
      .toString()
      .trim();
  } catch (error) {
    throw new FaultError({ reason: 'credentials', text: `unable to read ${what}: ${fileProblem(path, error)}` });
  }
}

/** A text in place, or undefined where it is in a file. */
export function inlineText(source: TextSource<string | Secret>): string | undefined {
  if (source === undefined) return '';
  if (source.from === 'file') return undefined;
  return source.value instanceof Secret ? source.value.reveal() : source.value;
}

/** The text of a source that may be a file. Rejects with a `FaultError`. */
export async function currentText(what: string, source: TextSource<string | Secret>, effects: HttpEffects): Promise<string> {
  return source?.from === 'file' ? await readSecret(what, source.path, effects) : (inlineText(source) ?? '');
}
