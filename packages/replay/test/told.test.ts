import assert from 'node:assert/strict';
import test from 'node:test';
import { createAgent } from '@limpet/agent';
import type { AgentOptions } from '@limpet/agent';
import { STEADY_JOB } from '../../agent/test/simulation/landscape.ts';
import { readScenario, scenarioText, testScenario } from '../src/index.ts';
import { changedMachines, compareTold } from '../src/told/compare-told.ts';
import { toldRecording } from '../src/told/told-recording.ts';
import { eventfulRecording } from './recorded-runs.ts';
import { RecordedSimulation } from './recorded-simulation.ts';

async function calmRecording(options: ConstructorParameters<typeof RecordedSimulation>[1] = {}): Promise<RecordedSimulation> {
  const jobs = { a: STEADY_JOB, b: { ...STEADY_JOB, source: 'fileA' as const }, c: { ...STEADY_JOB, source: 'httpA' as const } };
  const run = new RecordedSimulation({ jobs }, options);
  const { simulation } = run;
  let count = 0;
  simulation.web.bodyOf = (url) => `# ${url}\nrequests_total ${++count}\n`;
  simulation.discover('httpA', [{ env: 'h', targets: ['h1'] }]);
  simulation.discover('fileA', [{ env: '', targets: ['f1', 'f2'] }]);
  await run.start();
  await run.pass(60_000);
  simulation.web.behaviours.set('t1', { takes: 30, status: 503 });
  await run.pass(25_000);
  simulation.web.behaviours.clear();
  simulation.discover('fileA', [{ env: '', targets: ['f2'] }]);
  await run.pass(60_000);
  simulation.configure({ ...jobs, a: { ...STEADY_JOB, intervalS: 5 } });
  await run.pass(60_000);
  return run;
}

test('a recording told to the same version has the same samples, though nothing but answers is taken from it', async () => {
  const recording = await (await calmRecording()).close();
  const { differences, comparedCount, changedMachines: changed, hasExpected } = await compareTold(recording.source);
  assert.deepEqual(differences.slice(0, 12), []);
  assert.ok(hasExpected && comparedCount > 300, String(comparedCount));
  assert.deepEqual(changed, []);
});

test('told to a version that does something else, a recording shows which samples are others', async () => {
  const recording = await (await calmRecording()).close();
  const { differences } = await compareTold(recording.source, {
    // a version in which every scrape is limited
    makeAgent: (options) =>
      createAgent({ ...options, config: { ...options.config, load: async () => limited(await options.config.load()) } }),
  });
  assert.ok(differences.some((line) => /^- up\{.*\} \d+ 1$/.test(line)));
  assert.ok(differences.some((line) => /^\+ up\{.*\} \d+ 0$/.test(line)));
});

type Loaded = Awaited<ReturnType<AgentOptions['config']['load']>>;

function limited(loaded: Loaded): Loaded {
  if (!loaded.ok) return loaded;
  const { config } = loaded.value;
  const scrapeConfigs = config.scrapeConfigs.map((job) => Object.assign({}, job, { bodySizeLimit: 5 }));
  return { ok: true, value: { ...loaded.value, config: { ...config, scrapeConfigs } } };
}

test('a recording of other machines is known by their fingerprints', async () => {
  const recording = await (await calmRecording()).close();
  const other = recording.withLog(recording.log.map((line) => line.replace(/"loop":"sha256:[0-9a-f]+"/, '"loop":"sha256:0"')));
  assert.deepEqual(changedMachines(other.source), ['loop']);
});

test('the last minutes of a run are told from what their first part carries over', async () => {
  const run = await calmRecording({ ringMs: 40_000 });
  const recording = await run.close();
  assert.ok(recording.source.isRing);
  const { differences, comparedCount } = await compareTold(recording.source);
  assert.deepEqual(differences.slice(0, 12), []);
  assert.ok(comparedCount > 50, String(comparedCount));
});

test('an eventful recording becomes a scenario file that reads back as the same story', async () => {
  const recording = await eventfulRecording();
  const story = toldRecording(recording.source);
  assert.ok(story.timeline.length > 20);
  assert.ok(story.timeline.some(({ reload }) => reload === true) && story.timeline.some(({ file }) => file !== undefined));
  const again = readScenario(scenarioText(story), story.name);
  assert.deepEqual({ ...again, config: '', timeline: [] }, { ...story, untilMs: Math.round(story.untilMs), config: '', timeline: [] });
  assert.equal(again.timeline.length, story.timeline.length);
  const { run } = await testScenario(again);
  assert.equal(run.startError, undefined);
  assert.ok(run.samples.length > 200);
});
