import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { crowdMembers, Inspector, StatelyViewer, Viewer } from '@limpet/inspect';
import type { Agent } from '../src/agent.ts';
import { createAgent } from '../src/create-agent.ts';
import { SOURCES, STEADY_JOB } from './simulation/landscape.ts';
import type { Jobs } from './simulation/landscape.ts';
import { Simulation } from './simulation/simulation.ts';
import { subjectOfAgent } from './simulation/subject.ts';

/** A simulated agent with an inspector on it. */
function watched(jobs: Jobs): {
  readonly run: Simulation;
  readonly agent: Agent;
  readonly inspector: Inspector;
  readonly tick: () => void;
} {
  let held: Agent | undefined;
  const run = new Simulation(
    (options) => {
      held = createAgent(options);
      return subjectOfAgent(held);
    },
    { jobs },
  );
  assert.ok(held !== undefined);
  let tick = () => {};
  const inspector = new Inspector({
    source: held,
    wall: () => run.clock.wall(),
    every: (_, tell) => {
      tick = tell;
      return () => {};
    },
    onFault: (error) => assert.fail(String(error)),
  });
  return { run, agent: held, inspector, tick: () => tick() };
}

async function stop(run: Simulation): Promise<void> {
  run.stop();
  await run.pass(120_000);
}

/** What is really there, supervisor by supervisor. */
function reality(agent: Agent): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {};
  for (const { path, id, state } of crowdMembers(agent.actors(), { countMax: 1_000 }).members) {
    const crowd = (counts[path.slice(0, -id.length - 1)] ??= {});
    crowd[state] = (crowd[state] ?? 0) + 1;
  }
  return counts;
}

const jobs = fc.record(
  Object.fromEntries(
    ['a', 'b'].map((name) => [name, fc.record({ source: fc.constantFrom(...SOURCES), version: fc.constantFrom('1', '2') })]),
  ),
  { requiredKeys: [] },
);
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 60, 700, 5_000, 20_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('configure' as const), jobs }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('discover' as const), targets: fc.subarray(['t1', 't2', 't3']) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'watch anew' as const) }) },
);

test('what an inspector counts per pool and state is what there is, whatever the agent goes through', async () => {
  let comparisons = 0;
  let crashes = 0;
  const full = (chosen: Readonly<Record<string, object | undefined>>): Jobs =>
    Object.fromEntries(Object.entries(chosen).map(([name, job]) => [name, { ...STEADY_JOB, ...job }]));
  await fc.assert(
    fc.asyncProperty(jobs, fc.array(operation, { minLength: 3, maxLength: 14, size: 'max' }), async (first, operations) => {
      const { run, agent, inspector, tick } = watched(full(first));
      for (const source of ['httpA', 'httpB', 'fileA'] as const) run.discover(source, [{ env: 'x', targets: ['t1', 't2'] }]);
      let viewer = new Viewer(inspector, { wantsSteps: false });
      const seen = new Map<string, Readonly<Record<string, number>>>();
      await run.start();
      for (const step of operations) {
        if (step.do === 'configure') run.configure(full(step.jobs));
        if (step.do === 'discover') run.discover('httpA', [{ env: '', targets: step.targets }]);
        if (step.do === 'crash') run.clock.isCrashDue = true;
        if (step.do === 'watch anew') {
          viewer.close();
          seen.clear();
          viewer = new Viewer(inspector, { wantsSteps: false });
        }
        await run.pass(step.do === 'pass' ? step.ms : 0);
        tick();
        for (const message of viewer.take()) {
          if (message.type === 'gone') seen.delete(message.path);
          if (message.type === 'counts') for (const { path, states } of message.crowds) seen.set(path, states);
        }
        comparisons++;
        assert.deepEqual(Object.fromEntries([...seen].filter(([, states]) => Object.keys(states).length > 0)), reality(agent));
      }
      crashes += run.clock.crashCount;
      await stop(run);
    }),
    { numRuns: 60 },
  );
  assert.ok(comparisons > 200 && crashes > 5, `${comparisons} comparisons, ${crashes} crashes`);
});

test('actors and timers of a running agent can be asked for: every loop, and when it scrapes next', async () => {
  const { run, agent } = watched({ a: STEADY_JOB });
  await run.start();
  await run.pass(30_000);
  const actors = new Set([...agent.actors()].map(({ id }) => id));
  assert.deepEqual(
    ['agent', 'discovery', 'scrape', 'pool:a', 'loops'].filter((id) => !actors.has(id)),
    [],
  );
  const loop = [...agent.actors()].find(({ _parent }) => _parent?.id === 'loops');
  assert.ok(loop !== undefined);
  const [timer] = agent.timersOf(loop);
  assert.equal(timer?.id, 'xstate.after.untilNextTick.loop.idle.waiting');
  const before = run.web.scrapes.length;
  await run.pass(Math.floor(timer.remainingMs ?? 0) - 1);
  const [later] = agent.timersOf(loop);
  assert.ok((later?.remainingMs ?? 0) > 0 && (later?.remainingMs ?? 0) <= 2, 'it is the same timer');
  await run.pass(3);
  assert.ok(run.web.scrapes.length > before, 'the loop scrapes when it said that it would');
  await stop(run);
});

test('whatever an onlooker has in the spotlight, no secret of the configuration is told', async () => {
  const SECRET = 'hunter2';
  const credentials = `
    basic_auth: { username: me, password: ${SECRET}a }
    http_headers: { X-Key: { secrets: [${SECRET}b] } }
    params: { api_key: [${SECRET}c] }`;
  const text = `
scrape_configs:
  - job_name: a
    scrape_interval: 5s
    static_configs: [{ targets: ['t1:80', 't2:80'] }]${credentials}
  - job_name: b
    scrape_interval: 5s
    http_sd_configs: [{ url: 'http://me:${SECRET}d@sd.test/a?token=${SECRET}e', authorization: { credentials: ${SECRET}f } }]
remote_write: [{ url: 'http://me:${SECRET}g@rw.test/write', bearer_token: ${SECRET}h }]
`;
  const { run, agent, inspector, tick } = watched({});
  const told: string[] = [];
  const paths = new Set<string>();
  const seeAll = (): void => {
    const all = [...agent.actors()].map(pathOf).filter((path) => !paths.has(path));
    for (const path of all) paths.add(path);
    for (let index = 0; index < all.length; index += 20) {
      const spotlight = all.slice(index, index + 20);
      onlookers.push(new Viewer(inspector, { spotlight }), new StatelyViewer(inspector, spotlight));
    }
    for (const onlooker of onlookers) for (const message of onlooker.take()) told.push(JSON.stringify(message));
  };
  const onlookers: (Viewer | StatelyViewer)[] = [];
  run.web.behaviours.set('t2', { takes: 3, refuses: true });
  run.text = text;
  await run.start();
  for (let step = 0; step < 40; step++) {
    seeAll();
    await run.pass(500);
    tick();
  }
  await stop(run);
  seeAll();
  assert.ok(told.some((message) => message.includes('@xstate.snapshot')) && told.some((message) => message.includes('"detail"')));
  assert.ok(
    ['agent/scrape/pool:a/loops', 'agent/discovery'].every((path) => paths.has(path)),
    [...paths].join(' '),
  );
  assert.deepEqual(
    told.filter((message) => message.includes(SECRET)),
    [],
  );
});

function pathOf(ref: { readonly id: string; readonly _parent?: unknown }): string {
  const parent = ref._parent as { readonly id: string } | undefined;
  return parent === undefined ? ref.id : `${pathOf(parent)}/${ref.id}`;
}
