import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { createAgent } from '@limpet/agent';
import { acceptResults, junitText, readScenario, scenario, ScenarioError, tapText, testScenario } from '../src/index.ts';
import type { FileResult } from '../src/index.ts';

const FOLDER = fileURLToPath(new URL('../../../docs/examples/scenarios/', import.meta.url));
const FILES = globSync('*.yml', { cwd: FOLDER }).sort();

for (const file of FILES) {
  const story = readScenario(readFileSync(`${FOLDER}${file}`, 'utf8'), file);
  test(`the example scenario ${basename(file, '.yml')}: ${story.name}`, async () => {
    const { results } = await testScenario(story);
    assert.ok(results.length > 0);
    assert.deepEqual(
      results.filter(({ ok }) => !ok).map(({ title, found }) => `${title}: found ${found}`),
      [],
    );
  });
}

test('at least 25 scenarios ship, five of them incidents', () => {
  assert.ok(FILES.length >= 25, String(FILES.length));
  assert.ok(FILES.filter((file) => file.startsWith('incident-')).length >= 5);
});

test('every promise of every example is broken by some other agent: one that finds nothing, or one in a dead world', async () => {
  for (const file of FILES) {
    const story = readScenario(readFileSync(`${FOLDER}${file}`, 'utf8'), file);
    const dead = { ...story, config: 'scrape_configs: []', answers: {}, files: {}, dns: {}, timeline: [] };
    const { ok } = await testScenario(dead);
    assert.ok(!ok, `${file} holds whatever happens`);
  }
});

const STORY = `
# what is to be kept
until: 30s
config: {scrape_configs: [{job_name: a, scrape_interval: 10s, static_configs: [{targets: ["a:80"]}]}]}
targets: {"a:80": x {{n}}}
expect:
- series: x # in order
  values: 1 2 4
- series: x
  at: 30s
  value: 3
- markers: x
  count: 7
`.replace('x {{n}}', '"x {{n}}"');

test('what was found is accepted into the file, comments and all, and then holds', async () => {
  const before = await testScenario(readScenario(STORY, 's.yml'));
  assert.equal(before.ok, false);
  const accepted = acceptResults(STORY, before.results);
  assert.equal(accepted, STORY.replace('1 2 4', '1 2 3').replace('count: 7', 'count: 0'));
  assert.ok((await testScenario(readScenario(accepted, 's.yml'))).ok);
  assert.equal(acceptResults(accepted, (await testScenario(readScenario(accepted, 's.yml'))).results), accepted);
});

test('a story in a test throws what a test runner shows, and returns what happened', async () => {
  const document = {
    until: '20s',
    config: 'scrape_configs: [{job_name: a, scrape_interval: 10s, static_configs: [{targets: ["a:80"]}]}]',
    targets: { 'a:80': 'x 1' },
  };
  const run = await scenario({ ...document, expect: [{ series: 'up', values: '1 1' }] });
  assert.equal(run.requests.length, 2);
  await assert.rejects(scenario({ ...document, expect: [{ series: 'up', values: '1 0' }] }), {
    name: 'AssertionError',
    message: /1 of 1 promises were not kept\nnot ok up goes 1 0\n {2}- expected 1 0\n {2}\+ found {4}1 x2/,
  });
});

test('equal stories are told equally', async () => {
  const story = readScenario(STORY, 's.yml');
  const [first, second] = [await testScenario(story), await testScenario(story)];
  assert.deepEqual(first.run.transitions, second.run.transitions);
  assert.deepEqual(first.run.samples, second.run.samples);
});

const FAULTS: readonly { readonly text: string; readonly message: RegExp }[] = [
  { text: 'until: 1m\nexpect: []', message: /config is missing/ },
  { text: 'until: soon\nconfig: ""\nexpect: []', message: /until: "soon" is not When the story ends/ },
  { text: 'until: 1m\nconfig: ""\nexpect: [{series: up}]', message: /expect\[0\]: series goes with values/ },
  { text: 'until: 1m\nconfig: ""\nexpect: [{series: up, markers: up}]', message: /exactly one of series/ },
  {
    text: 'until: 1m\nconfig: ""\nexpect: []\ntimeline: [{at: 1s, anser: {}}]',
    message: /timeline\[0\]\.anser: nothing of this name is known here; there are at, answer/,
  },
  { text: 'until: 1m\nconfig: ""\nexpect: []\ntargets: {"a:1": {takes: long}}', message: /targets\.a:1\.takes/ },
  { text: 'until: 1m\nconfig: ""\nexpect: []\nstart: yesterday', message: /start: not a time/ },
  { text: 'until: [', message: /s\.yml: / },
];

for (const { text, message } of FAULTS) {
  test(`a scenario file that cannot be is refused in words: ${String(message)}`, () => {
    assert.throws(
      () => readScenario(text, 's.yml'),
      (error) => error instanceof ScenarioError && message.test(error.message),
    );
  });
}

test('a configuration that does not load is a promise that was not kept', async () => {
  const { ok, results } = await testScenario(readScenario('until: 1m\nconfig: "scrape_configs: 3"\nexpect: []', 's.yml'));
  assert.equal(ok, false);
  assert.match(results[0]?.found ?? '', /prometheus\.yml/);
});

test('reports name every file and promise for TAP and JUnit', async () => {
  const story = readScenario(STORY, 's.yml');
  const files: FileResult[] = [
    { file: 's.yml', name: 'a <story> & more', tookMs: 3.5, result: await testScenario(story), error: undefined },
    { file: 'b.yml', name: 'b', tookMs: 1, result: undefined, error: 'b.yml: "until" is missing' },
  ];
  const tap = tapText(files);
  assert.match(
    tap,
    /^TAP version 14\n1\.\.2\n# Subtest: a <story> & more\n {4}1\.\.3\n {4}not ok 1 - x goes 1 2 4\n {6}---\n {6}expected: "1 2 4"\n {6}found: "1 2 3"\n/,
  );
  assert.match(tap, /^not ok 2 - b # time=1\.0ms\n {2}---\n {2}error: "b\.yml/m);
  const junit = junitText(files);
  assert.match(junit, /<testsuite name="a &lt;story&gt; &amp; more" file="s\.yml" tests="3" failures="2" errors="0" time="0\.004">/);
  assert.match(junit, /<failure message="expected 1 2 4, found 1 2 3">/);
  assert.match(junit, /<error message="b\.yml: &quot;until&quot; is missing"\/>/);
});

test('another agent can be put into a story', async () => {
  let made = 0;
  const makeAgent = (options: Parameters<typeof createAgent>[0]): ReturnType<typeof createAgent> => {
    made++;
    return createAgent({ ...options, timestampToleranceMs: 0 });
  };
  await testScenario(readScenario(STORY, 's.yml'), { makeAgent });
  assert.equal(made, 1);
});
