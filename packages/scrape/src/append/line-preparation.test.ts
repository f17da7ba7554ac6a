import assert from 'node:assert/strict';
import test from 'node:test';
import { openLineMemory } from '@limpet/line-template';
import { EPOCH_MS, ScrapeWorld } from '../../test/append/scripted-scrape.ts';
import type { WorldOptions } from '../../test/append/scripted-scrape.ts';
import { PREPARED_LINES_MAX } from './line-preparation.ts';

const opened = openLineMemory();
if (!opened.ok) throw opened.error;
const { memory } = opened;
const LINES = 3.5 * PREPARED_LINES_MAX;

const body = (round: number) =>
  new TextEncoder().encode(
    Array.from({ length: LINES }, (_, n) => (n % 50 === 0 ? `# HELP m${n} help\n` : `m${n}{round="${round}"} ${n}\n`)).join(''),
  );

/** A world whose pauses end when the test says so. */
function pausing(options: WorldOptions = {}): { readonly world: ScrapeWorld; readonly pauses: (() => void)[] } {
  const pauses: (() => void)[] = [];
  const world = new ScrapeWorld({ ...options, lines: memory, pause: () => new Promise((resolve) => pauses.push(resolve)) });
  return { world, pauses };
}

function start(world: ScrapeWorld, bytes: Uint8Array, seq = 1): void {
  world.tables.bodies.set(seq, { bytes, contentType: 'text/plain' });
  const { intervalMs, timeoutMs } = world.loop().target;
  const spec = { key: '', intervalMs, timeoutMs, cfgRev: 1, offsetHash: '0' };
  const outcome = { kind: 'response', handle: seq, bytes: bytes.length } as const;
  world.port.startAppend({ loopId: 'loop', job: 'job', seq, scrapeAt: EPOCH_MS + seq, tick: seq, startedMono: 0, spec, outcome });
}

/** Ends the pause under way and lets the step behind it run. */
async function goOn(pauses: (() => void)[]): Promise<void> {
  pauses.shift()?.();
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

test('the new series of a long body are worked out in steps with pauses between them, and appended in one batch', async () => {
  const { world, pauses } = pausing();
  start(world, body(1));
  let pauseCount = 0;
  for (; world.batches.length === 0; pauseCount++) {
    assert.deepEqual([world.told.length, pauses.length, world.loop().cache.seriesCount], [0, 1, 0], 'nothing shows before the append');
    await goOn(pauses);
  }
  assert.equal(pauseCount, 3);
  const plain = new ScrapeWorld({ lines: undefined });
  const expected = plain.scrape(body(1)).samples.filter(({ isReport }) => !isReport);
  assert.deepEqual(world.batches[0]?.samples.filter(({ isReport }) => !isReport).map(({ series, value }) => [series, value]), expected.map(({ series, value }) => [series, value])); // prettier-ignore
  assert.deepEqual(world.loop().cache.metadata.list(), plain.loop().cache.metadata.list());
  assert.deepEqual(world.told, [{ loopId: 'loop', event: { type: 'appended', seq: 1 } }]);
  assert.equal(world.releaseAll(), 0);
});

test('a body whose lines are known needs no pause', async () => {
  const { world, pauses } = pausing();
  start(world, body(1));
  for (let left = 3; left > 0; left--) await goOn(pauses);
  start(world, body(1), 2);
  assert.deepEqual([pauses.length, world.batches.length], [0, 2]);
});

test('a preparation that is given up leaves nothing behind', async () => {
  for (const giveUp of ['cancelAppend', 'release'] as const) {
    const { world, pauses } = pausing();
    start(world, body(1));
    await goOn(pauses);
    assert.ok(world.registry.size > PREPARED_LINES_MAX);
    world.port[giveUp]('loop');
    await goOn(pauses);
    assert.deepEqual([world.batches.length, world.told.length, world.tables.bodies.size], [0, 0, 0]);
    if (giveUp === 'cancelAppend') {
      world.fail();
      assert.equal(world.loop().cache.seriesCount, 0);
    }
    world.registry.reclaim(Infinity);
    assert.ok(world.registry.size <= 5, `${world.registry.size} series after ${giveUp}`);
    assert.equal(world.releaseAll(), 0);
  }
});

test('S-120 no more series are prepared than the sample limit lets through', async () => {
  const { world, pauses } = pausing({ config: { sampleLimit: 10 } });
  start(world, body(1));
  assert.deepEqual([pauses.length, world.batches.length], [0, 1]);
  assert.equal(world.loop().lastError, 'sample limit exceeded');
  assert.ok(world.registry.size <= 15, `${world.registry.size} series`);
});
