import assert from 'node:assert/strict';
import test from 'node:test';
import { PredicateError, readPredicate, readScenario, scenarioText, shrink, testScenario, toldRecording } from '../src/index.ts';
import type { Scenario } from '../src/index.ts';
import { eventfulRecording } from './recorded-runs.ts';

const STORY = readScenario(
  `
until: 10m
config:
  scrape_configs:
  - {job_name: calm, scrape_interval: 10s, static_configs: [{targets: ["c1:80", "c2:80"]}]}
  - {job_name: ill, scrape_interval: 10s, static_configs: [{targets: ["i1:80", "i2:80", "i3:80"]}], file_sd_configs: [{files: [more.json]}]}
files: {more.json: [{targets: ["f1:80"]}]}
targets:
  c1:80: x 1
  c2:80: x 1
  i1:80: "a 1\\nb 2\\nc 3\\nd 4"
  i2:80: "a 1\\nb 2"
  i3:80: x 1
  f1:80: x 1
timeline:
- {at: 1m, answer: {"c1:80": {status: 500}}}
- {at: 2m, file: {more.json: []}}
- {at: 4m, answer: {"i1:80": "a 1\\nb 7\\nc 3"}}
- {at: 5m, reload: true}
- {at: 7m, answer: {"c2:80": {takes: never}}}
expect: []
`,
  'story.yml',
);

test('a story is shrunk to what shows a sample: one target, one step, one line', async () => {
  const { scenario, isMinimal, runCount } = await shrink({ scenario: STORY, predicate: readPredicate('sample b{job="ill"} = 7') });
  assert.ok(scenario !== undefined && isMinimal, `after ${runCount} runs`);
  assert.equal(scenario.timeline.length, 1);
  assert.deepEqual(scenario.timeline[0]?.answer, { 'i1:80': { body: 'b 7' } });
  assert.deepEqual([scenario.config.match(/job_name/g)?.length, scenario.config.match(/i1:80|i2:80|i3:80|f1:80/g)], [1, ['i1:80']]);
  assert.ok(scenario.untilMs <= 60_000, String(scenario.untilMs));
  assert.deepEqual(scenario.files, {});
  assert.doesNotMatch(scenario.config, /file_sd/);
});

test('a shrunk story is a scenario file that holds', async () => {
  const { scenario } = await shrink({ scenario: STORY, predicate: readPredicate('outcome failed(status) and event target.down') });
  assert.ok(scenario !== undefined);
  const read = readScenario(scenarioText(scenario), 'shrunk.yml');
  assert.ok(read.expect.length === 2);
  const { ok, results } = await testScenario(read);
  assert.ok(ok, JSON.stringify(results));
});

test('a recording is shrunk to a scenario that shows what it showed', async () => {
  const told = toldRecording((await eventfulRecording()).source);
  const sizes: number[] = [];
  const predicate = readPredicate('outcome failed(connectionRefused)');
  const { scenario } = await shrink({
    scenario: told,
    predicate,
    runsMax: 250,
    onSmaller: (_, { timeline }) => sizes.push(timeline.length),
  });
  assert.ok(scenario !== undefined);
  assert.ok(scenario.timeline.length <= 3, scenarioText(scenario));
  assert.ok((sizes.at(-1) ?? Infinity) < told.timeline.length / 5);
  assert.ok((await testScenario(readScenario(scenarioText(scenario), 's.yml'))).ok);
});

test('what a story does not show is not searched for', async () => {
  const { scenario, runCount } = await shrink({ scenario: STORY, predicate: readPredicate('event agent.stopped and sample b = 99') });
  assert.equal(scenario, undefined);
  assert.equal(runCount, 1);
});

test('shrinking ends when its runs are used up, with what it has', async () => {
  const { scenario, isMinimal, runCount } = await shrink({ scenario: STORY, predicate: readPredicate('event target.down'), runsMax: 5 });
  assert.ok(scenario !== undefined && !isMinimal);
  assert.equal(runCount, 5);
});

const HELD: readonly { readonly text: string; readonly holds: boolean }[] = [
  { text: 'sample up{job="calm"} = 0', holds: true },
  { text: 'sample up{job="calm"} == stale', holds: false },
  { text: 'event target.removed', holds: true },
  { text: 'transition agent/scrape/pool:calm/loops/* fetching.scraping', holds: true },
  { text: 'transition agent/scrape/pool:calm/loops/* marking', holds: false },
  { text: 'log nothing of the kind', holds: false },
  { text: 'outcome failed(timeout)', holds: true },
  { text: 'outcome failed(tls)', holds: false },
];

test('predicates hold where a run shows it, and nowhere else', async () => {
  const { run } = await testScenario({ ...STORY, expect: [] } satisfies Scenario);
  for (const { text, holds } of HELD) assert.equal(readPredicate(text).holds(run), holds, text);
});

for (const text of ['', 'sample', 'sample up', 'nonsense x', 'transition one']) {
  test(`'${text}' is no predicate`, () => assert.throws(() => readPredicate(text), PredicateError));
}
