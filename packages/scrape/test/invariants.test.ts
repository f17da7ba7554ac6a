import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { AnyStateMachine, AnyTransitionDefinition } from 'xstate';
import { loopMachine } from '../src/loop/loop.machine.ts';
import { scrapeMachine } from '../src/manager/scrape.machine.ts';
import { poolMachine } from '../src/pool/pool.machine.ts';
import { labelOf, transitionsOf } from './exploration.ts';
import { play, scenario } from './scenario.ts';

const RUNS = Number(process.env['LIMPET_PROPERTY_RUNS'] ?? 250);

test('I1 I2 I3 I4 I5 I6 I7 I8 I9 I11 I14 I16 I17 I19 I20 hold, and every tick has one outcome, for random targets, configurations, waits, failures, hangs, lost answers and crashes', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (played) => {
      const { violations } = await play(played);
      assert.deepEqual(violations, []);
    }),
    { numRuns: RUNS },
  );
});

test('I18 the same inputs lead to the same transitions and the same happenings', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (played) => {
      const [first, second] = [(await play(played)).world, (await play(played)).world];
      assert.deepEqual(second.steps, first.steps);
      assert.deepEqual(second.happenings, first.happenings);
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
});

const RARE = 'needs the queue and a change within milliseconds: in the table of the loop';
const NO_LOOPS = 'a pool that never had a client has no loops';
const SOUND = 'the level below ends in time: proved by the seeded faults';

/** Transitions that the random runs do not take, and why; everything else is taken. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'loop.fetching.queued forcedError': RARE,
  'loop.fetching.queued forcedError [isForcingAsked]': RARE,
  'loop.fetching.queued forcedError [isForcing]': RARE,
  'loop.marking scrapeNow': 'markers are written within milliseconds: in the table of the loop',
  'pool.failed loopCrashed': NO_LOOPS,
  'pool.failed loopCrashed [isMissed]': NO_LOOPS,
  'pool.failed repair': NO_LOOPS,
  'pool.opening loopCrashed': RARE,
  'pool.opening reconfigure': 'the manager applies nothing while a pool opens its first client',
  'pool.reconciling.draining xstate.after.drainDeadline.pool.reconciling.draining': SOUND,
  'pool.stopping xstate.after.stopDeadline.pool.stopping': SOUND,
  'scrape.reloading xstate.after.reloadDeadline.scrape.reloading': SOUND,
  'scrape.stopping xstate.after.stopDeadline.scrape.stopping': SOUND,
  'scrape xstate.error.actor.*': 'a pool crashes only through a fault of its own: in the tests of the manager',
};

test('the random runs take every transition of the machines but those named', async () => {
  const taken = new Set<string>();
  const onTransition = (transition: AnyTransitionDefinition) => void taken.add(labelOf(transition));
  for (const played of fc.sample(scenario, { seed: 20_260_101, numRuns: 700 })) await play(played, { onTransition });
  const all = [loopMachine, poolMachine, scrapeMachine].flatMap((machine) => changing(machine as unknown as AnyStateMachine));
  const untaken = all.filter((label) => !taken.has(label));
  assert.deepEqual(untaken.sort(), Object.keys(EXCEPTIONS).sort());
});

/** Transitions that do something; those that only say that an event is ignored are in the tables. */
function changing(machine: AnyStateMachine): readonly string[] {
  return transitionsOf(machine)
    .filter(({ target, actions }) => target !== undefined || actions.length > 0)
    .map((transition) => labelOf(transition));
}
