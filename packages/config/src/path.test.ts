import assert from 'node:assert/strict';
import test from 'node:test';
import { directoryOf, resolvePath } from './path.ts';

test('the directory of a path is what stands before its last slash', () => {
  const rows = { 'a.yml': '.', '/a.yml': '/', '/b/a.yml': '/b', 'b/a.yml': 'b', './a.yml': '.', '../a.yml': '..', '/b//c/../a.yml': '/b' };
  for (const [path, directory] of Object.entries(rows)) assert.equal(directoryOf(path), directory, path);
});

test('C-001 a relative path is joined to its directory and cleaned', () => {
  const rows: readonly (readonly [directory: string, path: string, resolved: string])[] = [
    ['/etc', 'a', '/etc/a'],
    ['/etc', './a/../b', '/etc/b'],
    ['/etc', '../../../a', '/a'],
    ['.', 'a', 'a'],
    ['.', '../a', '../a'],
    ['..', '../a', '../../a'],
    ['/etc', '/a/../b', '/a/../b'],
    ['/etc', '', ''],
    ['/etc', 'a/*.yml', '/etc/a/*.yml'],
  ];
  for (const [directory, path, resolved] of rows) assert.equal(resolvePath(directory, path), resolved);
});
