import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { INTERVALS_S, SOURCES } from '../../agent/test/simulation/landscape.ts';
import type { Group, Jobs, JobSpec, LiveSource } from '../../agent/test/simulation/landscape.ts';
import { SD_HOST } from '../../agent/test/simulation/scripted-web.ts';
import type { Behaviour, Opening } from '../../agent/test/simulation/scripted-web.ts';
import { TIMEOUTS_MS } from '../../agent/test/simulation/simulation.ts';
import { differenceText, replayExact } from '../src/index.ts';
import { RecordedSimulation } from './recorded-simulation.ts';

type Operation =
  | { readonly do: 'configure'; readonly jobs: Jobs }
  | { readonly do: 'breakConfig' | 'reload' | 'stop' }
  | { readonly do: 'discover'; readonly source: LiveSource; readonly groups: readonly Group[] }
  | { readonly do: 'behave'; readonly host: string; readonly behaviour: Behaviour }
  | { readonly do: 'open'; readonly opening: Opening }
  | { readonly do: 'clock'; readonly byMs: number; readonly isSuspended: boolean }
  | { readonly do: 'pass'; readonly ms: number };

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
const jobs = fc.record({ a: spec, b: spec }, { requiredKeys: ['a'] }) as fc.Arbitrary<Jobs>;
const groups = fc.array(fc.record({ env: fc.constantFrom('', 'x'), targets: fc.subarray([...HOSTS]) }), { maxLength: 2 });
const behaviour = fc.constantFrom<Behaviour>(
  { takes: 0 },
  { takes: 900 },
  { takes: 2_600 },
  { takes: 'never' },
  { takes: 3, status: 500 },
  { takes: 3, refuses: true },
);
const opening = fc.constantFrom<Opening>({ takes: 0 }, { takes: 0, refuses: true }, { takes: 1_500 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 60, 700, 5_000, 12_000, 20_000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('configure' as const), jobs }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('discover' as const), source: fc.constantFrom(...LIVE_SOURCES), groups }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('behave' as const), host: fc.constantFrom(...HOSTS, SD_HOST), behaviour }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('breakConfig' as const, 'reload' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const), opening }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('clock' as const), byMs: fc.constantFrom(-3_600_000, 700, 40_000), isSuspended: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant<Operation>({ do: 'stop' }) },
);

test('I18 whatever happens to a recorded run, it replays equal: 100 runs', async () => {
  let sampled = 0;
  const property = fc.asyncProperty(
    fc.record({ jobs, cap: fc.constantFrom(1, 2, 1_000), operations: fc.array(operation, { minLength: 4, maxLength: 14, size: 'max' }) }),
    async ({ jobs: first, cap, operations }) => {
      const run = new RecordedSimulation({ jobs: first, cap });
      for (const source of LIVE_SOURCES) run.simulation.discover(source, [{ env: '', targets: ['t1', 't2'] }]);
      await run.start();
      await run.pass(12_000);
      for (const step of operations) await take(run, step);
      await run.pass(20_000);
      const { source } = await run.close();
      const { difference, inputCount } = await replayExact({ source });
      assert.equal(difference === undefined ? '' : differenceText(difference), '');
      assert.ok(inputCount > 0);
      if (run.simulation.consumer.samples.length > 0) sampled++;
    },
  );
  await fc.assert(property, { numRuns: 100 });
  assert.ok(sampled > 50, `only ${sampled} runs have samples to compare`);
});

async function take(run: RecordedSimulation, step: Operation): Promise<void> {
  const { simulation } = run;
  if (step.do === 'configure') simulation.configure(step.jobs);
  if (step.do === 'breakConfig') simulation.breakConfig();
  if (step.do === 'reload') simulation.reload();
  if (step.do === 'stop') simulation.stop();
  if (step.do === 'discover') simulation.discover(step.source, step.groups);
  if (step.do === 'behave') simulation.web.behaviours.set(step.host, step.behaviour);
  if (step.do === 'open') simulation.web.opening = step.opening;
  if (step.do === 'clock' && step.isSuspended) simulation.clock.suspend(Math.abs(step.byMs));
  if (step.do === 'clock' && !step.isSuspended) simulation.clock.stepWall(step.byMs);
  await run.pass(step.do === 'pass' ? step.ms : 0);
}
