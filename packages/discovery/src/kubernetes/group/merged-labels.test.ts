import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { labelsFrom } from '@limpet/model';
import { mergedLabels } from './merged-labels.ts';

test('merging sets is the same as making one of all their labels', () => {
  const name = fc.constantFrom('a', 'b', 'ab', 'é', '😀', '\uffff', 'c');
  const set = fc.array(fc.tuple(name, fc.constantFrom('1', '2')), { maxLength: 6 }).map((pairs) => labelsFrom(pairs));
  fc.assert(
    fc.property(fc.array(set, { maxLength: 4 }), (sets) => {
      assert.deepEqual(mergedLabels(...sets), labelsFrom(sets.flat()));
    }),
  );
});
