import assert from 'node:assert/strict';
import test from 'node:test';
import * as faults from './simulation/faults.ts';
import { checkMarkers, checkQuiet, checkRun, STOP_MS_MAX } from './simulation/invariants.ts';
import { STEADY_JOB } from './simulation/landscape.ts';
import { Simulation } from './simulation/simulation.ts';
import { faultyAgent, realAgent } from './simulation/subject.ts';
import type { Fault, MakeSubject } from './simulation/subject.ts';

interface Seeded {
  readonly name: string;
  readonly fault: Fault;
  /** The agent that must pass; a sound one unless another fault is what the mechanism is there for. */
  readonly sound?: Fault;
  /** What the invariants say of the fault. */
  readonly noticed: RegExp;
  /** A short life in which the fault matters. */
  readonly live: (run: Simulation) => Promise<void>;
}

/** After a quiet time everything must be as the configuration says. */
async function quiet(run: Simulation): Promise<void> {
  await run.pass(80_000);
  const fromMs = run.clock.mono();
  await run.pass(30_000);
  checkQuiet(run, { fromMs, toMs: run.clock.mono() });
  checkMarkers(run);
}

const SEEDED: readonly Seeded[] = [
  {
    name: 'I10 flushing before scrape has stopped',
    fault: faults.flushesEarly,
    noticed: /^I10/,
    live: async (run) => {
      for (const host of ['t1', 't2']) run.web.behaviours.set(host, { takes: 4_000 });
      for (const consumer of run.consumers) consumer.hangs = true;
      await run.pass(30_000);
      while (run.web.inFlightCount === 0) await run.pass(100);
    },
  },
  { name: 'I17 discovery that does not publish', fault: faults.doesNotPublish, noticed: /^I17/, live: quiet },
  {
    name: 'I17 I19 a manager that does not wait for pools while it applies',
    fault: faults.doesNotWait,
    noticed: /^I1[79]/,
    live: async (run) => {
      for (const host of ['t1', 't2']) run.web.behaviours.set(host, { takes: 'never' });
      await run.pass(30_000);
      while (run.web.inFlightCount === 0) await run.pass(100);
      run.configure({});
      await run.pass(10);
      run.configure({ a: STEADY_JOB });
      await quiet(run);
    },
  },
  {
    name: 'A-005 I17 a reload lost while another is under way',
    fault: faults.losesReloads,
    noticed: /^(A-005|I17)/,
    live: async (run) => {
      for (const host of ['t1', 't2']) run.web.behaviours.set(host, { takes: 'never' });
      await run.pass(30_000);
      while (run.web.inFlightCount === 0) await run.pass(100);
      run.configure({ a: { ...STEADY_JOB, honorLabels: true } });
      await run.pass(10);
      run.configure({ a: { ...STEADY_JOB, version: '2' } });
      await quiet(run);
    },
  },
  {
    name: 'I8 a pool without a deadline for its stop',
    fault: faults.poolsWaitForEver,
    sound: faults.loopsDoNotStop,
    noticed: /^A-005 a reload/,
    live: async (run) => {
      await run.pass(30_000);
      run.configure({});
      await quiet(run);
    },
  },
  {
    name: 'a loop that does not say that it has released its target',
    fault: faults.loopsDoNotRelease,
    noticed: /^a sync/,
    live: async (run) => {
      run.configure({ a: { ...STEADY_JOB, source: 'httpA' } });
      run.discover('httpA', [{ env: '', targets: ['t1'] }]);
      await run.pass(60_000);
      run.discover('httpA', []);
      await quiet(run);
    },
  },
];

async function play(make: MakeSubject, live: Seeded['live']): Promise<readonly string[]> {
  const run = new Simulation(make, { jobs: { a: STEADY_JOB } });
  await run.start();
  await live(run);
  const stopMs = run.clock.mono();
  run.stop();
  await run.pass(STOP_MS_MAX + 900_000);
  checkRun(run, { stopMs, isUndisturbed: true });
  return [...run.violations];
}

for (const { name, fault, sound, noticed, live } of SEEDED) {
  test(`seeded fault, noticed: ${name}`, async () => {
    assert.deepEqual(await play(sound === undefined ? realAgent : faultyAgent(sound), live), []);
    const violations = await play(faultyAgent(fault), live);
    assert.ok(
      violations.some((violation) => noticed.test(violation)),
      violations.join() || 'nothing was noticed',
    );
  });
}

test('the parts put together for a fault behave as the agent does', async () => {
  const lives = [realAgent, faultyAgent({})].map(async (make) => {
    const run = new Simulation(make, { jobs: { a: STEADY_JOB, b: { ...STEADY_JOB, source: 'fileA' } } });
    run.discover('fileA', [{ env: 'x', targets: ['t3'] }]);
    await run.start();
    await run.pass(60_000);
    run.stop();
    await run.pass(STOP_MS_MAX);
    return run.lines;
  });
  const [real, assembled] = await Promise.all(lives);
  assert.ok((real?.length ?? 0) > 50);
  assert.deepEqual(assembled, real);
});
