import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { LostAppends } from './simulation/faults.ts';
import { checkMarkers, checkQuiet, checkRun, STOP_MS_MAX } from './simulation/invariants.ts';
import { INTERVALS_S, SOURCES } from './simulation/landscape.ts';
import type { Group, Jobs, JobSpec, LiveSource } from './simulation/landscape.ts';
import { SD_HOST } from './simulation/scripted-web.ts';
import type { Behaviour, Opening } from './simulation/scripted-web.ts';
import { Simulation, TIMEOUTS_MS } from './simulation/simulation.ts';
import { faultyAgent, realAgent } from './simulation/subject.ts';
import type { MakeSubject } from './simulation/subject.ts';

type Operation =
  | { readonly do: 'configure'; readonly jobs: Jobs }
  | { readonly do: 'breakConfig' | 'reload' | 'crash' }
  | { readonly do: 'discover'; readonly source: LiveSource; readonly groups: readonly Group[] }
  | { readonly do: 'behave'; readonly host: string; readonly behaviour: Behaviour }
  | { readonly do: 'open'; readonly opening: Opening }
  | { readonly do: 'pass'; readonly ms: number };

interface Scenario {
  readonly jobs: Jobs;
  readonly cap: number;
  readonly seed: number;
  /** What service discovery says at first. */
  readonly answers: Readonly<Record<LiveSource, readonly Group[]>>;
  readonly operations: readonly Operation[];
  /** When the run is stopped: after a quiet time, as it is, or with a request in flight. */
  readonly ending: 'quiet' | 'at once' | 'amid a scrape';
  readonly hangs: 'nothing' | 'flush' | 'files';
}

const LIVE_SOURCES = SOURCES.filter((source) => source !== 'static');
const HOSTS = ['t1', 't2', 't3'] as const;

const spec: fc.Arbitrary<JobSpec> = fc.record({
  intervalS: fc.constantFrom(...INTERVALS_S),
  timeoutMs: fc.constantFrom(...TIMEOUTS_MS),
  version: fc.constantFrom('1', '2'),
  sampleLimit: fc.constantFrom(0, 100),
  honorLabels: fc.boolean(),
  targetLimit: fc.constantFrom(0, 0, 1),
  source: fc.constantFrom(...SOURCES),
});
const jobs = fc.record({ a: spec, b: spec, c: spec }, { requiredKeys: [] }) as fc.Arbitrary<Jobs>;
const groups: fc.Arbitrary<readonly Group[]> = fc.array(fc.record({ env: fc.constantFrom('', 'x'), targets: fc.subarray([...HOSTS]) }), {
  maxLength: 2,
  size: 'max',
});
const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ takes: fc.constantFrom(0, 5, 900, 2_600) }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Behaviour>({ takes: 'never' }, { takes: 3, status: 500 }, { takes: 3, refuses: true }, { takes: 60_000 }),
  },
);
const opening: fc.Arbitrary<Opening> = fc.constantFrom<Opening>(
  { takes: 0 },
  { takes: 0, refuses: true },
  { takes: 1_500 },
  { takes: 45_000 },
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 60, 700, 5_000, 12_000, 20_000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('configure' as const), jobs }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('discover' as const), source: fc.constantFrom(...LIVE_SOURCES), groups }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('behave' as const), host: fc.constantFrom(...HOSTS, SD_HOST), behaviour }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('breakConfig' as const, 'reload' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const), opening }) },
);
const scenario: fc.Arbitrary<Scenario> = fc.record({
  jobs,
  cap: fc.constantFrom(1, 2, 4, 1_000),
  seed: fc.nat(),
  answers: fc.record({ httpA: groups, httpB: groups, fileA: groups }),
  operations: fc.array(operation, { minLength: 4, maxLength: 14, size: 'max' }),
  ending: fc.constantFrom('quiet', 'quiet', 'at once', 'amid a scrape'),
  hangs: fc.constantFrom('nothing', 'nothing', 'flush', 'files'),
});

/** Long enough for a slow opening, a refresh, the throttle of discovery, a tick, and markers of the longest interval. */
const SETTLE_MS = 110_000;
/** Three of the longest interval, six and nine of the others. */
const WINDOW_MS = 45_000;
/** Nothing that is left could wait so long. */
const AFTERMATH_MS = 900_000;

async function play(make: MakeSubject, given: Scenario, calm: () => void = () => {}): Promise<Simulation> {
  const { jobs: first, cap, seed, answers, operations, ending, hangs } = given;
  const run = new Simulation(make, { jobs: first, cap, seed });
  for (const source of LIVE_SOURCES) run.discover(source, answers[source]);
  let isUndisturbed = cap === 1_000 && make === realAgent;
  await run.start();
  for (const step of operations) {
    if (step.do === 'configure') run.configure(step.jobs);
    if (step.do === 'breakConfig') run.breakConfig();
    if (step.do === 'reload') run.reload();
    if (step.do === 'crash') run.clock.isCrashDue = true;
    if (step.do === 'discover') run.discover(step.source, step.groups);
    if (step.do === 'behave') run.web.behaviours.set(step.host, step.behaviour);
    if (step.do === 'open') {
      run.web.opening = step.opening;
      isUndisturbed = false;
    }
    await run.pass(step.do === 'pass' ? step.ms : 0);
  }
  if (ending === 'quiet') {
    calm();
    await quieten(run);
  }
  if (ending === 'amid a scrape') for (let step = 0; step < 200 && run.web.inFlightCount === 0; step++) await run.pass(100);
  for (const consumer of run.consumers.slice(1)) consumer.hangs = hangs === 'flush';
  run.files.hangs = hangs === 'files';
  if (hangs === 'files') run.discover('fileA', [{ env: 'y', targets: ['t1'] }]);
  const stopMs = run.clock.mono();
  run.stop();
  await run.pass(STOP_MS_MAX + AFTERMATH_MS);
  checkRun(run, { stopMs, isUndisturbed });
  return run;
}

/** The world calms down; after a while the agent must do what its configuration says and nothing else. */
async function quieten(run: Simulation): Promise<void> {
  run.clock.isCrashDue = false;
  run.web.opening = { takes: 0 };
  for (const [host, { takes }] of run.web.behaviours) if (takes !== 3 || host === SD_HOST) run.web.behaviours.delete(host);
  run.configure(run.jobs);
  await run.pass(SETTLE_MS);
  const fromMs = run.clock.mono();
  await run.pass(WINDOW_MS);
  checkQuiet(run, { fromMs, toMs: run.clock.mono() });
  checkMarkers(run);
}

test('I1 I2 I5 I8 I9 I10 I11 I12 I15 I16 I17 I19 I20 whatever its world does, a whole agent keeps its invariants and accounts for every tick', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const run = await play(realAgent, given);
      assert.deepEqual([...run.violations], []);
      assert.equal(run.exitCode, 0);
    }),
    { numRuns: 120 },
  );
});

test('I8 I9 I10 I17 appends that never complete silence no target for ever and hold up no stop', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, fc.constantFrom(1, 3, 7), async (given, every) => {
      const fault = new LostAppends(every);
      const run = await play(faultyAgent(fault), given, () => (fault.every = 0));
      assert.deepEqual([...run.violations], []);
      assert.equal(run.exitCode, 0);
    }),
    { numRuns: 30 },
  );
});

test('I18 equal inputs lead to equal requests, samples and messages', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      assert.deepEqual((await play(realAgent, given)).lines, (await play(realAgent, given)).lines);
    }),
    { numRuns: 15 },
  );
});
