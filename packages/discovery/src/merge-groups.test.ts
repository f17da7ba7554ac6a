import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { group } from '../test/sections.ts';
import { bySource, changedGroups, emptyGroup, mergeGroups } from './merge-groups.ts';

test('D-003 a group replaces its source, an empty one deletes it, others stay, null groups mean nothing', () => {
  const known = bySource([group('0', 'a:1'), group('1', 'b:1'), group('2', 'c:1')]);
  const merged = mergeGroups(known, [group('0', 'a:2'), null, emptyGroup('1'), emptyGroup('9'), group('3', 'd:1')]);
  assert.deepEqual([...merged.values()], [group('0', 'a:2'), group('2', 'c:1'), group('3', 'd:1')]);
  assert.equal(known.size, 3);
});

test('a group whose labels alone differ is a change', () => {
  const told = bySource([group('0', 'a:1')]);
  const relabelled = { ...group('0', 'a:1'), labels: [['env', 'dev']] as const };
  assert.deepEqual(changedGroups(told, [relabelled]), [relabelled]);
});

const groups = fc
  .uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 5 })
  .chain((sources) =>
    fc.tuple(...sources.map((source) => fc.integer({ min: 0, max: 3 }).map((n) => group(String(source), ...(n === 0 ? [] : [`t:${n}`]))))),
  );

test('D-003 merging what has changed gives what is there now, and nothing has changed afterwards', () => {
  fc.assert(
    fc.property(groups, groups, (before, now) => {
      const told = bySource(before);
      const merged = mergeGroups(told, changedGroups(told, now));
      const bySourceSorted = (map: typeof merged) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual(bySourceSorted(merged), bySourceSorted(bySource(now)));
      assert.deepEqual(changedGroups(merged, now), []);
    }),
  );
});
