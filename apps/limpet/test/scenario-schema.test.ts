import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { SCENARIO_SCHEMA } from '@limpet/replay';
import { repositoryPath } from './golden-file.ts';

test('the schema of scenario files in the documents is the one that files are read by', () => {
  const written: unknown = JSON.parse(readFileSync(repositoryPath('docs/scenario.schema.json'), 'utf8'));
  assert.deepEqual(written, SCENARIO_SCHEMA, 'limpet scenario schema > docs/scenario.schema.json writes it anew');
});
