import assert from 'node:assert/strict';
import test from 'node:test';
import { counts, EPOCH_MS, report, scraped, ScrapeWorld } from '../../test/append/scripted-scrape.ts';
import { rule, targetWith } from '../../test/job.ts';

const OUT_OF_ORDER = 'prometheus_target_scrapes_sample_out_of_order_total';
const REPORT_NAMES = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
];

test('S-130 samples, markers and report series are one batch, at the time of the scrape', () => {
  const world = new ScrapeWorld({ target: targetWith({ job: 'j' }) });
  world.scrape('a 1\n');
  const batch = world.scrape('b 2\n');
  assert.equal(world.batches.length, 2);
  assert.deepEqual(
    batch.samples.map(({ series }) => series),
    ['b{job="j"}', 'a{job="j"}', ...REPORT_NAMES.map((name) => `${name}{job="j"}`)],
  );
  assert.ok(batch.samples.every(({ atMs }) => atMs === EPOCH_MS + 15_000));
  assert.deepEqual([batch.job, batch.targetId, batch.epoch, batch.timestampMs], ['job', 'host:1#012345', 0, EPOCH_MS + 15_000]);
  assert.equal(batch.tick, (world.batches[0]?.tick ?? 0) + 1);
});

test('S-131 S-138 a failed request marks every series once and reports up 0 each time', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\nb 1\n');
  assert.deepEqual(scraped(world.fail()), ['a stale', 'b stale']);
  for (let scrape = 0; scrape < 2; scrape++) {
    const batch = world.fail();
    assert.deepEqual([scraped(batch), counts(batch)], [[], [0, 0, 0, 0]]);
    assert.ok(batch.samples.every(({ value }) => value !== 'stale'));
  }
  assert.deepEqual(scraped(world.scrape('a 1\n')), ['a 1']);
});

test('S-132 E-012 a body that fails is rolled back: what it reached gets neither sample nor marker, the rest is marked', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\nb 1\nc 1\n');
  const batch = world.scrape('a 2\nnew 2\nbroken\nb 2\n');
  assert.deepEqual(scraped(batch), ['b stale', 'c stale']);
  assert.deepEqual(counts(batch), [0, 2, 2, 1]);
  assert.deepEqual(scraped(world.scrape('b 3\n')), ['b 3', 'a stale', 'new stale'], 'what was reached counted as exposed');
});

test('S-132 invalid UTF-8 anywhere fails the whole scrape', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\n');
  const body = new Uint8Array([...Buffer.from('a 1\nb{x="'), 0xff, ...Buffer.from('"} 1\n')]);
  assert.deepEqual([scraped(world.scrape(body)), world.loop().health], [[], 'down']);
});

test('S-132 S-139 at the sample limit the series stored before it stay tracked, the others are marked whatever the limit', () => {
  const world = new ScrapeWorld({ config: { sampleLimit: 2 } });
  world.scrape('a 1\nb 1\n');
  assert.deepEqual(scraped(world.scrape('c 1\nd 1\ne 1\n')), ['a stale', 'b stale']);
  assert.deepEqual(scraped(world.scrape('e 1\n')), ['e 1', 'c stale', 'd stale']);
});

test('S-132 a rolled-back sample does not count as the newest of its series', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1 1000\n');
  world.scrape('a 1 5000\nb 1 4000\nbroken\n');
  assert.deepEqual(scraped(world.scrape('a 2 2000\nb 1 1\n')), ['a 2 @2000', 'b 1 @1']);
});

test('S-132 a rolled-back exemplar does not count as the last of its series', () => {
  const world = new ScrapeWorld();
  const options = { contentType: 'application/openmetrics-text' };
  world.scrape('a_total 1 # {t="x"} 1 9\n', options);
  assert.equal(world.loop().health, 'down');
  assert.equal(world.scrape('a_total 1 # {t="x"} 1 9\n# EOF\n', options).samples[0]?.exemplars.length, 1);
});

test('S-133 a forced error appends an empty scrape and reports up 0 with that error', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\n');
  const batch = world.outcome({ kind: 'forced', error: 'target_limit exceeded (number of targets: 2, limit: 1)' });
  assert.deepEqual([scraped(batch), counts(batch)], [['a stale'], [0, 0, 0, 0]]);
  assert.equal(world.loop().lastError, 'target_limit exceeded (number of targets: 2, limit: 1)');
});

test('S-134 a batch that cannot be handed over is rolled back and logged, and the loop hears of its append all the same', () => {
  const world = new ScrapeWorld();
  world.sinkError = new Error('broken');
  assert.throws(() => world.scrape('a 1 1000\n'), /no batch/);
  assert.deepEqual(world.errors, ['Scrape commit failed']);
  assert.equal(world.told.length, 1);
  assert.deepEqual(world.faults, []);
  world.sinkError = undefined;
  assert.deepEqual(scraped(world.scrape('a 1 1000\n')), ['a 1 @1000'], 'the time of the lost sample is free again');
});

test('S-136 a series that is no longer exposed gets one marker at the time of the scrape', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\nb 1\n');
  assert.deepEqual(scraped(world.scrape('b 2\n')), ['b 2', 'a stale']);
  assert.deepEqual(scraped(world.scrape('b 3\n')), ['b 3']);
  assert.deepEqual(scraped(world.scrape('a 4\nb 4\n')), ['a 4', 'b 4']);
  assert.deepEqual(scraped(world.scrape('b 5\n')), ['b 5', 'a stale']);
});

test('S-136 series with times of their own are not tracked, unless track_timestamps_staleness says so', () => {
  const untracked = new ScrapeWorld();
  untracked.scrape('a 1 1000\n');
  assert.deepEqual(scraped(untracked.fail()), []);
  const tracked = new ScrapeWorld({ config: { trackTimestampsStaleness: true } });
  tracked.scrape('a 1 1000\n');
  assert.deepEqual(scraped(tracked.scrape('b 1\n')), ['b 1', 'a stale']);
  const notHonoured = new ScrapeWorld({ config: { honorTimestamps: false } });
  notHonoured.scrape('a 1 1000\n');
  assert.deepEqual(scraped(notHonoured.fail()), ['a stale']);
});

test('S-136 S-180 a marker is never written over a sample as new, also with an out-of-order window', () => {
  for (const outOfOrderWindowMs of [0, 3_600_000]) {
    const world = new ScrapeWorld({ outOfOrderWindowMs, config: { trackTimestampsStaleness: true } });
    world.scrape(`a 1 ${EPOCH_MS + 15_000}\nb 1 ${EPOCH_MS + 14_999}\n`);
    assert.deepEqual(scraped(world.fail()), ['b stale']);
    assert.equal(world.counted.get(OUT_OF_ORDER), undefined, 'nor is that counted');
  }
});

test('S-137 a series whose sample was refused gets a marker', () => {
  const world = new ScrapeWorld({ config: { trackTimestampsStaleness: true } });
  world.scrape('a 1 2000\n');
  assert.deepEqual(scraped(world.scrape('a 1 1000\n')), ['a stale']);
});

test('S-137 a series that begins to carry its own time gets one marker although still exposed', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\n');
  assert.deepEqual(scraped(world.scrape(`a 2 ${EPOCH_MS + 1}\n`)), [`a 2 @${EPOCH_MS + 1}`, 'a stale']);
  assert.deepEqual(scraped(world.scrape(`a 3 ${EPOCH_MS + 15_001}\n`)), [`a 3 @${EPOCH_MS + 15_001}`]);
});

test('S-139 metric relabelling and label limits do not touch markers', () => {
  const world = new ScrapeWorld();
  world.scrape('a{x="1"} 1\n');
  world.reconfigure({ labelLimit: 1, metricRelabelConfigs: [rule({ sourceLabels: ['__name__'], regex: 'a', action: 'drop' })] });
  assert.deepEqual(scraped(world.scrape('b 1\n')), ['b 1', 'a{x="1"} stale']);
});

test('S-140 S-144 a scrape that fails ends an iteration but forgets nothing', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\nb 1\n');
  const { iteration } = world.loop().cache;
  world.fail();
  world.scrape('a 1\nbroken\n');
  assert.equal(world.loop().cache.iteration, iteration + 2, 'the failed body and the empty scrape after it are one iteration');
  assert.equal(world.loop().cache.seriesCount, 2);
  assert.equal(counts(world.scrape('a 1\nb 1\n'))[3], 0);
});

test('S-143 S-144 a scrape that succeeds forgets series and dropped keys that it did not expose', () => {
  const world = new ScrapeWorld({ config: { metricRelabelConfigs: [rule({ sourceLabels: ['__name__'], regex: 'd.*', action: 'drop' })] } });
  world.scrape('a 1\nb 1\nd1 1\nd2 1\n');
  const { cache } = world.loop();
  assert.deepEqual([cache.seriesCount, cache.droppedCount], [2, 2]);
  world.scrape('b 1\nd2 1\n');
  assert.deepEqual([cache.seriesCount, cache.droppedCount], [1, 1]);
  world.registry.reclaim(Infinity);
  assert.equal(world.registry.size, 1 + REPORT_NAMES.length);
});

test('S-144 metadata outlives its family by ten iterations', () => {
  const world = new ScrapeWorld();
  world.scrape('# TYPE a gauge\na 1\n');
  for (let scrape = 0; scrape < 10; scrape++) world.scrape('b 1\n');
  assert.equal(world.loop().cache.metadata.get('a')?.type, 'gauge');
  world.scrape('b 1\n');
  assert.equal(world.loop().cache.metadata.get('a'), undefined);
});

test('S-145 failing scrapes cannot make the cache grow without end', () => {
  const world = new ScrapeWorld();
  const flushes = () => world.counted.get('prometheus_target_scrapes_cache_flush_forced_total');
  world.scrape('a 1\n');
  const lines = (scrape: number) => Array.from({ length: 300 }, (_, index) => `s{x="${scrape}.${index}"} 1\n`).join('');
  for (let scrape = 0; scrape < 3; scrape++) world.scrape(`${lines(scrape)}broken\n`);
  assert.deepEqual([flushes(), world.loop().cache.seriesCount], [undefined, 901]);
  world.scrape(`${lines(3)}broken\n`);
  assert.deepEqual([flushes(), world.loop().cache.seriesCount], [1, 300]);
});

test('S-141 the end of a run marks all series and all report series at the time given', () => {
  const world = new ScrapeWorld({ config: { extraScrapeMetrics: true } });
  const { tick } = world.scrape('a 1\nb 1 1000\n');
  const markAt = EPOCH_MS + 30_000;
  const batch = world.mark(markAt);
  assert.deepEqual(
    batch?.samples.map(({ series, value }) => `${series} ${value}`),
    ['a', ...REPORT_NAMES, 'scrape_timeout_seconds', 'scrape_sample_limit', 'scrape_body_size_bytes'].map((name) => `${name} stale`),
  );
  assert.ok(batch?.samples.every(({ atMs }) => atMs === markAt));
  assert.deepEqual([batch?.timestampMs, batch?.tick], [markAt, tick + 2]);
  assert.deepEqual(world.told.at(-1), { loopId: 'loop', event: { type: 'marked' } });
});

test('S-141 S-180 what a later generation has written is not marked, also with an out-of-order window', () => {
  for (const outOfOrderWindowMs of [0, 3_600_000]) {
    const world = new ScrapeWorld({ outOfOrderWindowMs });
    world.scrape('a 1\nb 1\n');
    const markAt = world.clock.wall();
    world.startLoop('loop~2');
    world.scrape('a 2\n', { loopId: 'loop~2' });
    const batch = world.mark(markAt);
    assert.deepEqual(batch && scraped(batch), ['b stale']);
    assert.deepEqual(batch && report(batch), {}, 'the report series are those of the new generation');
    assert.equal(world.counted.get(OUT_OF_ORDER), undefined);
  }
});

test('S-141 a series that the new generation has forgotten is not marked twice', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\n');
  world.startLoop('loop~2');
  const markAt = world.clock.wall();
  world.scrape('a 1\nb 1\n', { loopId: 'loop~2' });
  world.scrape('b 1\n', { loopId: 'loop~2' });
  assert.equal(world.mark(markAt), undefined, 'nothing is left to say');
});

test('S-142 a loop that never scraped writes no end-of-run markers', () => {
  const world = new ScrapeWorld();
  assert.equal(world.mark(EPOCH_MS), undefined);
  assert.deepEqual(world.told, [{ loopId: 'loop', event: { type: 'marked' } }]);
});

test('S-142 a loop that was released writes no markers', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\n');
  world.port.release('loop');
  world.port.release('loop');
  assert.equal(world.mark(EPOCH_MS + 60_000), undefined);
});
