import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { AGENT_DEADLINES } from '../src/root/agent.machine.ts';
import { RootRig } from './root-rig.ts';
import type { ChildScript, EffectScript, Latency, RootScript } from './root-rig.ts';

/** The slack that the root allows its children and the flush beyond their own limits. */
const SLACK_MS = 1_000;
/** Longer than any round and any stop may take. */
const QUIET_MS = 2_000_000;

type Operation =
  | { readonly do: 'reload' | 'shutdown' | 'targets' | 'trigger' }
  | { readonly do: 'crash' | 'end'; readonly child: 'discovery' | 'scrape' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'script'; readonly script: Partial<RootScript> };

const latency: fc.Arbitrary<Latency> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, 10, 700) },
  { weight: 1, arbitrary: fc.constantFrom(5_000, 31_000) },
  { weight: 1, arbitrary: fc.constant('never' as const) },
);
const effect: fc.Arbitrary<EffectScript> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ takes: latency }) },
  { weight: 1, arbitrary: fc.record({ takes: latency, error: fc.constant('refused') }) },
  { weight: 1, arbitrary: fc.record({ takes: latency, crashes: fc.constant(true) }) },
);
const child: fc.Arbitrary<ChildScript> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ answers: latency, stops: latency }) },
  { weight: 1, arbitrary: fc.record({ answers: latency, stops: latency, refuses: fc.constant('refused') }) },
  { weight: 1, arbitrary: fc.record({ answers: latency, stops: latency, crashesAtStop: fc.constant(true) }) },
);
const script: fc.Arbitrary<Partial<RootScript>> = fc.record(
  { openStorage: effect, loadConfig: effect, applyStorage: effect, flush: effect, discovery: child, scrape: child },
  { requiredKeys: [] },
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reload' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(0, 1, 20, 1_000, 40_000, 400_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('script' as const), script }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('targets' as const, 'trigger' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('shutdown' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'end' as const), child: fc.constantFrom('discovery' as const, 'scrape') }),
  },
);

interface Run {
  readonly script: Partial<RootScript>;
  readonly operations: readonly Operation[];
}
const runs: fc.Arbitrary<Run> = fc.record({ script, operations: fc.array(operation, { maxLength: 12 }) });

/** Plays a run to its end: a shutdown and a time in which everything must be over. */
async function play({ script: first, operations }: Run): Promise<RootRig> {
  const rig = new RootRig(first);
  let requestCount = 0;
  for (const step of operations) {
    if (rig.isDone) break;
    if (step.do === 'reload') rig.reload(`r${++requestCount}`);
    if (step.do === 'targets') rig.send({ type: 'targetsUpdated', rev: 1 });
    if (step.do === 'trigger') rig.send({ type: 'triggerReload' });
    if (step.do === 'shutdown') rig.shutdown();
    if (step.do === 'crash' || step.do === 'end') rig[step.do](step.child);
    if (step.do === 'script') rig.script = { ...rig.script, ...step.script };
    await rig.pass(step.do === 'pass' ? step.ms : 0);
  }
  await rig.pass(QUIET_MS);
  const isLeftRunning = !rig.isDone;
  const answered = rig.emitted.flatMap((event) => (event.type === 'reloaded' ? event.requestIds : []));
  assert.equal(new Set(answered).size, answered.length, 'a request was answered twice');
  if (isLeftRunning) {
    assert.equal(rig.state, '"running"');
    assert.deepEqual([...answered].sort(), Array.from({ length: requestCount }, (_, index) => `r${index + 1}`).sort());
    rig.shutdown();
    await rig.pass(AGENT_DEADLINES.discoveryStopMs + rig.script.scrapeGraceMs + SLACK_MS + rig.script.flushDeadlineMs + SLACK_MS);
  }
  return rig;
}

function checkTrace(rig: RootRig): void {
  assert.deepEqual(rig.faults, []);
  assert.ok(rig.isDone, 'not stopped');
  assert.equal(rig.clock.pendingCount, 0, 'timers are left');
  const { story } = rig;
  const flushed = story.indexOf('flush');
  if (flushed >= 0) assert.ok(!story.slice(flushed).includes('scrape writes'), 'written after the flush had begun');
  const stopped = story.indexOf('scrape ← stop');
  if (stopped >= 0) assert.ok(!story.slice(stopped).some((what) => what.includes('targetsUpdated') || what.includes('applyConfig')));
  const revisions = story
    .filter((what) => what.startsWith('loadConfig') && !what.endsWith('aborted'))
    .map((what) => Number(what.split(' ')[1]));
  assert.deepEqual(
    revisions,
    [...new Set(revisions)].sort((a, b) => a - b),
    'a revision was loaded twice',
  );
  for (const rev of revisions) checkOrder(rig, rev);
}

/** The parts take a revision in their order, each after the one before has answered or had its time. */
function checkOrder({ story, trace, script: { scrapeGraceMs } }: RootRig, rev: number): void {
  const steps = [`loadConfig ${rev}`, `applyStorage ${rev}`, `scrape ← applyConfig ${rev}`, `discovery ← applyConfig ${rev}`];
  const places = steps.map((what) => story.indexOf(what));
  const reached = places.filter((place) => place >= 0);
  assert.deepEqual(places, [...reached, ...places.slice(reached.length).map(() => -1)], 'a part was left out');
  assert.deepEqual(
    reached,
    [...reached].sort((a, b) => a - b),
  );
  const [, , toScrape = -1, toDiscovery = -1] = places;
  if (toDiscovery < 0) return;
  const hasAnswered = story.slice(toScrape, toDiscovery).includes(`scrape answers ${rev}`);
  const waitedMs = (trace[toDiscovery]?.atMs ?? 0) - (trace[toScrape]?.atMs ?? 0);
  assert.ok(hasAnswered || waitedMs >= AGENT_DEADLINES.applyScrapeMs + scrapeGraceMs, 'discovery was ahead of scrape');
}

test('A-005 A-007 A-076 C-170 C-172 S-028 I8 I9 I10 I15 whatever its parts do, the root machine keeps their order and ends', async () => {
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      checkTrace(await play(run));
    }),
    { numRuns: 150 },
  );
});

test('I18 the same inputs lead to the same story', async () => {
  await fc.assert(
    fc.asyncProperty(runs, async (run) => {
      assert.deepEqual((await play(run)).trace, (await play(run)).trace);
    }),
    { numRuns: 20 },
  );
});
