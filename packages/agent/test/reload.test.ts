import assert from 'node:assert/strict';
import test from 'node:test';
import { settled, VirtualClock } from '@limpet/driver';
import type { Agent } from '../src/agent.ts';
import { configText } from '../src/config-source.ts';
import { createAgent } from '../src/create-agent.ts';
import type { AnyAgentEvent } from '@limpet/events';
import { ScriptedFiles } from './simulation/scripted-files.ts';
import { ScriptedWeb } from './simulation/scripted-web.ts';

const JOB_COUNT = 200;
const CHANGED = 'job-77';

interface Rig {
  readonly agent: Agent;
  readonly clock: VirtualClock;
  readonly web: ScriptedWeb;
  readonly events: AnyAgentEvent[];
  text: string;
  readonly pass: (ms: number) => Promise<void>;
}

async function started(text: string): Promise<Rig> {
  const clock = new VirtualClock();
  const web = new ScriptedWeb(clock);
  const made: { text: string } = { text };
  const agent = createAgent({
    config: configText(() => made.text),
    hostName: 'reloading',
    seed: 1,
    reloadOnStartup: true,
    ports: { clock, openHttpClient: web.open, files: new ScriptedFiles() },
  });
  const events: AnyAgentEvent[] = [];
  agent.onAny((event) => events.push(event));
  await agent.start();
  return Object.assign(made, { agent, clock, web, events, pass: (ms: number) => clock.advanceSettled(ms, settled) });
}

/** Scrapes under way take their time. */
async function ended({ agent, pass }: Rig): Promise<void> {
  const stopping = agent.stop();
  await pass(10_000);
  assert.equal(await stopping, 0);
}

/** Two targets a job; `changed` replaces fields of one of them. */
function fileOf(changed: object = {}): string {
  const jobs = Array.from({ length: JOB_COUNT }, (_, index) => ({
    job_name: `job-${index}`,
    scrape_interval: '10s',
    scrape_timeout: '4s',
    static_configs: [{ targets: [`a${index}:1`, `b${index}:1`] }],
  }));
  return JSON.stringify({ scrape_configs: jobs.map((job) => (job.job_name === CHANGED ? { ...job, ...changed } : job)) });
}

/** When each target was asked since a time, by URL. */
function ticks({ web }: Rig, sinceMs: number): ReadonlyMap<string, readonly number[]> {
  const byUrl = Map.groupBy(
    web.scrapes.filter(({ startMs }) => startMs >= sinceMs),
    ({ url }) => url,
  );
  return new Map([...byUrl].map(([url, scrapes]) => [url, scrapes.map(({ startMs }) => startMs)]));
}

const loopIds = (rig: Rig, isChanged: boolean): readonly string[] =>
  rig.agent
    .targets()
    .active.filter(({ pool }) => (pool === CHANGED) === isChanged)
    .map(({ id }) => id);

test('S-020 S-022 S-026 one changed interval among 200 jobs moves the loops of that job and leaves every other tick where it was', async () => {
  const rig = await started(fileOf());
  await rig.pass(40_000);
  const others = loopIds(rig, false);
  const moved = loopIds(rig, true);
  assert.deepEqual([others.length, moved.length], [2 * JOB_COUNT - 2, 2]);
  const reloadMs = rig.clock.mono();
  rig.text = fileOf({ scrape_interval: '7s' });
  const planned = await rig.agent.plan(
    (
      await configText(rig.text)
        .load()
        .then((loaded) => (loaded.ok ? loaded.value : assert.fail()))
    ).config,
  );
  assert.deepEqual(planned.counts, { added: 0, kept: others.length, retargeted: 2, restarted: 0, removed: 0, unknown: 0 });
  assert.equal((await rig.agent.reload()).ok, true);
  await rig.pass(60_000);
  assert.deepEqual(loopIds(rig, false), others, 'the same loops');
  assert.deepEqual(loopIds(rig, true), moved, 'they go on under another interval');

  for (const [url, times] of ticks(rig, reloadMs - 25_000)) {
    const isOfChanged = /[ab]77:/.test(url);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    if (!isOfChanged)
      assert.ok(
        waits.every((wait) => Math.abs(wait - 10_000) < 0.001),
        `${url}: ${waits.join(' ')}`,
      );
    else
      assert.ok(
        waits.slice(-4).every((wait) => Math.abs(wait - 7_000) < 0.001),
        `${url}: ${waits.join(' ')}`,
      );
    assert.ok(Math.max(...waits) <= 17_000, `${url}: ${waits.join(' ')}`);
  }

  const counts = { added: 0, kept: others.length, retargeted: 2, restarted: 0, removed: 0 };
  const loops = { counts, jobs: [{ job: CHANGED, counts: { ...counts, kept: 0 } }], jobsOmitted: 0, isSettled: true };
  assert.deepEqual(rig.agent.status().lastReload?.loops, loops);
  const told = rig.events.flatMap((event) => (event.type === 'config.applied' || event.type === 'config.settled' ? [event] : []));
  assert.deepEqual(
    told.map(({ type, revision, loops: { counts: now } }) => [type, revision, now.kept, now.added, now.retargeted]),
    [
      ['config.applied', 1, 0, 0, 0],
      ['config.settled', 1, 0, 2 * JOB_COUNT, 0],
      ['config.applied', 2, 0, 0, 2],
      ['config.settled', 2, others.length, 0, 2],
    ],
  );
  const { text } = await rig.agent.metrics();
  assert.match(text, /^limpet_last_reload_loops\{change="retargeted"\} 2$/m);
  assert.match(text, /^limpet_last_reload_loops\{change="kept"\} 398$/m);
  assert.match(text, /^limpet_last_reload_settled 1$/m);
  await ended(rig);
});

test('C-172 a reload that does not load has counted nothing, and the metrics still tell of the one in force', async () => {
  const rig = await started(fileOf());
  await rig.pass(10_000);
  rig.text = 'scrape_configs: 3';
  assert.equal((await rig.agent.reload()).ok, false);
  const last = rig.agent.status().lastReload;
  assert.deepEqual([last?.ok, last?.loops], [false, undefined]);
  assert.match((await rig.agent.metrics()).text, /^limpet_last_reload_loops\{change="added"\} 400$/m);
  await ended(rig);
});

test('S-027 a job that goes is counted with the loops that it had, and one that comes with those that it gets', async () => {
  const job = (name: string, targets: readonly string[]) => ({ job_name: name, static_configs: [{ targets }] });
  const rig = await started(JSON.stringify({ scrape_configs: [job('goes', ['a:1', 'b:1', 'c:1']), job('stays', ['d:1'])] }));
  await rig.pass(10_000);
  rig.text = JSON.stringify({ scrape_configs: [job('stays', ['d:1']), job('comes', ['a:1', 'b:1'])] });
  await rig.agent.reload();
  await rig.pass(10_000);
  assert.deepEqual(rig.agent.status().lastReload?.loops?.counts, { added: 2, kept: 1, retargeted: 0, restarted: 0, removed: 3 });
  await ended(rig);
});
