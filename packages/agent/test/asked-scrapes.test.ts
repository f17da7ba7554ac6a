import assert from 'node:assert/strict';
import test from 'node:test';
import type { AgentEventOf, AnyAgentEvent } from '@limpet/events';
import type { Agent } from '../src/agent.ts';
import { createAgent } from '../src/create-agent.ts';
import { ASKED_COUNT_MAX, ASKED_MS_MAX } from '../src/on-demand/asked-scrapes.ts';
import { STEADY_JOB } from './simulation/landscape.ts';
import { Simulation } from './simulation/simulation.ts';
import { subjectOfAgent } from './simulation/subject.ts';

async function running(cap = 1_000) {
  const events: AnyAgentEvent[] = [];
  let made: Agent | undefined;
  const run = new Simulation(
    (options) => {
      made = createAgent(options);
      made.onAny((event) => events.push(event));
      return subjectOfAgent(made);
    },
    { jobs: { a: { ...STEADY_JOB, source: 'httpA' } }, cap },
  );
  run.discover('httpA', [{ env: '', targets: ['t1'] }]);
  assert.ok(made !== undefined);
  const agent = made;
  await run.start();
  await run.pass(30_000);
  const [target] = agent.targets().active;
  assert.ok(target !== undefined);
  const samples = () => run.consumer.samples.filter(({ metric }) => metric === 'up');
  /** `beside`: samples that were stored beside the grid, which the account of ticks must not know. */
  const end = async (beside = 0) => {
    run.stop();
    await run.pass(60_000);
    const violations = [...run.violations];
    assert.deepEqual(
      violations.filter((violation) => !violation.endsWith('no tick for it')),
      [],
    );
    assert.equal(violations.length, beside);
  };
  return { run, agent, id: target.id, events, samples, end };
}

test('a look at a target gives its answer and leaves no sample; a commit stores one, and the grid stays', async () => {
  const { run, agent, id, events, samples, end } = await running();
  const before = samples();
  const looked = agent.scrapeNow(id, { purpose: 'view', by: 'a test' });
  await run.pass(20);
  const view = await looked;
  assert.deepEqual([view.ok, view.isJoined, samples().length], [true, false, before.length]);
  assert.equal(view.bodyBytes, view.body?.length);
  assert.ok(view.sampleCount > 0 && new TextDecoder().decode(view.body).length > 0);
  const committed = agent.scrapeNow(id, { purpose: 'commit', by: 'a test' });
  await run.pass(20);
  const commit = await committed;
  assert.deepEqual([commit.ok, commit.body, samples().length], [true, undefined, before.length + 1]);
  await run.pass(30_000);
  const [, ...gaps] = samples().map(({ timestampMs }, index, all) => timestampMs - (all[index - 1]?.timestampMs ?? 0));
  assert.equal(
    gaps.filter((gap) => gap === STEADY_JOB.intervalS * 1_000).length,
    gaps.length - 2,
    'one sample lies between two of the grid',
  );
  const told = events.filter(({ type }) => type === 'target.scrapedOnDemand') as unknown as AgentEventOf<'target.scrapedOnDemand'>[];
  assert.deepEqual(
    told.map(({ purpose, by, ok, id: about }) => [purpose, by, ok, about]),
    [
      ['view', 'a test', true, id],
      ['commit', 'a test', true, id],
    ],
  );
  const [{ totals } = { totals: { outcomes: {} } }] = agent.gaps();
  assert.deepEqual(Object.keys(totals.outcomes), ['scraped'], 'no tick was lost, none was counted twice');
  await end(1);
});

test('never are there two requests to a target: the one under way answers', async () => {
  const { run, agent, id, end } = await running();
  run.web.behaviours.set('t1', { takes: 900 });
  const answers = [1, 2, 3].map(() => agent.scrapeNow(id, { purpose: 'view', by: 'x' }));
  assert.equal(run.web.inFlightCount, 1);
  await run.pass(1_000);
  assert.deepEqual(
    (await Promise.all(answers)).map(({ ok, isJoined }) => [ok, isJoined]),
    [
      [true, false],
      [true, true],
      [true, true],
    ],
  );
  await end();
});

test('a target that fails says why; one that is unknown or goes meanwhile is refused', async () => {
  const { run, agent, id, end } = await running();
  run.web.behaviours.set('t1', { takes: 3, status: 500 });
  const failing = agent.scrapeNow(id, { purpose: 'view', by: 'x' });
  await run.pass(20);
  assert.deepEqual([(await failing).ok, (await failing).reason], [false, 'status']);
  assert.deepEqual((await agent.scrapeNow('nobody', { purpose: 'view', by: 'x' })).error, 'there is no such target');
  run.web.behaviours.set('t1', { takes: 'never' });
  const hanging = agent.scrapeNow(id, { purpose: 'commit', by: 'x' });
  await run.pass(10_000);
  assert.deepEqual([(await hanging).ok, (await hanging).reason], [false, 'timeout']);
  const cut = agent.scrapeNow(id, { purpose: 'view', by: 'x' });
  await end(1);
  assert.equal((await cut).ok, false);
});

test('requests that wait are bounded in number and in time', async () => {
  const { run, agent, id, end } = await running(1);
  run.web.behaviours.set('t1', { takes: 'never' });
  const answers = Array.from({ length: ASKED_COUNT_MAX + 1 }, () => agent.scrapeNow(id, { purpose: 'view', by: 'x' }));
  assert.equal((await answers.at(-1))?.error, 'too many scrapes are asked for already');
  await run.pass(ASKED_MS_MAX);
  assert.ok((await Promise.all(answers)).every(({ ok }) => !ok));
  await end();
});
