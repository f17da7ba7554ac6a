import assert from 'node:assert/strict';
import test from 'node:test';
import { configText } from '@limpet/agent';
import { settled, VirtualClock } from '@limpet/driver';
import type { Log } from '@limpet/model';
import { STEADY_JOB } from '../../agent/test/simulation/landscape.ts';
import { ScriptedFiles } from '../../agent/test/simulation/scripted-files.ts';
import { ScriptedWeb } from '../../agent/test/simulation/scripted-web.ts';
import { differenceText, replayExact } from '../src/index.ts';
import type { ReplayResult } from '../src/index.ts';
import type { BootLine, InputLine } from '../src/log/log-line.ts';
import { recordedAgent } from '../src/record/record-agent.ts';
import { MemoryRecording } from './memory-recording.ts';
import { RecordedSimulation } from './recorded-simulation.ts';

const TWO_JOBS = { jobs: { a: STEADY_JOB, b: STEADY_JOB } };

function assertEqual({ difference }: ReplayResult): void {
  assert.equal(difference === undefined ? '' : differenceText(difference), '');
}

function lines(recording: MemoryRecording): InputLine[] {
  return recording
    .linesOf(...[...recording.files.keys()].filter((name) => name.startsWith('log')).sort())
    .map(({ text }) => JSON.parse(text) as InputLine);
}

function keptBodies(recording: MemoryRecording): string[] {
  const scrapes = lines(recording).filter(({ key }) => key?.startsWith('scrape:'));
  return scrapes.filter(({ ok }) => ok !== undefined && (ok as { readonly kept?: false }).kept !== false).map(({ key }) => key);
}

test('C-013 no secret of a configuration gets into a recording, and a changed one is still seen as changed', async () => {
  const secrets = ['hunter22', 'PROXY-PASS', 'API-KEY-1', 'CLIENT-SECRET', 'BEARER-2', 'RW-PASS'];
  let bearer = 'BEARER-1';
  const text = (): string => `
scrape_configs:
- job_name: a
  basic_auth: {username: u, password: hunter22}
  proxy_url: http://user:PROXY-PASS@proxy:3128
  http_headers: {X-Key: {values: [API-KEY-1]}}
  static_configs: [{targets: ["t1:80"]}]
- job_name: b
  authorization: {credentials: ${bearer}}
  static_configs: [{targets: ["t2:80"]}]
- job_name: c
  oauth2: {client_id: id, client_secret: CLIENT-SECRET, token_url: "http://token/"}
  static_configs: [{targets: ["t3:80"]}]
remote_write:
- {url: "http://u:RW-PASS@receiver/write"}
`;
  const clock = new VirtualClock();
  const folder = new MemoryRecording();
  const web = new ScriptedWeb(clock);
  const refusing = async (): ReturnType<typeof web.open> => {
    await web.open();
    return { ok: false, error: new Error('proxy http://user:PROXY-PASS@proxy:3128 says no to hunter22') };
  };
  let opened = 0;
  const openHttpClient = (): ReturnType<typeof web.open> => (++opened === 3 ? refusing() : web.open());
  const recorded = recordedAgent(
    { config: configText(text), hostName: 'h', ports: { clock, openHttpClient, files: new ScriptedFiles() } },
    { folder },
  );
  const { agent } = recorded;
  const pass = async (ms: number): Promise<void> => {
    await clock.advanceSettled(ms, settled);
    for (let round = 0; round < 20; round++) await settled();
  };
  void agent.start();
  await pass(90_000);
  bearer = 'BEARER-2';
  void agent.reload();
  await pass(90_000);
  void agent.stop();
  await pass(90_000);
  await recorded.close();
  for (const secret of [...secrets, 'BEARER-1']) assert.ok(!folder.text.includes(secret), secret);
  assert.match(folder.text, /says no to <secret-1>/);
  const result = await replayExact({ source: folder.source });
  assertEqual(result);
  assert.ok(result.inputCount > 50);
});

test('bodies are kept of the jobs in scope only, and the rest replays all the same', async () => {
  const run = new RecordedSimulation(TWO_JOBS, { jobs: ['b'] });
  await run.start();
  await run.pass(60_000);
  const recording = await run.close();
  const kept = keptBodies(recording);
  assert.ok(kept.length > 5 && kept.every((key) => key.startsWith('scrape:b ')));
  assert.ok(lines(recording).some(({ key }) => key?.startsWith('scrape:a ')));
  assertEqual(await replayExact({ source: recording.source }));
});

test('a share of the targets is the same one in every run', async () => {
  const targetsKept = async (targetShare: number): Promise<readonly string[]> => {
    const run = new RecordedSimulation({ jobs: { a: { ...STEADY_JOB, source: 'fileA' } } }, { targetShare });
    run.simulation.discover('fileA', [{ env: '', targets: Array.from({ length: 40 }, (_, index) => `s${index}`) }]);
    await run.start();
    await run.pass(40_000);
    const recording = await run.close();
    assertEqual(await replayExact({ source: recording.source }));
    return [...new Set(keptBodies(recording).map((key) => key.replace(/#\d+$/, '')))].sort();
  };
  const some = await targetsKept(0.3);
  assert.ok(some.length > 4 && some.length < 20, String(some.length));
  assert.deepEqual(await targetsKept(0.3), some);
});

test('with failures only, bodies are kept of scrapes that ended with up 0', async () => {
  const run = new RecordedSimulation(TWO_JOBS, { failuresOnly: true });
  const { web } = run.simulation;
  let count = 0;
  web.bodyOf = () => `a ${++count}\n`;
  await run.start();
  await run.pass(30_000);
  web.bodyOf = () => 'a 1\n'; // the same as one that was not kept
  web.behaviours.set('t1', { takes: 5, status: 500 });
  await run.pass(30_000);
  const recording = await run.close();
  const failures = lines(recording).filter(({ ok }) => (ok as { readonly status?: number } | undefined)?.status === 500);
  assert.ok(failures.length > 3);
  const controls = lines(recording).filter(({ key }) => key?.startsWith('config#')).length * 2;
  assert.equal(recording.bodies.size, controls + 1);
  assertEqual(await replayExact({ source: recording.source }));
});

test('a ring keeps about the last minutes, and each part stands alone', async () => {
  const run = new RecordedSimulation({ jobs: { a: { ...STEADY_JOB, source: 'fileA' } } }, { ringMs: 60_000 });
  run.simulation.discover('fileA', [{ env: '', targets: ['s1'] }]);
  await run.start();
  for (let minute = 0; minute < 6; minute++) await run.pass(60_000);
  const recording = await run.close();
  const logs = [...recording.files.keys()].filter((name) => name.startsWith('log'));
  assert.ok(logs.length >= 4 && logs.length <= 7, logs.join(' '));
  assert.ok(!logs.includes('log.000001.ndjson'));
  const first = JSON.parse(recording.linesOf(logs.sort()[0] ?? '')[0]?.text ?? '') as BootLine;
  assert.equal(first.from, 'middle');
  assert.ok(run.simulation.clock.mono() - first.m < 120_000);
  const carried = recording
    .linesOf(logs[0] ?? '')
    .map(({ text }) => JSON.parse(text) as InputLine)
    .filter(({ k }) => k === 'carry');
  assert.deepEqual(carried.map(({ key }) => key.replace(/#\d+$/, '')).sort(), ['config', 'match:/sd/a.json', 'read:/sd/a.json']);
  for (const { ok } of lines(recording)) {
    const { body = '' } = (ok ?? {}) as { readonly body?: string };
    if (body !== '') assert.ok(recording.bodies.has(body), 'a body that is named is there');
  }
});

/** A log that keeps its errors. */
function noting(): Log & { readonly errors: string[] } {
  const errors: string[] = [];
  return { errors, debug: () => {}, info: () => {}, warn: () => {}, error: (message) => errors.push(message) };
}

test('a budget that is used up ends the recording, loudly, and the agent goes on', async () => {
  const log = noting();
  const run = new RecordedSimulation(TWO_JOBS, { budgetBytes: 20_000 }, (options) => ({ ...options, log }));
  await run.start();
  await run.pass(120_000);
  const before = run.simulation.consumer.samples.length;
  await run.pass(60_000);
  assert.ok(run.simulation.consumer.samples.length > before);
  assert.deepEqual(log.errors, ['the recording has ended, scraping goes on']);
  const { text } = await run.agent.metrics();
  assert.match(text, /^limpet_recording_active 0$/m);
  const recording = await run.close();
  assert.match(recording.log.at(-1) ?? '', /"k":"end","why":"the budget is used up"/);
  const result = await replayExact({ source: recording.source });
  assertEqual(result);
  assert.equal(result.end, 'the budget is used up');
});

test('a disk that does not keep up loses bodies, then the recording, and never a scrape', async () => {
  const log = noting();
  const large = `# ${'x'.repeat(8 * 1024 * 1024)}\n`;
  const stuck = new RecordedSimulation(TWO_JOBS, {}, (options) => ({ ...options, log }));
  stuck.recording.delay = () => new Promise(() => {});
  let bodyCount = 0;
  const { simulation } = stuck;
  simulation.web.bodyOf = () => `${large}a ${++bodyCount}\n`;
  await stuck.start();
  await stuck.pass(100_000);
  assert.ok(log.errors.includes('writing does not keep up: bodies are left out of the recording'));
  const ups = simulation.consumer.samples.filter(({ metric, value }) => metric === 'up' && value === 1);
  assert.equal(ups.length, simulation.web.scrapes.length);
  const { text } = await stuck.agent.metrics();
  assert.match(text, /^limpet_recording_bodies_dropped_total [1-9]/m);
});

test('a folder that cannot be written ends the recording and nothing else', async () => {
  const log = noting();
  const run = new RecordedSimulation(TWO_JOBS, {}, (options) => ({ ...options, log }));
  run.recording.delay = () => Promise.reject(new Error('ENOSPC: no space left on device'));
  await run.start();
  await run.pass(60_000);
  assert.deepEqual(log.errors, ['the recording has ended, scraping goes on']);
  assert.ok(run.simulation.consumer.samples.length > 20);
});

test('registrations, their ends and scrapes that were asked for are part of a recording', async () => {
  const text = 'scrape_configs: [{job_name: a, scrape_interval: 10s, push_sd_configs: [{name: services}]}]';
  const clock = new VirtualClock();
  const folder = new MemoryRecording();
  const web = new ScriptedWeb(clock);
  const ports = { clock, openHttpClient: web.open, files: new ScriptedFiles() };
  const recorded = recordedAgent({ config: configText(text), hostName: 'h', ports }, { folder });
  const { agent } = recorded;
  const pass = (ms: number): Promise<void> =>
    clock.advanceSettled(ms, async () => {
      await settled();
      await recorded.atRest();
    });
  void agent.start();
  await pass(1_000);
  const groups = JSON.stringify([{ targets: ['p1:80', 'p2:80'] }]);
  assert.deepEqual(agent.registerTargets({ name: 'services', source: 'web', groups, ttlMs: 45_000 }), { ok: true });
  await pass(20_000);
  const [target] = agent.targets().active;
  assert.ok(target !== undefined);
  const asked = agent.scrapeNow(target.id, { purpose: 'commit', by: 'a test' });
  await pass(3_000);
  assert.equal((await asked).ok, true);
  agent.registerTargets({ name: 'services', source: 'db', groups: '[{"targets":["d1:80"]}]', ttlMs: 45_000 });
  await pass(15_000);
  assert.deepEqual(agent.withdrawTargets({ name: 'services', source: 'db' }), { ok: true });
  await pass(60_000);
  assert.equal(agent.targets().active.length, 0); // the other one has expired
  await recorded.close();
  const kinds = lines(folder)
    .filter(({ k }) => k === 'in')
    .map(({ key }) => key);
  assert.deepEqual(kinds, ['start', 'register', 'scrapeNow', 'register', 'withdraw']);
  const result = await replayExact({ source: folder.source });
  assertEqual(result);
  assert.ok(result.inputCount > 40);
});
