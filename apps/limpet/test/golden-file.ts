import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);

/** A folder or file of the repository. */
export function repositoryPath(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}

/** The text that a file of the repository must have. With `UPDATE_GOLDEN=1` it gets it. */
export function assertGolden(path: string, text: string): void {
  const file = repositoryPath(path);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(new URL('.', new URL(path, ROOT)), { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(readOrEmpty(file), text, `${path} is out of date; UPDATE_GOLDEN=1 rewrites it`);
}

/** How to rewrite a generated page: the test that compares it, as a command. */
export function redrawCommand(test: string): string {
  return `UPDATE_GOLDEN=1 node --conditions=development --test ${test}`;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
