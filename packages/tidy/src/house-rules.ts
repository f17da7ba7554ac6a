import { importedModules, packageOf } from './package-table.ts';
import type { PackageRow } from './package-table.ts';
import { isLive, isShipped } from './source-file.ts';
import type { SourceFile } from './source-file.ts';

/** Source lines that a file may have; tests may have half as many again. */
const LINE_COUNT_MAX = 400;
const TEST_LINE_COUNT_MAX = 600;
const SCOPE = '@limpet/';
const VAGUE_NAME = /(^|[-.])(utils?|helpers?|common|misc|types)(?=[-.])/;
const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.tsx?$/;

/** Things that only live ports, tests and apps may touch. */
const BANNED = [
  { name: 'Date.now', pattern: /\bDate\.now\b/ },
  { name: 'new Date()', pattern: /\bnew Date\(\s*\)/ },
  { name: 'Math.random', pattern: /\bMath\.random\b/ },
  { name: 'performance', pattern: /\bperformance\./ },
  { name: 'timers', pattern: /(?<![.\w#])(setTimeout|setInterval|setImmediate)\((?!\w+\s*:)/ },
  { name: 'fetch', pattern: /(?<![.\w#])fetch\(/ },
  { name: 'process', pattern: /(?<![.\w#'-])process\.[a-z]/ },
] as const;
const PURE = new Set(['model', 'exposition', 'relabel', 'config']);

/** What is wrong with a file's name. */
export function nameFaults({ path }: Pick<SourceFile, 'path'>): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!FILE_NAME.test(name)) return [`${path}: the name is not kebab-case`];
  return VAGUE_NAME.test(name) ? [`${path}: the name says nothing about the concept inside`] : [];
}

export function sizeFaults({ path, text }: Pick<SourceFile, 'path' | 'text'>): string[] {
  const lineCount = text.split('\n').length - 1;
  const limit = isShipped({ path }) ? LINE_COUNT_MAX : TEST_LINE_COUNT_MAX;
  return lineCount > limit ? [`${path}: ${lineCount} lines, the limit is ${limit}`] : [];
}

/** Uses of the clock, randomness, timers, the network and the process outside live ports. */
export function banFaults(file: SourceFile): string[] {
  if (!file.path.startsWith('packages/') || !isShipped(file) || isLive(file)) return [];
  const faults: string[] = [];
  file.code.split('\n').forEach((line, index) => {
    for (const { name, pattern } of BANNED) if (pattern.test(line)) faults.push(`${file.path}:${index + 1}: ${name} outside a live port`);
  });
  return faults;
}

export function exportFaults({ path, code }: Pick<SourceFile, 'path' | 'code'>): string[] {
  const faults: string[] = [];
  if (/^export \*/m.test(code)) faults.push(`${path}: export * hides what is public`);
  if (/^export default\b/m.test(code) && !path.endsWith('.config.ts')) faults.push(`${path}: a default export has no name`);
  return faults;
}

/** Unfinished work that calls itself finished. This package, which has to name the marks, is left out. */
export function markFaults({ path, text }: Pick<SourceFile, 'path' | 'text'>): string[] {
  const mark = /\b(TODO|FIXME|XXX|HACK)\b/.exec(text);
  return mark === null || path.startsWith('packages/tidy/') ? [] : [`${path}: ${mark[1]}`];
}

/** Imports of a package's file that the package table does not allow. Tests may also import `contract` and `inspect`. */
export function importFaults(file: SourceFile, rows: readonly PackageRow[]): string[] {
  const owner = /^packages\/([a-z-]+)\//.exec(file.path)?.[1];
  const row = rows.find(({ name }) => name === owner);
  if (row === undefined) return [`${file.path}: its package is not in the package table`];
  const isTest = !isShipped(file);
  return importedModules(file.text).flatMap((module) => {
    const reason = refusal(module, row, isTest);
    return reason === undefined ? [] : [`${file.path}: imports ${module}: ${reason}`];
  });
}

function refusal(module: string, row: PackageRow, isTest: boolean): string | undefined {
  if (module.startsWith(SCOPE)) {
    const name = module.slice(SCOPE.length);
    if (name.includes('/')) return 'a deep import goes around the public door';
    const allowed = name === row.name || row.mayImport.includes(name) || (isTest && (name === 'contract' || name === 'inspect'));
    return allowed || (isTest && row.name !== 'model') ? undefined : 'not allowed by the package table';
  }
  if (module.startsWith('node:')) {
    return isTest || !PURE.has(row.name) || module === 'node:crypto' ? undefined : 'a pure package imports nothing from Node';
  }
  return isTest || row.outside.includes(packageOf(module)) ? undefined : 'not among the outside libraries of the package table';
}
