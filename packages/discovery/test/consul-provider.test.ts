import assert from 'node:assert/strict';
import test from 'node:test';
import type { SnapshotFrom } from 'xstate';
import { Secret } from '@limpet/model';
import type { consulMachine } from '../src/consul/consul.machine.ts';
import { WATCHED_SERVICES_MAX } from '../src/consul/consul-source.ts';
import { ANSWER_MS_MAX } from '../src/consul/consul-watch.ts';
import { instanceAt, ScriptedConsul } from './scripted-consul.ts';
import { consulSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

const CATALOG = '/v1/catalog/services';
const SELF = '/v1/agent/self';
const health = (service: string): string => `/v1/health/service/${service}`;

interface Run {
  readonly world: World;
  readonly consul: ScriptedConsul;
}

/** Discovery with one section and the services that its agent knows. */
async function started(
  section: Parameters<typeof consulSection>[0],
  services: Parameters<ScriptedConsul['show']>[0],
  prepare: (consul: ScriptedConsul) => void = () => {},
): Promise<Run> {
  const world: World = new World({ openHttpClient: (config) => consul.open(config) });
  const consul = new ScriptedConsul(world.clock);
  consul.show(services);
  prepare(consul);
  world.apply({ job: [consulSection(section)] });
  await world.pass(300);
  return { world, consul };
}

function found({ world }: Run): readonly string[] | undefined {
  return addressesByJob(world.published)['job'];
}

function failures({ world }: Run): number | undefined {
  return world.metrics.value('prometheus_sd_consul_rpc_failures_total');
}

test('C-140 without a datacenter the agent is asked for its own, and targets carry it', async () => {
  const run = await started({}, { web: [instanceAt('a:1')] });
  assert.equal(run.consul.to(SELF).length, 1);
  assert.deepEqual(run.world.published?.get('job')?.[0]?.labels, [
    ['__meta_consul_dc', 'dc1'],
    ['__meta_consul_service', 'web'],
  ]);
  assert.equal(run.consul.to(CATALOG)[0]?.searchParams.has('dc'), false);
});

test('C-140 a datacenter that is configured is not asked for, and every request names it', async () => {
  const run = await started({ datacenter: 'east' }, { web: [instanceAt('a:1')] });
  assert.equal(run.consul.to(SELF).length, 0);
  assert.deepEqual(run.world.published?.get('job')?.[0]?.labels[0], ['__meta_consul_dc', 'east']);
  for (const path of [CATALOG, health('web')]) assert.equal(run.consul.to(path)[0]?.searchParams.get('dc'), 'east');
});

for (const [what, self] of [
  ['no datacenter', { Config: {} }],
  ['something else than a text', { Config: { Datacenter: 7 } }],
  ['no object', []],
] as const) {
  test(`C-140 an agent that tells ${what} is asked again after 15 s`, async () => {
    const run = await started({}, { web: [instanceAt('a:1')] }, (consul) => (consul.self = self));
    assert.equal(failures(run), 1);
    assert.equal(run.consul.to(SELF).length, 1);
    run.consul.self = { Config: { Datacenter: 'dc9' } };
    await run.world.pass(14_690);
    assert.equal(run.consul.to(SELF).length, 1);
    await run.world.pass(500);
    assert.equal(run.consul.to(SELF).length, 2);
    assert.deepEqual(found(run), ['a:1']);
  });
}

test('C-140 an agent that does not answer is given up after 2 min 15 s', async () => {
  const world = new World({ openHttpClient: (config) => consul.open(config) });
  const consul = new ScriptedConsul(world.clock);
  consul.hang(SELF);
  world.apply({ job: [consulSection()] });
  await world.pass(ANSWER_MS_MAX - 1);
  assert.equal(consul.requests[0]?.signal.aborted, false);
  await world.pass(1);
  assert.equal(consul.requests[0]?.signal.aborted, true);
  await world.pass(15_000);
  assert.equal(consul.to(SELF).length, 2);
});

test('C-141 named services without tags and filter are watched without the catalog', async () => {
  const run = await started({ services: ['web', 'db', 'web'] }, { web: [instanceAt('a:1')], other: [instanceAt('x:1')] });
  assert.equal(run.consul.to(CATALOG).length, 0);
  assert.equal(run.consul.to(health('web')).length, 1);
  assert.equal(run.consul.to(health('db')).length, 1);
  assert.deepEqual(found(run), ['a:1']);
  run.consul.show({ web: [instanceAt('a:1')], db: [instanceAt('d:1')] });
  await run.world.pass(31_000);
  assert.deepEqual(found(run), ['a:1', 'd:1']);
});

for (const { why, section, watched } of [
  { why: 'nothing is named', section: {}, watched: ['db', 'web'] },
  { why: 'a tag is asked for', section: { tags: ['prod', 'eu'] }, watched: ['web'] },
  { why: 'services and tags are named', section: { services: ['db', 'web'], tags: ['prod'] }, watched: ['db', 'web'] },
  { why: 'services and a filter are named', section: { services: ['db'], filter: 'x' }, watched: ['db'] },
]) {
  test(`C-141 the catalog says what to watch where ${why}`, async () => {
    const run = await started(section, { web: [instanceAt('a:1', ['prod', 'eu'])], db: [instanceAt('d:1', ['prod'])] });
    assert.equal(run.consul.to(CATALOG).length, 1);
    const asked = run.consul.requests.map(({ url }) => new URL(url).pathname).filter((path) => path.startsWith('/v1/health'));
    assert.deepEqual(asked.sort(), watched.map(health));
  });
}

test('C-141 a service that comes is watched, one that goes is not any more and has no targets', async () => {
  const run = await started({}, { web: [instanceAt('a:1')] });
  run.consul.show({ web: [instanceAt('a:1')], db: [instanceAt('d:1')] });
  await run.world.pass(31_000);
  assert.deepEqual(found(run), ['a:1', 'd:1']);
  run.consul.show({ db: [instanceAt('d:1')] });
  await run.world.pass(35_000);
  assert.deepEqual(found(run), ['d:1']);
  const asked = run.consul.to(health('web')).length;
  await run.world.pass(300_000);
  assert.equal(run.consul.to(health('web')).length, asked);
});

test('C-141 where nothing is watched the job is told to have no targets, once', async () => {
  const run = await started({ services: ['gone'], filter: 'x' }, { web: [instanceAt('a:1')] });
  assert.deepEqual(run.world.inputs.filter(({ kind }) => kind === 'push').length, 1);
  assert.deepEqual(found(run), []);
  run.consul.show({ other: [instanceAt('o:1')] });
  await run.world.pass(31_000);
  assert.deepEqual(run.world.inputs.filter(({ kind }) => kind === 'push').length, 1);
});

test('C-141 C-142 the catalog and a service are asked with everything that the section says', async () => {
  const section = {
    datacenter: 'east',
    namespace: 'team',
    partition: 'part',
    nodeMeta: { rack: 'a b', zone: 'z' },
    filter: '"x" in Tags',
    healthFilter: 'Service.Meta.a == "b"',
    tags: ['t1', 't2'],
    token: new Secret('hunter2'),
  };
  const run = await started(section, { web: [instanceAt('a:1', ['t1', 't2'])] });
  const common = [
    ['dc', 'east'],
    ['ns', 'team'],
    ['partition', 'part'],
    ['stale', ''],
    ['wait', '120000ms'],
    ['node-meta', 'rack:a b'],
    ['node-meta', 'zone:z'],
  ];
  assert.deepEqual([...(run.consul.to(CATALOG)[0]?.searchParams ?? [])], [...common, ['filter', '"x" in Tags']]);
  assert.deepEqual(
    [...(run.consul.to(health('web'))[0]?.searchParams ?? [])],
    [['tag', 't1'], ['tag', 't2'], ...common, ['filter', 'Service.Meta.a == "b"']],
  );
  for (const { headers } of run.consul.requests) assert.deepEqual(headers, { Accept: 'application/json', 'X-Consul-Token': 'hunter2' });
  const strict = await started({ allowStale: false }, { web: [instanceAt('a:1')] });
  for (const { url, headers } of strict.consul.requests) {
    assert.equal(new URL(url).searchParams.has('stale'), false);
    assert.deepEqual(headers, { Accept: 'application/json' });
  }
});

test('C-142 a poll names the index of the last answer and waits; the same index is no update', async () => {
  const run = await started({ services: ['web'] }, { web: [instanceAt('a:1')] });
  const pushes = (): number => run.world.inputs.filter(({ kind }) => kind === 'push').length;
  assert.equal(run.consul.to(health('web'))[0]?.searchParams.has('index'), false);
  await run.world.pass(30_000);
  assert.deepEqual(
    run.consul.to(health('web')).map(({ searchParams }) => searchParams.get('index')),
    [null, '11'],
  );
  const told = pushes();
  await run.world.pass(121_000);
  assert.equal(run.consul.to(health('web')).length, 3);
  assert.equal(pushes(), told);
  run.consul.show({ web: [instanceAt('a:2')] });
  await run.world.pass(5_000);
  assert.deepEqual(found(run), ['a:2']);
  assert.equal(run.consul.to(health('web')).length, 3);
});

test('C-142 an answer with the index of the one before is no update, whatever it says', async () => {
  const run = await started({ services: ['web'] }, { web: [instanceAt('a:1')] });
  run.consul.indexText = '11';
  run.consul.show({ web: [instanceAt('a:2')] });
  await run.world.pass(31_000);
  assert.equal(run.consul.to(health('web')).length, 2);
  assert.deepEqual(found(run), ['a:1']);
  run.consul.indexText = undefined;
  await run.world.pass(30_000);
  assert.deepEqual(found(run), ['a:2']);
});

test('C-142 polls keep to the grid of the refresh interval, and one that was held longer is followed at once', async () => {
  const run = await started({ services: ['web'] }, { web: [instanceAt('a:1')] });
  const at: number[] = [];
  let seen = 0;
  for (let ms = 300; ms < 200_000; ms += 100) {
    await run.world.pass(100);
    if (run.consul.requests.length > seen) at.push(Math.round(run.world.clock.mono() / 1_000));
    seen = run.consul.requests.length;
    if (ms === 40_000) run.consul.show({ web: [instanceAt('a:2')] });
  }
  // asked at 0, 30 (answered at 40 by the change), 60 (held until 180), and at once then
  assert.deepEqual(at, [0, 30, 60, 180]);
});

test('C-142 after a failure nothing is asked for 15 s, and the targets stay', async () => {
  const run = await started({ services: ['web'], refreshIntervalMs: 1_000 }, { web: [instanceAt('a:1')] });
  await run.world.pass(2_000);
  run.consul.fail(500);
  await run.world.pass(10);
  const asked = run.consul.to(health('web')).length;
  assert.equal(failures(run), 1);
  await run.world.pass(14_980);
  assert.equal(run.consul.to(health('web')).length, asked);
  await run.world.pass(50);
  assert.equal(run.consul.to(health('web')).length, asked + 1);
  assert.deepEqual(found(run), ['a:1']);
  run.consul.show({ web: [instanceAt('a:2')] });
  await run.world.pass(20_000);
  assert.deepEqual(found(run), ['a:2']);
  const line = run.world.logged.find(({ level }) => level === 'error');
  assert.deepEqual(line?.fields, {
    code: 'LIMPET_CONSUL_SD_WATCH',
    provider: 'consul/0',
    server: 'consul.test:8500',
    service: 'web',
    error: 'server returned HTTP status 500: [{"Node":{"Node":"n","Address":"a"},"Service":{"ID":"a:1","Port":1,"Tags":[]}}]',
  });
});

test('C-142 an answer that takes longer than Consul may hold it back is given up', async () => {
  const run = await started({ services: ['web'] }, { web: [instanceAt('a:1')] });
  run.consul.hang(health('web'));
  await run.world.pass(30_000);
  const request = run.consul.requests.at(-1);
  await run.world.pass(ANSWER_MS_MAX - 1_000);
  assert.equal(request?.signal.aborted, false);
  await run.world.pass(1_000);
  assert.equal(request?.signal.aborted, true);
  assert.equal(failures(run), 1);
});

for (const indexText of ['', '0', 'x', '-1']) {
  test(`C-142 an answer with the index ${JSON.stringify(indexText)} is unusable`, async () => {
    const run = await started({ services: ['web'] }, { web: [instanceAt('a:1')] }, (consul) => (consul.indexText = indexText));
    assert.equal(failures(run), 1);
    assert.deepEqual(found(run), []);
    run.consul.indexText = undefined;
    await run.world.pass(31_000);
    assert.deepEqual(found(run), ['a:1']);
  });
}

test('C-141 more services than the limit are not all watched, and the log says so', async () => {
  const names = Array.from({ length: WATCHED_SERVICES_MAX + 1 }, (_, n) => `s${n}`);
  const run = await started({}, Object.fromEntries(names.map((name) => [name, []])));
  const provider = run.world.actor.getSnapshot().children['consul/0']?.getSnapshot() as SnapshotFrom<typeof consulMachine> | undefined;
  assert.equal(provider?.context.watchedCount, WATCHED_SERVICES_MAX);
  const line = run.world.logged.find(({ level }) => level === 'error');
  assert.equal(line?.message, 'too many services, some are not watched');
});

test('D-040 requests to Consul and their failures are counted, from 0', async () => {
  const world = new World();
  assert.equal(world.metrics.value('prometheus_sd_consul_rpc_failures_total'), 0);
  const run = await started({}, { web: [instanceAt('a:1')], db: [] });
  assert.equal(run.world.metrics.value('prometheus_sd_consul_rpc_duration_seconds', 'catalog', 'services'), 1);
  assert.equal(run.world.metrics.value('prometheus_sd_consul_rpc_duration_seconds', 'catalog', 'service'), 2);
});

test('D-008 a server that nobody can reach is a section whose provider cannot be created, and its password is not told', async () => {
  const run = await started({ server: 'ftp://u:hunter2@consul.test' }, {});
  assert.equal(run.world.metrics.value('prometheus_sd_failed_configs', 'scrape'), 1);
  assert.match(JSON.stringify(run.world.logged), /Unknown protocol scheme/);
  assert.doesNotMatch(JSON.stringify(run.world.logged), /hunter2/);
});

test('the machine shows the datacenter and how many services are watched', async () => {
  const run = await started({}, { web: [instanceAt('a:1')], db: [] });
  const provider = run.world.actor.getSnapshot().children['consul/0']?.getSnapshot() as SnapshotFrom<typeof consulMachine> | undefined;
  assert.equal(provider?.value, 'watching');
  assert.deepEqual(provider?.context, { provider: 'consul/0', datacenter: 'dc1', watchedCount: 2 });
});
