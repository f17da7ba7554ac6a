import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { settled, VirtualClock } from '@limpet/driver';
import type { Agent } from '../src/agent.ts';
import { configText } from '../src/config-source.ts';
import { createAgent } from '../src/create-agent.ts';
import { AgentError } from '../src/errors.ts';
import type { AnyAgentEvent } from '@limpet/events';
import { LostAppends } from './simulation/faults.ts';
import { checkRun, STOP_MS_MAX } from './simulation/invariants.ts';
import { configTextOf, STEADY_JOB } from './simulation/landscape.ts';
import type { Jobs } from './simulation/landscape.ts';
import { ScriptedFiles } from './simulation/scripted-files.ts';
import { ScriptedWeb } from './simulation/scripted-web.ts';
import type { ScrapeRequest } from './simulation/scripted-web.ts';
import { Simulation } from './simulation/simulation.ts';
import { faultyAgent, realAgent } from './simulation/subject.ts';
import type { Fault } from './simulation/subject.ts';

const TICK_MS = 5_000;

async function started(jobs: Jobs = { a: STEADY_JOB }): Promise<Simulation> {
  const run = new Simulation(realAgent, { jobs });
  await run.start();
  await run.pass(30_000);
  return run;
}

/** Stops a run and lets the invariants judge it. */
async function ended(run: Simulation): Promise<void> {
  const stopMs = run.clock.mono();
  run.stop();
  await run.pass(STOP_MS_MAX + 900_000);
  checkRun(run, { stopMs, isUndisturbed: false });
  assert.deepEqual([...run.violations], []);
}

/** Lets time pass until a host is being asked. */
async function untilAsked(run: Simulation, host: string): Promise<ScrapeRequest> {
  for (;;) {
    const request = run.web.scrapes.findLast(({ url, endMs }) => url.includes(host) && endMs === undefined);
    if (request !== undefined) return request;
    await run.pass(50);
  }
}

const requestsOf = ({ web }: Simulation, host: string): readonly ScrapeRequest[] =>
  web.scrapes.filter(({ url }) => url.includes(`/${host}:`));
const upsOf = ({ consumer }: Simulation, host: string) =>
  consumer.samples.filter(({ metric, target }) => metric === 'up' && target.includes(`/${host}:`));

test('A-076 S-028 a scrape under way at the stop is finished and stored, waiting ones end at once, and no markers are written', async () => {
  const run = await started();
  run.web.behaviours.set('t1', { takes: 3_000 });
  const request = await untilAsked(run, 't1');
  const before = { t1: upsOf(run, 't1').length, t2: upsOf(run, 't2').length };
  await ended(run);
  assert.equal(request.ending, 'answered');
  assert.deepEqual(
    upsOf(run, 't1')
      .slice(before.t1)
      .map(({ value, isLate }) => [value, isLate]),
    [[1, false]],
  );
  assert.equal(upsOf(run, 't2').length, before.t2);
  assert.ok(run.consumer.samples.every(({ value }) => value !== 'stale'));
});

test('A-076 a target that hangs at the stop holds it up for its timeout and no longer', async () => {
  const run = await started();
  run.web.behaviours.set('t1', { takes: 'never' });
  const { startMs } = await untilAsked(run, 't1');
  await ended(run);
  assert.ok((run.stoppedMs ?? Infinity) <= startMs + STEADY_JOB.timeoutMs + 1);
  assert.deepEqual(upsOf(run, 't1').at(-1)?.value, 0);
});

test('S-027 I11 a target that vanishes is marked stale once, a job that is removed is not', async () => {
  const run = new Simulation(realAgent, { jobs: { a: { ...STEADY_JOB, source: 'httpA' }, b: STEADY_JOB } });
  run.discover('httpA', [{ env: '', targets: ['t1', 't3'] }]);
  await run.start();
  await run.pass(60_000);
  run.discover('httpA', [{ env: '', targets: ['t1'] }]);
  run.configure({ a: { ...STEADY_JOB, source: 'httpA' } });
  await run.pass(90_000);
  const stale = run.consumer.samples.filter(({ metric, value }) => metric === 'up' && value === 'stale');
  assert.deepEqual(
    stale.map(({ target }) => target),
    ['a/t3:9100//1'],
  );
  assert.ok(run.consumer.samples.some(({ target }) => target.startsWith('b/')));
  await ended(run);
});

const hanging: readonly (readonly [string, (run: Simulation) => void, Fault?])[] = [
  ['every target', (run) => ['t1', 't2'].forEach((host) => run.web.behaviours.set(host, { takes: 'never' }))],
  ['every consumer', (run) => run.consumers.forEach((consumer) => (consumer.hangs = true))],
  [
    'reading a target file',
    (run) => {
      run.files.hangs = true;
      run.configure({ a: STEADY_JOB, b: { ...STEADY_JOB, source: 'fileA' } });
      run.discover('fileA', [{ env: '', targets: ['t3'] }]);
    },
  ],
  [
    'opening a client',
    (run) => {
      run.web.opening = { takes: 'never' };
      run.configure({ a: { ...STEADY_JOB, honorLabels: true }, b: STEADY_JOB });
    },
  ],
  ['every append', () => {}, new LostAppends(1)],
];

for (const [what, hang, fault] of hanging) {
  test(`I8 I9 where ${what} never ends, a stop still does, and nothing is left`, async () => {
    const run = new Simulation(fault === undefined ? realAgent : faultyAgent(fault), { jobs: { a: STEADY_JOB } });
    await run.start();
    await run.pass(30_000);
    hang(run);
    await run.pass(11_000);
    const stopMs = run.clock.mono();
    run.stop();
    await run.pass(STOP_MS_MAX + 900_000);
    checkRun(run, { stopMs, isUndisturbed: false });
    assert.deepEqual([...run.violations], []);
  });
}

test('I14 syncs come at the ticks of 5 s, and what discovery finds is taken up at the next one', async () => {
  const changes = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 9_000 }), targets: fc.subarray(['t1', 't2', 't3']) }), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(changes, async (given) => {
      const run = new Simulation(realAgent, { jobs: { a: { ...STEADY_JOB, source: 'fileA' }, b: STEADY_JOB } });
      await run.start();
      for (const { afterMs, targets } of given) {
        await run.pass(afterMs);
        run.discover('fileA', [{ env: '', targets }]);
      }
      await run.pass(30_000);
      const ticks = [...new Set(run.told.filter(({ type }) => type === 'sync').map(({ atMs }) => atMs))];
      assert.ok(ticks.length > 0);
      for (const atMs of ticks) assert.equal(atMs % TICK_MS, 0);
      for (const { atMs } of run.told.filter(({ to, type }) => to === 'scrape' && type === 'targetsUpdated')) {
        assert.ok(ticks.includes((Math.floor(atMs / TICK_MS) + 1) * TICK_MS), `found at ${atMs}, synced at ${ticks.join()}`);
      }
      await ended(run);
    }),
    { numRuns: 25 },
  );
});

test('I16 a loop that crashes takes no other with it and comes back by itself', async () => {
  const run = await started();
  run.clock.isCrashDue = true;
  while (run.clock.crashCount === 0) await run.pass(50);
  const crashMs = run.clock.mono();
  await run.pass(120_000);
  assert.deepEqual(run.logged.filter((message) => message === 'a loop crashed').length, 1);
  const counts = ['t1', 't2'].map((host) => requestsOf(run, host).filter(({ startMs }) => startMs >= crashMs).length);
  assert.ok(Math.max(...counts) >= 12, 'the other one was held up');
  assert.ok(Math.min(...counts) >= 9, 'the crashed one did not come back in time');
  await ended(run);
});

interface Bench {
  readonly agent: Agent;
  readonly clock: VirtualClock;
  readonly events: AnyAgentEvent[];
  text: string;
}

/** An agent with nothing around it. */
function bench(text: string): Bench {
  const clock = new VirtualClock();
  const made: { text: string } = { text };
  const agent = createAgent({
    config: configText(() => made.text, { file: '/etc/limpet.yml' }),
    hostName: 'bench',
    seed: 1,
    ports: { clock, openHttpClient: new ScriptedWeb(clock).open, files: new ScriptedFiles() },
  });
  const events: AnyAgentEvent[] = [];
  agent.onAny((event) => events.push(event));
  return Object.assign(made, { agent, clock, events });
}

const VALID = configTextOf({ a: STEADY_JOB });

test('A-075 start resolves when the agent is ready, and an agent starts once', async () => {
  const { agent, events } = bench(VALID);
  assert.equal(agent.status().phase, 'created');
  await agent.start();
  assert.equal(agent.status().phase, 'running');
  assert.deepEqual(
    events.map(({ type }) => type),
    ['config.applied', 'agent.ready'],
  );
  assert.deepEqual(
    agent.config()?.scrapeConfigs.map(({ jobName }) => jobName),
    ['a'],
  );
  await assert.rejects(agent.start(), { name: 'AgentError', code: 'LIMPET_AGENT_STATE' });
  assert.equal(await agent.stop(), 0);
});

test('A-075 an unusable first configuration rejects the start with exit code 2 and leaves nothing behind', async () => {
  const { agent, clock, events } = bench('scrape_configs: [');
  const refused = await agent.start().catch((error: unknown) => error);
  assert.ok(refused instanceof AgentError);
  assert.deepEqual([refused.code, refused.exitCode], ['LIMPET_AGENT_CONFIG', 2]);
  assert.match(refused.message, /couldn't load configuration/);
  assert.match(refused.message, /limpet\.yml/);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['config.failed', 'agent.stopping', 'agent.stopped'],
  );
  assert.equal(agent.status().phase, 'stopped');
  assert.equal(clock.pendingCount, 0);
});

test('C-172 a reload that cannot be read leaves the running configuration as it is and says why', async () => {
  const given = bench(VALID);
  const { agent } = given;
  await agent.start();
  const before = agent.config();
  given.text = 'scrape_configs: 3';
  const { ok, errors, revision } = await agent.reload();
  assert.deepEqual([ok, revision, errors.length], [false, 1, 1]);
  assert.match(errors[0] ?? '', /couldn't load configuration \(.*limpet\.yml.*\)/);
  assert.equal(agent.config(), before);
  given.text = configTextOf({ b: STEADY_JOB });
  assert.deepEqual(await agent.reload(), { ok: true, revision: 3, errors: [] });
  assert.deepEqual(
    agent.config()?.scrapeConfigs.map(({ jobName }) => jobName),
    ['b'],
  );
  await agent.stop();
});

test('C-173 the gauges of the last reload follow every outcome, the time of success only successes', async () => {
  const given = bench(VALID);
  const { agent, clock } = given;
  const gauges = async (): Promise<readonly (string | undefined)[]> => {
    const { text } = await agent.metrics();
    return ['successful', 'success_timestamp_seconds'].map(
      (name) => new RegExp(`^prometheus_config_last_reload_${name} (.*)$`, 'm').exec(text)?.[1],
    );
  };
  await agent.start();
  const atStart = clock.wall() / 1_000;
  assert.deepEqual(await gauges(), ['1', String(atStart)]);
  clock.advance(60_000);
  given.text = 'no configuration';
  await agent.reload();
  assert.deepEqual(await gauges(), ['0', String(atStart)]);
  clock.advance(60_000);
  given.text = VALID;
  await agent.reload();
  assert.deepEqual(await gauges(), ['1', String(atStart + 120)]);
  await agent.stop();
});

test('A-008 at start the gauges of the last reload are set once the file has been read, before anything takes it on', async () => {
  const opening = Promise.withResolvers<never>();
  const clock = new VirtualClock({ wallMs: 1_700_000_000_000 });
  const agent = createAgent({
    config: configText('remote_write: [{url: "http://receiver/write"}]'),
    hostName: 'bench',
    ports: { clock, openHttpClient: () => opening.promise, files: new ScriptedFiles() },
  });
  void agent.start().catch(() => {});
  const gauges = async (): Promise<readonly string[]> =>
    [...(await agent.metrics()).text.matchAll(/^prometheus_(?:config_last_reload_\w+|ready) (.*)$/gm)].map(([, value = '']) => value);
  assert.deepEqual(await gauges(), ['0', '0', '0']);
  await settled();
  assert.equal(agent.status().phase, 'starting');
  assert.deepEqual(await gauges(), ['0', '1', '1700000000']);
  void agent.stop();
  await agent.stop();
});

test('A-003 an agent is ready when its configuration is in force, and waits for no scrape', async () => {
  const clock = new VirtualClock();
  const web = new ScriptedWeb(clock);
  const agent = createAgent({
    config: configText(VALID),
    hostName: 'bench',
    reloadOnStartup: true,
    ports: { clock, openHttpClient: web.open, files: new ScriptedFiles() },
  });
  const starting = agent.start();
  assert.equal(agent.status().phase, 'starting');
  await starting;
  assert.equal(agent.status().phase, 'running');
  assert.deepEqual([agent.config()?.scrapeConfigs.length, web.scrapes.length], [1, 0]);
  await clock.advanceSettled(30_000, settled);
  assert.ok(web.scrapes.length > 0);
  await agent.stop();
});

test('A-005 reloads asked for together are all answered, also those that the stop overtakes', async () => {
  const { agent } = bench(VALID);
  const starting = agent.start();
  const early = agent.reload();
  await starting;
  assert.equal((await early).ok, true);
  const outcomes = await Promise.all([agent.reload(), agent.reload(), agent.reload()]);
  assert.deepEqual(
    outcomes.map(({ ok }) => ok),
    [true, true, true],
  );
  const overtaken = agent.reload();
  const stopping = agent.stop();
  assert.equal((await overtaken).ok, false);
  assert.deepEqual((await agent.reload()).ok, false);
  assert.equal(await stopping, 0);
});

test('stopping twice is stopping once, before the start too', async () => {
  const fresh = bench(VALID).agent;
  assert.equal(await fresh.stop(), 0);
  await assert.rejects(fresh.start(), { code: 'LIMPET_AGENT_STATE' });
  const { agent, events } = bench(VALID);
  await agent.start();
  assert.deepEqual(await Promise.all([agent.stop('one'), agent.stop('two')]), [0, 0]);
  assert.equal(events.filter(({ type }) => type === 'agent.stopped').length, 1);
});

test('A-076 a batch stream that nobody reads does not hold the stop up, one whose reader is slow does until it is done', async () => {
  for (const isRead of [false, true]) {
    const { agent, clock } = bench(VALID);
    await agent.start();
    const stream = agent.batches();
    const first = isRead ? stream[Symbol.asyncIterator]().next() : undefined;
    await clock.advanceSettled(40_000, settled);
    let exitCode: number | undefined;
    void agent.stop().then((code) => (exitCode = code));
    await clock.advanceSettled(15_000, settled);
    assert.equal(exitCode, isRead ? undefined : 0);
    (await first)?.value?.ack();
    for await (const delivery of stream) delivery.ack();
    await settled();
    assert.equal(exitCode, 0);
  }
});

test('two agents in one process know nothing of each other', async () => {
  const [one, two] = [bench(VALID), bench(configTextOf({ b: STEADY_JOB }))];
  await Promise.all([one.agent.start(), two.agent.start()]);
  for (const { clock } of [one, two]) await clock.advanceSettled(20_000, settled);
  assert.deepEqual([one.agent.pools(), two.agent.pools()], [['a'], ['b']]);
  await one.agent.stop();
  assert.equal(two.agent.status().phase, 'running');
  assert.ok(two.agent.targets().active.length > 0);
  await two.agent.stop();
});
