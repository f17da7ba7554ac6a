import assert from 'node:assert/strict';
import test from 'node:test';
import { ScrapeRig } from '../test/scrape-rig.ts';

const two = { node: ['10.0.0.1:9100', '10.0.0.2:9100'] };

test('targets that discovery names are scraped, each under an id of job, instance, hash and generation', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover(two);
  assert.equal(rig.loops.length, 2);
  for (const id of rig.loops) assert.match(id, /^node\/10\.0\.0\.[12]:9100#[0-9a-f]{6}~1$/);
  await rig.advance(30_000);
  assert.deepEqual(new Set(rig.appends.map(({ loopId }) => loopId)), new Set(rig.loops));
  assert.deepEqual(rig.faults, []);
});

test('S-043 a sync keeps the loops of known targets and refreshes their discovered labels; the same target twice is one loop', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover({ node: [{ __address__: '10.0.0.1:9100', __meta_zone: 'a' }] });
  const before = rig.loops;
  await rig.discover({
    node: [
      { __address__: '10.0.0.1:9100', __meta_zone: 'a' },
      { __address__: '10.0.0.1:9100', __meta_zone: 'b' },
    ],
  });
  assert.deepEqual(rig.loops, before);
  assert.deepEqual(rig.tables.loops.get(before[0] ?? '')?.target.discovered.target, [
    ['__address__', '10.0.0.1:9100'],
    ['__meta_zone', 'b'],
  ]);
});

test('S-141 a target that has gone gets end-of-run markers; one that comes back is a new generation', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover(two);
  await rig.advance(20_000);
  const [first = ''] = rig.loops;
  await rig.discover({ node: two.node.slice(1) });
  assert.equal(rig.stateOf(first), 'retiring');
  await rig.discover(two);
  assert.ok(rig.loops.some((id) => id.endsWith('~2')));
  await rig.advance(40_000);
  assert.deepEqual(rig.marked, [first]);
  assert.equal(rig.tables.loops.has(first), false);
});

test('S-027 S-142 a job that is removed leaves no markers, no loops and no client', async () => {
  const rig = new ScrapeRig();
  await rig.configure({}, { jobName: 'web' });
  await rig.discover({ ...two, web: ['10.0.0.3:80'] });
  await rig.advance(20_000);
  await rig.configure({ jobName: 'web' });
  await rig.advance(60_000);
  assert.deepEqual(rig.marked, []);
  assert.deepEqual([...rig.tables.pools.keys()], ['web']);
  assert.equal(rig.loops.length, 1);
  assert.equal(rig.clients.filter(({ isOpen }) => isOpen).length, 1);
});

test('S-142 I9 a stop writes no markers and leaves nothing in the tables and no timers', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover(two);
  await rig.advance(20_000);
  await rig.stop();
  assert.deepEqual([rig.marked, rig.loops, rig.tables.pools.size, rig.directory.size], [[], [], 0, 0]);
  assert.deepEqual([rig.wheel.pendingCount, rig.clock.pendingCount], [0, 0]);
});

test('S-024 a change that the series cache survives keeps the loops; any other one replaces them, with markers later', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover(two);
  await rig.advance(20_000);
  const first = rig.loops;
  await rig.configure({ sampleLimit: 10 });
  assert.deepEqual(rig.loops, first);
  await rig.configure({ sampleLimit: 10, honorLabels: true });
  assert.deepEqual(
    rig.loops.map((id) => [id.slice(-1), rig.stateOf(id)]),
    [
      ['1', 'retiring'],
      ['1', 'retiring'],
      ['2', 'idle.offset'],
      ['2', 'idle.offset'],
    ],
  );
  await rig.advance(60_000);
  assert.deepEqual(new Set(rig.marked), new Set(first));
});

test('a target that changes nothing but its interval keeps its loop and series cache', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover({ node: [{ __address__: '10.0.0.1:9100', __scrape_interval__: '15s' }] });
  await rig.advance(20_000);
  const [id = ''] = rig.loops;
  const cache = rig.tables.loops.get(id)?.cache;
  await rig.discover({ node: [{ __address__: '10.0.0.1:9100', __scrape_interval__: '30s' }] });
  assert.deepEqual([rig.loops, rig.tables.loops.get(id)?.target.intervalMs], [[id], 30_000]);
  assert.equal(rig.tables.loops.get(id)?.cache, cache);
});

test('S-026 a reload leaves relabelling to the next sync', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover(two);
  await rig.configure({ metricsPath: '/other', scrapeIntervalMs: 60_000 });
  const urls = () => [...rig.tables.loops.values()].map(({ target }) => target.url);
  assert.deepEqual(new Set(urls().map((url) => new URL(url).pathname)), new Set(['/metrics']));
  await rig.discover(two);
  assert.ok(urls().some((url) => url.endsWith('/other')));
});

test('S-044 too many targets: every loop is forced to fail; within the limit they are scraped again', async () => {
  const rig = new ScrapeRig();
  await rig.configure({ targetLimit: 1 });
  await rig.discover(two);
  await rig.advance(20_000);
  assert.deepEqual(new Set(rig.appends.map(({ outcome }) => outcome.kind)), new Set(['forced']));
  assert.equal(rig.counted.get('prometheus_target_scrape_pool_exceeded_target_limit_total'), 1);
  rig.appends.length = 0;
  await rig.discover({ node: two.node.slice(1) });
  await rig.advance(20_000);
  assert.deepEqual(new Set(rig.appends.map(({ outcome }) => outcome.kind)), new Set(['response']));
});

test('S-004 S-003 a pool whose client cannot be opened is counted and tried again at the next reload', async () => {
  const rig = new ScrapeRig();
  rig.refuseClients = true;
  await rig.configure({});
  await rig.discover(two);
  assert.deepEqual([rig.loops.length, rig.counted.get('prometheus_target_scrape_pools_failed_total')], [0, 1]);
  rig.refuseClients = false;
  await rig.discover(two);
  assert.equal(rig.loops.length, 2);
});

test('S-021 a reload whose client cannot be opened keeps the old configuration; the next one tries again', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover(two);
  rig.refuseClients = true;
  await rig.configure({ sampleLimit: 5 });
  assert.deepEqual([rig.told.at(-1)?.ok, rig.tables.pools.get('node')?.config.sampleLimit], [false, 0]);
  assert.match(rig.told.at(-1)?.error ?? '', /node: unable to load CA/);
  rig.refuseClients = false;
  await rig.configure({ sampleLimit: 5 });
  assert.deepEqual([rig.told.at(-1)?.ok, rig.tables.pools.get('node')?.config.sampleLimit], [true, 5]);
  assert.equal(rig.counted.get('prometheus_target_scrape_pool_reloads_failed_total'), 1);
});

test('S-022 an unchanged configuration reloads nothing', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover(two);
  await rig.configure({});
  assert.deepEqual([rig.clients.length, rig.told.length], [1, 2]);
});

test('S-023 the old client stays open until the last scrape under it has ended', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover(two);
  rig.isHanging = true;
  while (!rig.loops.some((id) => rig.stateOf(id) === 'fetching.scraping')) await rig.advance(100);
  await rig.configure({ sampleLimit: 5 });
  assert.ok(rig.loops.some((id) => rig.stateOf(id) === 'fetching.scraping'));
  assert.deepEqual(
    rig.clients.map(({ isOpen }) => isOpen),
    [true, true],
  );
  await rig.advance(10_000);
  assert.deepEqual(
    rig.clients.map(({ isOpen }) => isOpen),
    [false, true],
  );
});

test('S-011 a pool keeps the seed that it was created with', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover(two);
  const seed = rig.tables.pools.get('node')?.seed;
  await rig.configure({ sampleLimit: 5 });
  assert.deepEqual([seed, rig.tables.pools.get('node')?.seed], [42n, 42n]);
});

test('S-170 health survives a reload, not a target that went and came back', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover({ node: two.node.slice(0, 1) });
  const entry = rig.tables.loops.get(rig.loops[0] ?? '');
  assert.ok(entry);
  entry.health = 'up';
  await rig.configure({ honorLabels: true });
  assert.equal(rig.tables.loops.get(rig.loops.at(-1) ?? '')?.health, 'up');
  await rig.discover({ node: [] });
  await rig.discover({ node: two.node.slice(0, 1) });
  assert.equal(rig.tables.loops.get(rig.loops.at(-1) ?? '')?.health, 'unknown');
});

test('S-037 a target that cannot be built is logged and counted; the others are scraped', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover({ node: ['10.0.0.1:9100', 'no/host'] });
  assert.equal(rig.loops.length, 1);
  assert.equal(rig.counted.get('prometheus_target_sync_failed_total'), 1);
  assert.ok(rig.logged.some(({ message }) => message === 'Creating target failed'));
});

test('S-173 the metrics of a job go with its pool', async () => {
  const rig = new ScrapeRig();
  await rig.configure({});
  await rig.discover(two);
  assert.equal(rig.counted.get('prometheus_target_scrape_pool_targets node'), 2);
  await rig.configure();
  assert.equal(rig.counted.has('prometheus_target_scrape_pool_targets node'), false);
});

test('two jobs with the same target have loops of their own', async () => {
  const rig = new ScrapeRig();
  await rig.configure({ jobName: 'a' }, { jobName: 'b' });
  const same = [{ __address__: '10.0.0.1:9100', job: 'same' }];
  await rig.discover({ a: same, b: same });
  await rig.advance(20_000);
  assert.equal(new Set(rig.loops).size, 2);
  assert.equal(new Set(rig.appends.map(({ loopId }) => loopId)).size, 2);
});

test('revisions that nobody names any more are forgotten', async () => {
  const rig = new ScrapeRig();
  for (let round = 1; round <= 5; round++) {
    await rig.configure({ sampleLimit: round });
    await rig.discover(two);
  }
  await rig.advance(30_000);
  await rig.configure({ sampleLimit: 9 });
  assert.ok(rig.tables.configs.size <= 2, String([...rig.tables.configs.keys()]));
  assert.ok(rig.tables.groups.size <= 2, String([...rig.tables.groups.keys()]));
});
