import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** One TypeScript file of the repository. */
export interface SourceFile {
  /** Relative to the root: `packages/model/src/labels.ts`. */
  readonly path: string;
  readonly text: string;
  /** `text` with comments and the content of strings blanked out, line breaks kept. */
  readonly code: string;
}

/** Every TypeScript file below the given globs; a check that gets none must fail. */
export function sourceFiles(globs: readonly string[]): SourceFile[] {
  return globSync([...globs], { cwd: ROOT, exclude: (path) => /(^|\/)(node_modules|dist)(\/|$)/.test(path) })
    .sort()
    .map((path) => {
      const text = readFileSync(ROOT + path, 'utf8');
      return { path, text, code: withoutTexts(text) };
    });
}

/** Files that ship: no tests, no test folders. */
export function isShipped({ path }: Pick<SourceFile, 'path'>): boolean {
  return !/\.test\.tsx?$/.test(path) && !path.includes('/test/');
}

/** Where the machine's clock, randomness, files and network may be touched. */
export function isLive({ path }: Pick<SourceFile, 'path'>): boolean {
  return /(^|\/)live-[^/]*\.ts$/.test(path) || path.includes('/live/');
}

const TEXT = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

/** Blanks comments and string contents. Expressions inside template strings are blanked with them. */
export function withoutTexts(text: string): string {
  return text.replace(TEXT, (match) => match.replace(/[^\n]/g, ' '));
}
