import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseConfig } from '@limpet/config';
import type { Config } from '@limpet/config';
import { labelsObject } from '@limpet/model';
import type { Agent } from '../src/agent.ts';
import { createAgent } from '../src/create-agent.ts';
import type { LoopPlan } from '../src/reload/job-plan.ts';
import { LOOP_CHANGES } from '../src/reload/loop-fates.ts';
import type { ReloadPlan } from '../src/reload/reload-plan.ts';
import { configTextOf, seriesKey, SOURCES } from './simulation/landscape.ts';
import type { Group, Jobs, JobSpec, LiveSource } from './simulation/landscape.ts';
import { PoolOrders } from './simulation/pool-orders.ts';
import { Simulation } from './simulation/simulation.ts';
import { subjectOfAgent } from './simulation/subject.ts';

/** Long enough for every first scrape of the longest interval. */
const WARM_UP_MS = 25_000;
/** Tick, throttle, a poll of discovery, and more than two of the longest intervals. */
const AFTER_MS = 60_000;

const spec: fc.Arbitrary<JobSpec> = fc.record({
  intervalS: fc.constantFrom(5, 10, 15),
  timeoutMs: fc.constantFrom(2_750, 4_250),
  version: fc.constantFrom('1', '2'),
  sampleLimit: fc.constantFrom(0, 100),
  honorLabels: fc.boolean(),
  targetLimit: fc.constantFrom(0, 0, 0, 1),
  source: fc.constantFrom(...SOURCES),
});
const groups: fc.Arbitrary<readonly Group[]> = fc.array(
  fc.record({ env: fc.constantFrom('', 'x'), targets: fc.subarray(['t1', 't2', 't3']) }),
  { maxLength: 2, size: 'max' },
);
const jobs = fc.record({ a: spec, b: spec, c: spec }, { requiredKeys: [] }) as fc.Arbitrary<Jobs>;
/** Mostly the same jobs with a field or two changed: unlike ones would only be restarted. */
const jobsAndNext: fc.Arbitrary<readonly [Jobs, Jobs]> = fc.oneof(
  fc.tuple(jobs, jobs),
  fc
    .tuple(jobs, fc.record({ intervalS: fc.constant(5), timeoutMs: fc.constant(2_750), sampleLimit: fc.constant(7) }, { requiredKeys: [] }))
    .map(
      ([before, change]) => [before, Object.fromEntries(Object.entries(before).map(([job, old]) => [job, { ...old, ...change }]))] as const,
    ),
);

interface Given {
  readonly jobs: readonly [Jobs, Jobs];
  readonly answers: Readonly<Record<LiveSource, readonly Group[]>>;
  /** What the target file says shortly before the reload. */
  readonly news: readonly Group[] | undefined;
  readonly afterMs: number;
}

const given: fc.Arbitrary<Given> = fc.record({
  jobs: jobsAndNext,
  answers: fc.record({ httpA: groups, httpB: groups, fileA: groups }),
  news: fc.option(groups, { nil: undefined }),
  afterMs: fc.integer({ min: 0, max: 15_000 }),
});

interface Played {
  readonly plan: ReloadPlan;
  readonly orders: PoolOrders;
  readonly agent: Agent;
  readonly run: Simulation;
  readonly before: ReadonlyMap<string, string>;
  readonly reloadMs: number;
}

/** Asks for the plan, then reloads and lets everything settle. */
async function play({ jobs: [first, next], answers, news, afterMs }: Given): Promise<Played> {
  let held: Agent | undefined;
  const run = new Simulation((options) => subjectOfAgent((held = createAgent(options))), { jobs: first });
  assert.ok(held !== undefined);
  const agent = held;
  for (const source of ['httpA', 'httpB', 'fileA'] as const) run.discover(source, answers[source]);
  await run.start();
  await run.pass(WARM_UP_MS + afterMs);
  if (news !== undefined) run.discover('fileA', news);
  await run.pass(news === undefined ? 0 : 1);
  const before = new Map(agent.targets().active.map(({ id, pool }) => [id, pool]));
  const planned = agent.plan(configOf(next));
  await run.pass(0);
  const plan = await planned;
  const orders = new PoolOrders();
  run.subject.inspect(orders.observe);
  const reloadMs = run.clock.mono();
  run.configure(next);
  await run.pass(AFTER_MS);
  return { plan, orders, agent, run, before, reloadMs };
}

function configOf(next: Jobs): Config {
  const parsed = parseConfig({ file: 'next.yml', text: configTextOf(next) });
  if (!parsed.ok) throw parsed.error;
  return parsed.value.config;
}

test('S-020 S-024 S-026 S-027 S-043 a plan says of every loop what the pools then do to it, and the report counts it', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(given, async (chosen) => {
      const { plan, orders, agent, run, before } = await play(chosen);
      const active = agent.targets().active;
      assert.deepEqual([...plannedIds(plan)].sort(), [...before.keys()].sort(), 'every loop is in the plan');
      for (const { job, loops, undiscovered } of plan.jobs) {
        for (const { id, change } of loops) {
          if (id !== undefined && change !== 'unknown') assert.equal(orders.fateOf({ id, job }), change, `${id} of ${job}`);
          seen.add(change);
        }
        if (undiscovered.length > 0) continue;
        const added = active
          .filter(({ id, pool }) => pool === job && orders.added.has(id))
          .map(({ url, intervalMs }) => `${url} ${intervalMs}`);
        const foreseen = loops.filter(({ change }) => change === 'added').map(({ url, intervalMs }) => `${url} ${intervalMs}`);
        assert.deepEqual(added.sort(), foreseen.sort(), `new loops of ${job}`);
      }
      const counts = { added: orders.added.size, kept: 0, retargeted: 0, restarted: 0, removed: 0 };
      for (const [id, job] of before) counts[orders.fateOf({ id, job })]++;
      const reported = agent.status().lastReload?.loops;
      assert.deepEqual({ settled: reported?.isSettled, counts: reported?.counts }, { settled: true, counts });
      await stop(run);
    }),
    { numRuns: 60, seed: 3 },
  );
  assert.deepEqual(
    [...LOOP_CHANGES, 'unknown'].filter((change) => !seen.has(change)),
    [],
    'the runs were too much alike',
  );
});

function* plannedIds({ jobs: planned }: ReloadPlan): Iterable<string> {
  for (const { loops } of planned) for (const { id } of loops) if (id !== undefined) yield id;
}

test('S-026 S-027 S-141 the gap that a plan names is the one that the targets see', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(given, async (chosen) => {
      const { plan, run, reloadMs } = await play(chosen);
      for (const { loops, undiscovered, forced, job } of plan.jobs) {
        const wasForced = chosen.jobs[0][job]?.targetLimit === 1;
        if (undiscovered.length > 0 || forced !== null || wasForced) continue;
        for (const loop of loops) {
          seen.add(loop.gap.kind);
          checkGap(run, loop, reloadMs);
        }
      }
      await stop(run);
    }),
    { numRuns: 40, seed: 4 },
  );
  assert.deepEqual([...seen].sort(), ['ends', 'newSeriesCache', 'none', 'realign', 'starts']);
});

function checkGap(run: Simulation, { url, gap, intervalMs, labels }: LoopPlan, reloadMs: number): void {
  const starts = run.web.scrapes.filter((scrape) => scrape.url === url).map(({ startMs }) => startMs);
  const lastBefore = starts.findLast((startMs) => startMs <= reloadMs);
  const after = starts.filter((startMs) => startMs > reloadMs);
  if (gap.kind === 'ends') {
    const markers = run.consumer.samples.filter(
      ({ atMs, metric, target, value }) =>
        atMs > reloadMs && metric === 'up' && value === 'stale' && target === seriesKey(labelsObject(labels)),
    );
    const isOwed = gap.markers && lastBefore !== undefined;
    assert.equal(markers.length, isOwed ? 1 : 0, `end-of-run markers of ${url}`);
    return;
  }
  if (gap.kind === 'undiscovered') return;
  const upToMs = gap.kind === 'none' ? intervalMs : gap.upToMs;
  const from = gap.kind === 'starts' ? reloadMs + RELOAD_TO_SYNC_MS : lastBefore;
  if (from === undefined) return;
  const waits = [from, ...after].map((startMs, index, all) => (all[index + 1] ?? run.clock.mono()) - startMs);
  assert.ok(Math.max(...waits) <= upToMs + SLACK_MS, `${gap.kind} ${url}: waits ${waits.join(' ')}, at most ${upToMs}`);
  if (gap.kind === 'none')
    assert.ok(
      waits.slice(0, -1).every((wait) => Math.abs(wait - intervalMs) < SLACK_MS),
      `${url}: ${waits.join(' ')}`,
    );
}

/** The tick after the throttle of discovery. */
const RELOAD_TO_SYNC_MS = 10_000;
/** Grid points are no whole milliseconds. */
const SLACK_MS = 2;

async function stop(run: Simulation): Promise<void> {
  run.stop();
  await run.pass(10_000);
  assert.deepEqual([...run.violations], [], 'every tick has one outcome, and the other invariants of a run');
}
