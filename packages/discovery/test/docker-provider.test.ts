import assert from 'node:assert/strict';
import test from 'node:test';
import { HTTP_CLIENT_DEFAULTS } from '@limpet/config';
import { containerAt, showContainers } from './scripted-docker.ts';
import { dockerSection } from './sections.ts';
import { addressesByJob, World } from './world.ts';

const URL = 'http://docker.test:2375';

async function started(section = dockerSection(URL)): Promise<World> {
  const world = new World();
  showContainers(world.http, URL, [containerAt('10.0.0.1:9100')]);
  world.apply({ job: [section] });
  await world.pass(200);
  return world;
}

function paths(world: World): readonly string[] {
  return world.http.requests.map(({ url }) => url.replace(URL, ''));
}

test('C-160 a refresh asks for the version once, then for containers and networks', async () => {
  const world = await started({ ...dockerSection(URL), filters: [{ name: 'label', values: ['scrape'] }] });
  const query = `?filters=${encodeURIComponent('{"label":{"scrape":true}}')}`;
  assert.deepEqual(paths(world), ['/_ping', `/v1.47/containers/json${query}`]);
  world.http.answers.set(`${URL}/v1.47/containers/json${query}`, { text: '[]' });
  await world.pass(120_000);
  assert.deepEqual(paths(world).slice(2), [
    '/_ping', // asked for anew after the refresh that failed
    `/v1.47/containers/json${query}`,
    '/v1.47/networks',
    `/v1.47/containers/json${query}`,
    '/v1.47/networks',
  ]);
});

test('C-160 the containers of a daemon are targets, renewed with every refresh', async () => {
  const world = await started();
  assert.deepEqual(addressesByJob(world.published), { job: ['10.0.0.1:9100'] });
  showContainers(world.http, URL, [containerAt('10.0.0.1:9100'), containerAt('10.0.0.2:9100')]);
  await world.pass(60_000);
  assert.deepEqual(addressesByJob(world.published), { job: ['10.0.0.1:9100', '10.0.0.2:9100'] });
});

for (const { what, path, answer, error } of [
  { what: 'the version', path: '/_ping', answer: { error: 'refused' }, error: 'refused' },
  {
    what: 'containers',
    path: '/v1.47/containers/json',
    answer: { status: 500, text: '{"message":"broken"}' },
    error: 'error while listing containers: server returned HTTP status 500 Scripted: {"message":"broken"}',
  },
  {
    what: 'containers in an unusable list',
    path: '/v1.47/containers/json',
    answer: { text: '[{"Names": "x"}]' },
    error: 'error while listing containers: unusable answer: Names is not a list',
  },
  {
    what: 'networks',
    path: '/v1.47/networks',
    answer: { status: 404 },
    error: 'error while computing network labels: server returned HTTP status 404 Scripted',
  },
]) {
  test(`C-160 D-004 a daemon that does not tell ${what} leaves the targets as they are, and the refresh counts as failed`, async () => {
    const world = new World();
    showContainers(world.http, URL, [containerAt('10.0.0.1:9100')]);
    const known = world.http.answers.get(`${URL}${path}`);
    if (path === '/_ping') world.http.answers.set(`${URL}${path}`, answer);
    world.apply({ job: [dockerSection(URL)] });
    if (path !== '/_ping') {
      await world.pass(200);
      world.http.answers.set(`${URL}${path}`, answer);
    }
    await world.pass(60_100);
    assert.ok((world.metrics.value('prometheus_sd_refresh_failures_total', 'docker', 'job') ?? 0) >= 1);
    assert.deepEqual(addressesByJob(world.published), { job: path === '/_ping' ? [] : ['10.0.0.1:9100'] });
    const line = world.logged.find(({ level }) => level === 'error');
    assert.deepEqual(line?.fields, { code: 'LIMPET_SD_REFRESH', provider: 'docker/0', error });
    if (known !== undefined) world.http.answers.set(`${URL}${path}`, known);
    await world.pass(60_100);
    assert.deepEqual(addressesByJob(world.published), { job: ['10.0.0.1:9100'] });
  });
}

test('C-160 a request takes no longer than the refresh interval', async () => {
  const world = await started();
  world.http.answers.set(`${URL}/v1.47/containers/json`, { hangs: true });
  await world.pass(60_000);
  const hanging = world.http.requests.at(-1);
  assert.equal(hanging?.signal.aborted, false);
  await world.pass(60_000);
  assert.equal(hanging?.signal.aborted, true);
});

test('D-008 C-160 a host that nobody can reach is a section whose provider cannot be created', async () => {
  const world = new World();
  world.apply({ job: [dockerSection('npipe:////./pipe/docker')] });
  await world.pass(200);
  assert.equal(world.metrics.value('prometheus_sd_failed_configs', 'scrape'), 1);
  assert.deepEqual(addressesByJob(world.published), { job: [] });
  world.apply({});
  await world.pass(200);
  assert.equal(world.metrics.value('prometheus_sd_failed_configs', 'scrape'), 0);
});

test('C-160 the HTTP client block counts for http and https only; others take the proxies of the environment', async () => {
  const httpClient = { ...HTTP_CLIENT_DEFAULTS, followRedirects: false };
  for (const [host, expected] of [
    ['http://docker.test:2375', httpClient],
    ['https://docker.test', httpClient],
    ['tcp://docker.test:2375', { ...HTTP_CLIENT_DEFAULTS, proxy: { ...HTTP_CLIENT_DEFAULTS.proxy, fromEnvironment: true } }],
  ] as const) {
    const world = new World();
    world.apply({ job: [{ ...dockerSection(host), httpClient }] });
    await world.pass(200);
    assert.deepEqual(world.http.openedWith, [expected], host);
  }
});
