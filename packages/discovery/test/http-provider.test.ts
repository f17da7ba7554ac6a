import assert from 'node:assert/strict';
import test from 'node:test';
import { ANSWER_BYTES_MAX } from '../src/http/http-refresher.ts';
import { HANGING_OPENINGS_MAX, OPENING_MS_MAX } from '../src/provider/lazy-client.ts';
import { groupText } from './group-text.ts';
import type { ScriptedAnswer } from './scripted-http.ts';
import { httpSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

const URL = 'http://sd.test/targets';

async function started(answer: ScriptedAnswer, refreshIntervalMs = 60_000): Promise<World> {
  const world = new World();
  world.http.answers.set(URL, answer);
  world.apply({ job: [httpSection(URL, refreshIntervalMs)] });
  await world.pass(200);
  return world;
}

test('C-120 a request asks for JSON and names the refresh interval in seconds', async () => {
  const { http } = await started({ text: '[]' }, 90_500);
  const [request] = http.requests;
  assert.equal(request?.method, 'GET');
  assert.equal(request?.url, URL);
  assert.deepEqual(request?.headers, { Accept: 'application/json', 'X-Prometheus-Refresh-Interval-Seconds': '90.5' });
  assert.equal(request?.bodyLimitBytes, ANSWER_BYTES_MAX);
  assert.equal(request?.inflate, false);
});

test('C-120 a request that takes longer than the refresh interval is given up, and the next one starts at once', async () => {
  const world = await started({ text: groupText([['a:1']]) });
  world.http.answers.set(URL, { hangs: true });
  await world.pass(60_000 - 200);
  assert.equal(world.http.requests.length, 2);
  await world.pass(59_999);
  assert.equal(world.http.requests[1]?.signal.aborted, false);
  world.http.answers.set(URL, { text: groupText([['a:2']]) });
  await world.pass(1);
  assert.equal(world.http.requests[1]?.signal.aborted, true);
  assert.equal(world.http.requests.length, 3);
  assert.equal(world.metrics.value('prometheus_sd_http_failures_total'), 1);
  assert.equal(world.metrics.value('prometheus_sd_refresh_failures_total', 'http', 'job'), 1);
  await world.pass(200);
  assert.deepEqual(addressesByJob(world.published), { job: ['a:2'] });
});

for (const { name, answer } of [
  { name: 'another status than 200', answer: { status: 202, text: groupText([['a:9']]) } },
  { name: 'another content type', answer: { contentType: 'text/html', text: groupText([['a:9']]) } },
  { name: 'another character set', answer: { contentType: 'application/json; charset=latin1', text: groupText([['a:9']]) } },
  { name: 'a body that is no list of groups', answer: { text: '{' } },
  { name: 'a connection that fails', answer: { error: 'connection refused' } },
] satisfies readonly { readonly name: string; readonly answer: ScriptedAnswer }[]) {
  test(`C-121 D-004 ${name} keeps the last result and is counted`, async () => {
    const world = await started({ text: groupText([['a:1']]) });
    world.http.answers.set(URL, answer);
    await world.pass(60_000);
    assert.equal(world.http.requests.length, 2);
    assert.equal(world.metrics.value('prometheus_sd_http_failures_total'), 1);
    assert.equal(world.metrics.value('prometheus_sd_refresh_failures_total', 'http', 'job'), 1);
    await world.pass(10_000);
    assert.deepEqual(addressesByJob(world.published), { job: ['a:1'] });
  });
}

for (const contentType of [
  'application/json',
  ' Application/JSON ',
  'application/json; charset=utf-8',
  'application/json;charset="UTF-8"',
]) {
  test(`C-121 the content type ${JSON.stringify(contentType)} is taken`, async () => {
    const world = await started({ contentType, text: groupText([['a:1']]) });
    assert.deepEqual(addressesByJob(world.published), { job: ['a:1'] });
  });
}

test('C-122 a group names its URL, and a whole answer is one update with empty groups for what disappeared', async () => {
  const world = await started({ text: groupText([['a:1'], ['b:1'], ['c:1']]) });
  assert.deepEqual(world.published?.get('job')?.[1], {
    source: `${URL}:1`,
    targets: [[['__address__', 'b:1']]],
    labels: [['__meta_url', URL]],
  });
  world.http.answers.set(URL, { text: groupText([['a:2']]) });
  await world.pass(61_000);
  assert.deepEqual(addressesByJob(world.published), { job: ['a:2'] });
  assert.equal(world.inputs.filter(({ kind }) => kind === 'push').length, 2);
});

test('C-013 C-122 the password of a URL is in no label', async () => {
  const world = new World();
  const url = 'http://user:hidden@sd.test/targets';
  world.http.answers.set(url, { text: groupText([['a:1']]) });
  world.apply({ job: [httpSection(url)] });
  await world.pass(10_000);
  assert.deepEqual(world.published?.get('job')?.[0]?.labels, [['__meta_url', 'http://user:xxxxx@sd.test/targets']]);
});

test('D-008 a client whose opening hangs is given up after its deadline; the next refresh opens it anew, and what came late is closed', async () => {
  const world = new World();
  const gate = Promise.withResolvers<void>();
  world.http.openGate = gate.promise;
  world.http.answers.set(URL, { text: groupText([['a:1']]) });
  world.apply({ job: [httpSection(URL)] });
  await world.pass(OPENING_MS_MAX);
  const failures = (): number => world.metrics.value('prometheus_sd_http_failures_total') ?? 0;
  assert.equal(failures(), 1, 'the deadline of opening, not that of the refresh');
  assert.equal(world.http.openCount, 0);
  world.http.openGate = undefined;
  await world.pass(60_000);
  assert.deepEqual(addressesByJob(world.published), { job: ['a:1'] });
  gate.resolve();
  await world.pass(1);
  assert.equal(world.http.openCount, 1, 'the late one was closed');
});

test('D-008 no more openings hang at once than threads can be spared', async () => {
  const world = new World();
  let openings = 0;
  const gate = Promise.withResolvers<void>();
  Object.defineProperty(world.http, 'openGate', {
    get: () => {
      openings++;
      return gate.promise;
    },
  });
  world.http.answers.set(URL, { text: groupText([['a:1']]) });
  world.apply({ job: [httpSection(URL)] });
  await world.pass(10 * 60_000);
  assert.equal(openings, HANGING_OPENINGS_MAX);
  gate.resolve();
  await world.pass(2 * 60_000);
  assert.deepEqual(addressesByJob(world.published), { job: ['a:1'] });
});

test('D-004 refreshes keep to the grid of the interval, however long each takes', async () => {
  const world = new World();
  const askedAt: number[] = [];
  world.http.answers.set(URL, { text: '[]', delayMs: 700 });
  world.apply({ job: [httpSection(URL, 1_000)] });
  let count = 0;
  for (let ms = 0; ms < 5_500; ms += 50) {
    await world.pass(50);
    if (world.http.requests.length > count) askedAt.push(world.clock.mono());
    count = world.http.requests.length;
  }
  assert.deepEqual(askedAt, [50, 1_000, 2_000, 3_000, 4_000, 5_000]);
});

test('D-040 refreshes are timed, and the series of a job go with its provider', async () => {
  const world = await started({ text: '[]', delayMs: 100 });
  assert.equal(world.metrics.value('prometheus_sd_refresh_duration_seconds', 'http', 'job'), 1);
  assert.equal(world.metrics.value('prometheus_sd_refresh_duration_histogram_seconds', 'http'), 1);
  world.apply({});
  assert.equal(world.metrics.value('prometheus_sd_refresh_duration_seconds', 'http', 'job'), undefined);
});

for (const ends of [false, true]) {
  test(`D-008 a client that takes longer to open than a refresh may last is opened once${ends ? ', and closed where the provider has ended' : ''}`, async () => {
    const world = new World();
    const gate = Promise.withResolvers<void>();
    world.http.openGate = gate.promise;
    world.http.answers.set(URL, { text: groupText([['a:1']]) });
    world.apply({ job: [httpSection(URL, 1_000)] });
    await world.pass(3_500);
    assert.equal(world.metrics.value('prometheus_sd_http_failures_total'), 3);
    if (ends) world.send({ type: 'stop' });
    gate.resolve();
    await world.pass(1_000);
    assert.equal(world.http.openCount, ends ? 0 : 1);
    assert.deepEqual(addressesByJob(world.discovery.table.targetSets()), ends ? {} : { job: ['a:1'] });
    assert.deepEqual(world.faults, []);
  });
}
