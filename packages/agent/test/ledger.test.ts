import assert from 'node:assert/strict';
import test from 'node:test';
import type { Agent } from '../src/agent.ts';
import { createAgent } from '../src/create-agent.ts';
import type { AgentEventOf } from '@limpet/events';
import type { JobSpec } from './simulation/landscape.ts';
import { Simulation } from './simulation/simulation.ts';
import { subjectOfAgent } from './simulation/subject.ts';

const SPEC: JobSpec = { intervalS: 5, timeoutMs: 4_250, version: '1', sampleLimit: 0, honorLabels: false, targetLimit: 0, source: 'httpA' };
const HOUR_MS = 3_600_000;

/** A running agent, as it is from outside and from inside. */
async function running(names: readonly string[], cap = 1_000): Promise<{ readonly run: Simulation; readonly agent: Agent }> {
  let made: Agent | undefined;
  const run = new Simulation(
    (options) => {
      made = createAgent(options);
      return subjectOfAgent(made);
    },
    { jobs: { a: SPEC }, cap },
  );
  run.discover('httpA', [{ env: '', targets: names }]);
  assert.ok(made !== undefined);
  await run.start();
  return { run, agent: made };
}

async function stop(run: Simulation): Promise<void> {
  run.stop();
  await run.pass(60_000);
  assert.equal(run.exitCode, 0);
  assert.deepEqual([...run.violations], []);
}

test('S-190 1,000 targets under a cap of 10: in fair order, nobody starves, and every lost tick is counted', async () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `h${index}`);
  const { run, agent } = await running(names, 10);
  for (const name of names) run.web.behaviours.set(name, { takes: 400 }); // 25 scrapes a second where 200 are due
  await run.pass(60_000);
  const fromMs = run.clock.mono();
  await run.pass(160_000);

  const starts = Map.groupBy(run.web.scrapes, ({ url }) => url);
  assert.equal(starts.size, names.length, 'every target is scraped');
  const rounds = [...starts.values()].map((scrapes) => scrapes.filter(({ startMs }) => startMs >= fromMs).length);
  assert.ok(Math.max(...rounds) - Math.min(...rounds) <= 1, `${Math.min(...rounds)} to ${Math.max(...rounds)} scrapes`);
  const waits = [...starts.values()].flatMap((scrapes) => scrapes.slice(1).map(({ startMs }, at) => startMs - (scrapes[at]?.startMs ?? 0)));
  assert.ok(Math.max(...waits) <= 50_000, `a target waited ${Math.max(...waits)} ms`);

  const counts = agent.gaps().map(({ totals }) => totals.outcomes);
  assert.ok(counts.every(({ skippedCapacity = 0, scraped = 0, late = 0 }) => skippedCapacity > 0 && scraped + late > 0));
  const { text } = await agent.metrics();
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  const lost = counts.reduce((sum, { skippedCapacity = 0 }) => sum + skippedCapacity, 0);
  assert.equal(metric('limpet_scrape_outcomes_total\\{scrape_job="a",outcome="skippedCapacity",reason=""\\}'), lost);
  assert.ok(metric('limpet_scrapes_waiting') > 900);
  assert.ok(metric('limpet_scrape_queue_wait_seconds_sum') / metric('limpet_scrape_queue_wait_seconds_count') > 10);
  await stop(run);
});

test('a wall clock set back: ticks whose samples are not newer end in clockJumped, and every target goes on', async () => {
  const { run, agent } = await running(['t1', 't2']);
  await run.pass(60_000);
  const told: AgentEventOf<'target.gap'>[] = [];
  agent.on('target.gap', (event) => told.push(event));
  const upCount = () => run.consumer.samples.filter(({ metric }) => metric === 'up').length;
  const [before, requests] = [upCount(), run.web.scrapes.length];
  run.clock.stepWall(-30_000);
  await run.pass(25_000);
  assert.equal(upCount(), before, 'nothing is newer than what was written');
  assert.equal(run.web.scrapes.length - requests, 10, 'scraping goes on');
  await run.pass(25_000);
  assert.ok(upCount() > before, 'samples are newer again');
  for (const { totals } of agent.gaps()) assert.ok((totals.outcomes.clockJumped ?? 0) >= 5);
  assert.ok(told.length >= 10 && told.every(({ outcome, tickCount }) => outcome === 'clockJumped' && tickCount === 1));
  run.stop();
  await run.pass(60_000);
  assert.equal(run.exitCode, 0);
});

test('a wall clock set back by an hour: no flood and no stall, each tick of that hour is named, and then samples are newer again', async () => {
  const { run, agent } = await running(['t1', 't2']);
  await run.pass(60_000);
  const upCount = () => run.consumer.samples.filter(({ metric }) => metric === 'up').length;
  const [before, requests] = [upCount(), run.web.scrapes.length];
  run.clock.stepWall(-HOUR_MS);
  await run.pass(HOUR_MS - 10_000);
  assert.equal(upCount(), before);
  const asked = run.web.scrapes.length - requests;
  assert.ok(Math.abs(asked - (2 * (HOUR_MS - 10_000)) / 5_000) <= 2, `${asked} requests`);
  for (const { totals } of agent.gaps()) assert.ok(Math.abs((totals.outcomes.clockJumped ?? 0) - asked / 2) <= 1);
  await run.pass(60_000);
  assert.ok(upCount() - before >= 18, `${upCount() - before} samples`);
  run.stop();
  await run.pass(60_000);
  assert.equal(run.exitCode, 0);
});

test('a wall clock set forward by an hour is one gap of an hour, told once for each target', async () => {
  const { run, agent } = await running(['t1', 't2']);
  await run.pass(60_000);
  const told: AgentEventOf<'target.gap'>[] = [];
  agent.on('target.gap', (event) => told.push(event));
  const requests = run.web.scrapes.length;
  run.clock.stepWall(HOUR_MS);
  await run.pass(25_000);
  assert.equal(run.web.scrapes.length - requests, 10);
  for (const { ticks } of agent.gaps()) {
    const gaps = ticks.filter(({ outcome }) => outcome === 'clockJumped');
    assert.equal(gaps.length, 1);
    assert.ok(Math.abs((gaps[0]?.untilMs ?? 0) - (gaps[0]?.atMs ?? 0) - HOUR_MS) <= 1);
  }
  assert.deepEqual(
    told.map(({ outcome, tickCount }) => [outcome, tickCount]),
    [
      ['clockJumped', 1],
      ['clockJumped', 1],
    ],
  );
  await stop(run);
});

test('ten minutes of sleep: one scrape is made up for each target, what was slept through is named', async () => {
  const { run, agent } = await running(['t1', 't2']);
  await run.pass(60_000);
  const requests = run.web.scrapes.length;
  run.clock.suspend(600_000);
  await run.pass(1);
  assert.ok(run.web.scrapes.length - requests <= 2);
  await run.pass(25_000);
  assert.ok(run.web.scrapes.length - requests <= 12 && run.web.scrapes.length - requests >= 10);
  for (const { totals } of agent.gaps()) assert.ok([119, 120].includes(totals.outcomes.skippedSuspended ?? 0));
  await stop(run);
});

test('what a target shows of its ticks adds up', async () => {
  const { run, agent } = await running(['t1', 't2']);
  run.web.behaviours.set('t1', { takes: 3, status: 500 });
  await run.pass(60_000);
  const [first, second] = agent.targets().active;
  assert.deepEqual([first?.ticks.reasons, first?.ticks.last?.reason], [{ status: first?.scrapesFailed }, 'status']);
  assert.deepEqual(second?.ticks.outcomes, { scraped: second?.scrapesTotal });
  await stop(run);
});
