import assert from 'node:assert/strict';
import test from 'node:test';
import { EVENT_CATALOGUE } from '@limpet/events';
import type { AgentEventOf, AgentEventType, AnyAgentEvent } from '@limpet/events';
import type { Agent } from '../src/agent.ts';
import { createAgent } from '../src/create-agent.ts';
import { STEADY_JOB } from './simulation/landscape.ts';
import type { Jobs } from './simulation/landscape.ts';
import { Simulation } from './simulation/simulation.ts';
import { subjectOfAgent } from './simulation/subject.ts';

/** An agent in a world of its own, with every event it told. */
function listened(jobs: Jobs): { readonly run: Simulation; readonly agent: Agent; readonly events: AnyAgentEvent[] } {
  const events: AnyAgentEvent[] = [];
  let made: Agent | undefined;
  const run = new Simulation(
    (options) => {
      made = createAgent(options);
      made.onAny((event) => events.push(event));
      return subjectOfAgent(made);
    },
    { jobs },
  );
  assert.ok(made !== undefined);
  return { run, agent: made, events };
}

function of<Type extends AgentEventType>(events: readonly AnyAgentEvent[], type: Type): readonly AgentEventOf<Type>[] {
  return events.filter((event) => event.type === type) as unknown as readonly AgentEventOf<Type>[];
}

/** A life with everything in it: targets that come, flap, exceed a limit, hang and go; reloads, one of them broken. */
async function eventful() {
  const { run, agent, events } = listened({ a: { ...STEADY_JOB, intervalS: 5, source: 'httpA' }, b: STEADY_JOB });
  run.discover('httpA', [{ env: '', targets: ['t1', 't2'] }]);
  await run.start();
  await run.pass(30_000);
  for (let round = 0; round < 6; round++) {
    run.web.behaviours.set('t1', round % 2 === 0 ? { takes: 3, status: 500 } : { takes: 3 });
    await run.pass(5_000);
  }
  run.web.behaviours.delete('t1');
  run.breakConfig();
  await run.pass(5_000);
  run.configure({ a: { ...STEADY_JOB, intervalS: 5, source: 'httpA' } });
  run.discover('httpA', [{ env: '', targets: ['t1'] }]);
  await run.pass(120_000);
  run.stop();
  await run.pass(60_000);
  return { run, agent, events };
}

/** What such a life has in it, at the least. */
const EXPECTED: readonly AgentEventType[] = [
  'agent.ready',
  'agent.stopping',
  'agent.stopped',
  'config.applied',
  'config.settled',
  'config.failed',
  'pool.opened',
  'pool.reconciled',
  'pool.closed',
  'target.discovered',
  'target.up',
  'target.down',
  'target.flapping',
  'target.steady',
  'target.stale',
  'target.removed',
];

test('a life of an agent is told in events, each of the shape that the catalogue says, numbered without a gap', async () => {
  const { agent, events } = await eventful();
  for (const { type, eventId: _, atMs, ...data } of events) {
    const parsed = EVENT_CATALOGUE[type].data.strict().safeParse(data);
    assert.ok(parsed.success, `${type}: ${parsed.error?.message}`);
    assert.ok(Number.isInteger(atMs), type);
  }
  const [run = ''] = events[0]?.eventId.split('-') ?? [];
  assert.deepEqual(
    events.map(({ eventId }) => eventId),
    events.map((_, index) => `${run}-${index + 1}`),
  );
  assert.deepEqual(agent.eventsSince(`${run}-0`).events, events);
  const told = new Set(events.map(({ type }) => type));
  for (const type of EXPECTED) {
    assert.ok(told.has(type), `${type} is not told`);
  }
});

test('a target that answers is told to be up with its first scrape, one that fails to be down with the reason', async () => {
  const { run, events } = listened({ a: STEADY_JOB });
  run.web.behaviours.set('t1', { takes: 3, status: 500 });
  await run.start();
  await run.pass(30_000);
  run.stop();
  await run.pass(60_000);
  const [up] = of(events, 'target.up');
  const [down] = of(events, 'target.down');
  const first = run.web.scrapes.find(({ url }) => url === up?.url);
  assert.ok(up !== undefined && first?.endMs !== undefined && down !== undefined);
  assert.equal(up.atMs, Math.trunc(run.clock.wall() - run.clock.mono() + first.endMs), 'it is told when the scrape ends');
  assert.equal(down.reason, 'status');
  assert.equal(of(events, 'target.stale').length, 0, 'what was never up has no series to end');
});

test('what another configuration would do is told as planned, and nothing as applied', async () => {
  const { run, agent, events } = listened({ a: STEADY_JOB });
  await run.start();
  await run.pass(10_000);
  const running = agent.config();
  assert.ok(running !== undefined);
  const before = of(events, 'config.applied').length;
  const planned = agent.plan({ ...running, scrapeConfigs: [] });
  await run.pass(1_000);
  const { counts } = await planned;
  const [event] = of(events, 'config.planned');
  assert.ok(event !== undefined && event.counts.removed > 0);
  assert.equal(event.counts.removed, counts.removed);
  assert.equal(of(events, 'config.applied').length, before);
  run.stop();
  await run.pass(60_000);
});
