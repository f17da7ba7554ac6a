import assert from 'node:assert/strict';
import test from 'node:test';
import type { Plan, PlanInput, PoolWork, RunningLoop } from '@limpet/scrape';
import { RELOAD_JOBS_MAX, ReloadTally } from './reload-tally.ts';
import type { ReloadLoops } from './reload-tally.ts';

const spec = (key: string): RunningLoop['spec'] => ({ key, intervalMs: 1_000, timeoutMs: 500, cfgRev: 2, offsetHash: '0' });
const loop = (id: string): RunningLoop => ({ id, spec: spec(id) });

interface Does {
  readonly start?: readonly string[];
  readonly retire?: readonly string[];
  readonly retarget?: readonly string[];
  readonly replace?: readonly (readonly [string, string])[];
  readonly kept?: number;
}

class Bench {
  readonly settled: [number, ReloadLoops][] = [];
  readonly tally = new ReloadTally((revision, loops) => this.settled.push([revision, loops]));

  begin(removed: readonly string[] = []): void {
    this.tally.begin(2, { removed }, () => 3);
  }

  cycle(job: string, work: PoolWork, targetsRev: number, { start = [], retire = [], retarget = [], replace = [], kept = 0 }: Does): void {
    const input: PlanInput = { job, work, targetsRev, cfgRev: 2, previousCfgRev: 1, running: [], generation: 1 };
    const plan: Plan = {
      ok: true,
      start: start.map(loop),
      retire,
      retarget: retarget.map(loop),
      replace: replace.map(([id, next]) => ({ id, next: loop(next) })),
      keptCount: kept,
      droppedCount: 0,
      failedCount: 0,
      generation: 1,
      forced: null,
    };
    this.tally.planned(input, plan);
    this.tally.reconciled({ job });
  }
}

test('S-026 the two steps of a reload count once for each loop', () => {
  const bench = new Bench();
  bench.begin(['gone']);
  bench.cycle('a', 'reload', 4, { retarget: ['1', '2'], replace: [['3', '4']], kept: 1 });
  bench.tally.applied(4);
  bench.tally.syncing(5, { jobs: ['a', 'b'] });
  bench.cycle('b', 'sync', 5, { kept: 6 });
  assert.equal(bench.tally.loops.isSettled, false);
  bench.cycle('a', 'sync', 5, { retarget: ['1'], retire: ['4'], start: ['9'], kept: 2 });
  assert.deepEqual(bench.settled, [[2, bench.tally.loops]]);
  assert.deepEqual(bench.tally.loops, {
    counts: { added: 1, kept: 7, retargeted: 2, restarted: 0, removed: 4 },
    jobs: [
      { job: 'a', counts: { added: 1, kept: 1, retargeted: 2, restarted: 0, removed: 1 } },
      { job: 'gone', counts: { added: 0, kept: 0, retargeted: 0, restarted: 0, removed: 3 } },
    ],
    jobsOmitted: 0,
    isSettled: true,
  });
});

test('S-026 a sync with targets from before the reload does not settle it, later ones change nothing any more', () => {
  const bench = new Bench();
  bench.begin();
  bench.tally.syncing(4, { jobs: ['a'] });
  bench.cycle('a', 'sync', 4, { kept: 1 });
  bench.tally.applied(4);
  assert.equal(bench.settled.length, 0);
  bench.tally.syncing(5, { jobs: ['a'] });
  bench.cycle('a', 'sync', 5, { kept: 1, start: ['2'] });
  bench.tally.syncing(6, { jobs: ['a'] });
  bench.cycle('a', 'sync', 6, { retire: ['2'], kept: 1 });
  assert.equal(bench.settled.length, 1);
  assert.deepEqual(bench.tally.loops.counts, { added: 1, kept: 1, retargeted: 0, restarted: 0, removed: 0 });
});

test('a plan that was not carried out counts for nothing, nor does a repair from before the reload', () => {
  const bench = new Bench();
  const input: PlanInput = { job: 'a', work: 'sync', targetsRev: 4, cfgRev: 1, previousCfgRev: 1, running: [], generation: 1 };
  bench.tally.planned(input, { ok: false, error: 'given up' });
  bench.tally.reconciled({ job: 'a' });
  bench.tally.planned(input, {
    ok: true,
    start: [loop('1')],
    retire: [],
    retarget: [],
    replace: [],
    keptCount: 0,
    droppedCount: 0,
    failedCount: 0,
    generation: 1,
    forced: null,
  });
  bench.begin();
  bench.tally.reconciled({ job: 'a' });
  assert.equal(bench.tally.loops.counts.added, 0);
});

test('jobs are named up to a limit and counted beyond it', () => {
  const bench = new Bench();
  bench.begin();
  bench.tally.applied(1);
  const jobs = Array.from({ length: RELOAD_JOBS_MAX + 5 }, (_, index) => `job-${index}`);
  bench.tally.syncing(2, { jobs });
  for (const job of jobs) bench.cycle(job, 'sync', 2, { start: [job] });
  const { counts, jobs: named, jobsOmitted, isSettled } = bench.tally.loops;
  assert.deepEqual([counts.added, named.length, jobsOmitted, isSettled], [jobs.length, RELOAD_JOBS_MAX, 5, true]);
});
