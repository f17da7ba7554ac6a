import assert from 'node:assert/strict';
import test from 'node:test';
import { scraped, ScrapeWorld } from '../../test/append/scripted-scrape.ts';
import type { RecordedBatch } from '../../test/append/scripted-scrape.ts';

const refsOf = (batch: RecordedBatch, metric: string): number[] =>
  batch.samples.filter(({ series }) => series === metric).map(({ ref }) => ref);

test('S-124 a series that comes back under another reference is tracked under that one: no wrong marker, and its own when it goes', () => {
  const world = new ScrapeWorld();
  const before = world.scrape('a 1\nb 1\n');
  assert.deepEqual(scraped(world.scrape('b 2\n')), ['b 2', 'a stale']);
  world.scrape('b 3\n'); // the registry has given the old reference up
  const after = world.scrape('a 4\nb 4\n');
  assert.notDeepEqual(refsOf(after, 'a'), refsOf(before, 'a'));
  assert.deepEqual(scraped(world.scrape('a 5\nb 5\n')), ['a 5', 'b 5']);
  const gone = world.scrape('b 6\n');
  assert.deepEqual(scraped(gone), ['b 6', 'a stale']);
  assert.deepEqual(refsOf(gone, 'a'), refsOf(after, 'a'));
});

test('S-124 S-145 a reference that a forced flush gave up leaves no marker behind when the series is exposed again', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\n');
  const flood = Array.from({ length: 1_200 }, (_, index) => `n{i="${index}"} 1\n`).join('');
  assert.deepEqual(scraped(world.scrape(`${flood}!\n`)), ['a stale']);
  assert.equal(world.counted.get('prometheus_target_scrapes_cache_flush_forced_total'), 1);
  assert.deepEqual(
    scraped(world.scrape('a 2\n')).filter((line) => line.startsWith('a ')),
    ['a 2'],
  );
  assert.deepEqual(scraped(world.scrape('a 3\n')), ['a 3']);
});

test('S-146 series that come and go leave no label strings behind, however long it goes on', () => {
  const world = new ScrapeWorld();
  const sizes: number[] = [];
  for (let scrape = 0; scrape < 200; scrape++) {
    world.scrape(Array.from({ length: 20 }, (_, index) => `m{run="${scrape}",i="${index}"} 1\n`).join(''));
    world.batches.length = 0;
    sizes.push(world.registry.size);
  }
  const steady = sizes.slice(10);
  assert.equal(Math.max(...steady), Math.min(...steady), 'label sets known');
  assert.ok(Math.max(...steady) <= 2 * 20 + 5, `${Math.max(...steady)} label sets for 20 live series`);
  assert.equal(world.loop().cache.seriesCount, 20);
  assert.equal(world.releaseAll(), 0);
});
