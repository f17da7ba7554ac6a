import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { loopChanges } from './loop-changes.ts';
import type { LoopChanges, LoopChangesInput, WantedLoop } from './loop-changes.ts';
import type { RunningLoop } from './plan.ts';

/** A target `<name>/<interval in s>`: the name is what it is apart from its schedule. */
function want(key: string, cfgRev = 1): WantedLoop {
  const [name = '', seconds = '15'] = key.split('/');
  return {
    targetId: `${name}#${key.slice(0, 6)}`,
    spec: { key, intervalMs: Number(seconds) * 1000, timeoutMs: 1_000, cfgRev, offsetHash: '0' },
  };
}
const wanted = (keys: readonly string[], cfgRev = 1) => new Map(keys.map((key) => [key, want(key, cfgRev)]));
const runs = (key: string, cfgRev = 1): RunningLoop => ({ id: `old ${key}`, spec: want(key, cfgRev).spec });

function changes(input: Partial<LoopChangesInput>): LoopChanges {
  return loopChanges({
    job: 'job',
    running: [],
    wanted: new Map(),
    identity: (key) => key.split('/')[0],
    isCacheReusable: () => true,
    generation: 4,
    ...input,
  });
}

/** A plan in short: what happens to which key. */
function short({ start, retire, retarget, replace, keptCount }: LoopChanges): object {
  return {
    start: start.map(({ spec }) => spec.key),
    retire,
    retarget: retarget.map(({ id, spec }) => `${id} → ${spec.key} ${spec.cfgRev}`),
    replace: replace.map(({ id, next }) => `${id} → ${next.spec.key} ${next.spec.cfgRev}`),
    keptCount,
  };
}
const nothing = { start: [], retire: [], retarget: [], replace: [], keptCount: 0 };

interface Row {
  readonly name: string;
  readonly input: Partial<LoopChangesInput>;
  readonly plan: object;
}

const rows: readonly Row[] = [
  { name: 'S-043 a new target starts a loop', input: { wanted: wanted(['a']) }, plan: { ...nothing, start: ['a'] } },
  {
    name: 'S-043 a known target keeps its loop',
    input: { running: [runs('a')], wanted: wanted(['a']) },
    plan: { ...nothing, keptCount: 1 },
  },
  { name: 'S-043 a target that has gone retires its loop', input: { running: [runs('a')] }, plan: { ...nothing, retire: ['old a'] } },
  {
    name: 'S-024 a loop of an older revision with a reusable cache is retargeted',
    input: { running: [runs('a')], wanted: wanted(['a'], 2) },
    plan: { ...nothing, retarget: ['old a → a 2'] },
  },
  {
    name: 'S-024 a loop of an older revision is replaced where the cache is not reusable',
    input: { running: [runs('a')], wanted: wanted(['a'], 2), isCacheReusable: () => false },
    plan: { ...nothing, replace: ['old a → a 2'] },
  },
  {
    name: 'a target whose interval alone changed keeps its loop and cache',
    input: { running: [runs('a/15')], wanted: wanted(['a/30']) },
    plan: { ...nothing, retarget: ['old a/15 → a/30 1'] },
  },
  {
    name: 'two new targets that differ in their interval alone: neither is the old one',
    input: { running: [runs('a/15')], wanted: wanted(['a/30', 'a/60']) },
    plan: { ...nothing, start: ['a/30', 'a/60'], retire: ['old a/15'] },
  },
  {
    name: 'two old targets that differ in their interval alone: neither becomes the new one',
    input: { running: [runs('a/15'), runs('a/20')], wanted: wanted(['a/30']) },
    plan: { ...nothing, start: ['a/30'], retire: ['old a/15', 'old a/20'] },
  },
  {
    name: 'a changed interval under a configuration without a reusable cache starts anew',
    input: { running: [runs('a/15')], wanted: wanted(['a/30'], 2), isCacheReusable: () => false },
    plan: { ...nothing, start: ['a/30'], retire: ['old a/15'] },
  },
  {
    name: 'a target that is not known any more is nobody’s predecessor',
    input: { running: [runs('a/15')], wanted: wanted(['a/30']), identity: (key) => (key === 'a/15' ? undefined : 'a') },
    plan: { ...nothing, start: ['a/30'], retire: ['old a/15'] },
  },
];
for (const { name, input, plan } of rows) {
  test(name, () => assert.deepEqual(short(changes(input)), plan));
}

test('ids carry the job, the target and a new generation; targets whose keys begin alike are told apart', () => {
  const keys = ['aaaaaa01', 'aaaaaa02'];
  const alike = new Map(keys.map((key) => [key, { ...want(key), targetId: `web:80#${key.slice(0, 6)}` }]));
  const plan = changes({ wanted: alike });
  assert.deepEqual(
    plan.start.map(({ id }) => id),
    ['job/web:80#aaaaaa~5', 'job/web:80#aaaaaa02~5'],
  );
  assert.equal(plan.generation, 5);
});

test('a plan that starts nothing leaves the generation as it is', () => {
  assert.equal(changes({ running: [runs('a')], wanted: wanted(['a'], 2) }).generation, 4);
});

test('whatever runs and is wanted: afterwards each wanted target has exactly one loop, under the wanted spec', () => {
  const keys = fc.uniqueArray(fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1'));
  const running = keys.chain((keys) => fc.tuple(...keys.map((key) => fc.constantFrom(1, 2).map((cfgRev) => runs(key, cfgRev)))));
  fc.assert(
    fc.property(running, keys, fc.boolean(), (running, keys, isReusable) => {
      const input = { running, wanted: wanted(keys, 2), isCacheReusable: () => isReusable };
      const plan = changes(input);
      const touched = new Map<string, string | undefined>([
        ...plan.retire.map((id) => [id, undefined] as const),
        ...plan.retarget.map(({ id, spec }) => [id, spec.key] as const),
        ...plan.replace.map(({ id, next }) => [id, next.spec.key] as const),
      ]);
      assert.equal(touched.size, plan.retire.length + plan.retarget.length + plan.replace.length, 'a loop has one fate');
      const kept = running.filter(({ id }) => !touched.has(id));
      assert.equal(kept.length, plan.keptCount);
      const after = [...kept.map(({ spec }) => spec.key), ...plan.start.map(({ spec }) => spec.key), ...touched.values()].filter(
        (key) => key !== undefined,
      );
      assert.deepEqual(after.sort(), [...keys].sort());
      for (const { spec } of kept) assert.equal(spec.cfgRev, 2);
    }),
  );
});
