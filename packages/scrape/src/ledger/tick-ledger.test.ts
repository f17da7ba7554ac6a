import assert from 'node:assert/strict';
import test from 'node:test';
import { TickLedger, TICKS_KEPT } from './tick-ledger.ts';
import { TICK_KINDS } from './tick-outcomes.ts';
import type { TickFailureReason } from './tick-outcomes.ts';

const INTERVAL_MS = 10_000;
const WALL_MS = 1_700_000_000_000;

/** A ledger on a grid of ticks at 10 s, 20 s, …; the wall clock is ahead of the monotonic one by `WALL_MS`. */
class Story {
  readonly ledger = new TickLedger('loop');
  wallMs = WALL_MS;
  #seq = 0;

  constructor() {
    this.ledger.moveGrid({ dueMono: INTERVAL_MS, dueWallMs: WALL_MS + INTERVAL_MS, intervalMs: INTERVAL_MS }, 0);
  }

  /** A scrape from the time that the timer fires to its end. */
  scrape(
    queuedMono: number,
    { waitMs = 0, tookMs = 100, reason }: { readonly waitMs?: number; readonly tookMs?: number; readonly reason?: TickFailureReason } = {},
  ): this {
    const { ledger } = this;
    const startedMono = queuedMono + waitMs;
    ledger.queue(queuedMono);
    ledger.take({ seq: ++this.#seq, startedMono, scrapeAtMs: Math.trunc(this.wallMs + startedMono) });
    ledger.settle(this.#seq, { reason, isWritten: this.#isNewer(this.wallMs + startedMono) }, startedMono + tookMs);
    return this;
  }

  #newestMs = -Infinity;

  /** As the storage decides: only what is newer is taken. */
  #isNewer(atMs: number): boolean {
    const isNewer = atMs > this.#newestMs;
    if (isNewer) this.#newestMs = atMs;
    return isNewer;
  }

  /** `10 scraped, 20 failed timeout`: seconds after the start by the wall clock of the start. */
  get told(): string {
    return this.ledger
      .ticks()
      .map(({ atMs, outcome, reason }) => [(atMs - WALL_MS) / 1_000, outcome, reason].join(' ').trim())
      .join(', ');
  }
}

test('a tick ends scraped, late or failed with its reason', () => {
  const story = new Story().scrape(10_000).scrape(20_000, { waitMs: 1_000 }).scrape(30_000, { waitMs: 1_001 });
  story.scrape(40_000, { reason: 'timeout' }).scrape(50_000, { waitMs: 3_000, reason: 'parse' });
  assert.equal(story.told, '10 scraped, 20 scraped, 30 late, 40 failed timeout, 50 failed parse');
});

test('S-101 ticks lost to a scrape that took too long are its overrun; the one made up is late', () => {
  const story = new Story().scrape(10_000, { tookMs: 35_000 }).scrape(45_000).scrape(50_000);
  assert.equal(story.told, '10 scraped, 20 skippedOverrun, 30 skippedOverrun, 40 late, 50 scraped');
});

test('S-101 a tick made up within the tolerance before the next grid point counts as that', () => {
  const story = new Story().scrape(10_000, { tookMs: 19_999 }).scrape(29_999).scrape(40_000);
  assert.equal(story.told, '10 scraped, 20 skippedOverrun, 30 scraped, 40 scraped');
});

test('S-190 ticks lost in the queue are lost to capacity', () => {
  const story = new Story().scrape(10_000).scrape(20_000, { waitMs: 25_000 });
  assert.equal(story.told, '10 scraped, 20 skippedCapacity, 30 skippedCapacity, 40 late');
});

test('ticks that pass while the loop waits for its timer are lost to a suspended process', () => {
  const story = new Story().scrape(10_000).scrape(45_000);
  assert.equal(story.told, '10 scraped, 20 skippedSuspended, 30 skippedSuspended, 40 late');
});

test('each lost tick has the cause that lasted when the next one came', () => {
  const story = new Story().scrape(10_000, { tookMs: 25_000 }).scrape(55_000, { waitMs: 20_000 });
  assert.equal(
    story.told,
    '10 scraped, 20 skippedOverrun, 30 skippedSuspended, 40 skippedSuspended, 50 skippedCapacity, 60 skippedCapacity, 70 late',
  );
});

test('a wall clock set forward is one entry that stands for the time it passes over', () => {
  const story = new Story().scrape(10_000);
  story.wallMs += 3_600_000;
  story.scrape(20_000).scrape(30_000);
  assert.equal(story.told, '10 scraped, 20 clockJumped, 3620 scraped, 3630 scraped');
  assert.deepEqual(
    story.ledger.ticks().map(({ atMs, untilMs }) => untilMs - atMs),
    [INTERVAL_MS, 3_600_000, INTERVAL_MS, INTERVAL_MS],
  );
});

test('a wall clock set back makes ticks end in clockJumped until their samples are newer again', () => {
  const story = new Story().scrape(10_000).scrape(20_000);
  story.wallMs -= 15_000;
  story.scrape(30_000).scrape(40_000);
  assert.equal(story.told, '10 scraped, 20 scraped, 15 clockJumped, 25 scraped');
});

test('clocks that drift apart are followed without an entry', () => {
  const story = new Story();
  for (let tick = 1; tick <= 200; tick++) {
    story.wallMs += 4;
    story.scrape(tick * INTERVAL_MS);
  }
  const last = story.ledger.last();
  assert.equal(story.ledger.totals()[0], 200);
  assert.ok(Math.abs((last?.atMs ?? 0) - (WALL_MS + 200 * INTERVAL_MS + 800)) <= 50);
});

test('samples that others have written already end in outOfOrder', () => {
  const { ledger } = new Story();
  ledger.take({ seq: 1, startedMono: 10_000, scrapeAtMs: WALL_MS + 10_000 });
  ledger.settle(1, { reason: undefined, isWritten: false }, 10_100);
  assert.equal(ledger.last()?.reason, 'outOfOrder');
});

test('an append that is given up, and an answer that comes after that', () => {
  const { ledger } = new Story();
  ledger.take({ seq: 1, startedMono: 10_000, scrapeAtMs: WALL_MS + 10_000 });
  ledger.giveUp(20_500);
  ledger.settle(1, { reason: undefined, isWritten: true }, 21_000);
  ledger.giveUp(22_000);
  assert.deepEqual([ledger.count, ledger.last()?.reason], [1, 'appendDeadline']);
});

test('a grid that moves takes the tick that waits with it, and ticks before it are lost as ever', () => {
  const story = new Story().scrape(10_000);
  story.ledger.queue(20_000);
  story.ledger.moveGrid({ dueMono: 37_000, dueWallMs: WALL_MS + 37_000, intervalMs: 5_000 }, 35_000);
  story.scrape(37_000);
  assert.equal(story.told, '10 scraped, 20 skippedCapacity, 30 moved, 37 scraped');
});

test('a grid that is left has no ticks any more; a tick that was due is stopped', () => {
  const story = new Story().scrape(10_000);
  story.ledger.leaveGrid(15_000, { last: 'stopped', absence: 'reload' });
  assert.equal(story.told, '10 scraped');
  const queued = new Story();
  queued.ledger.queue(10_000);
  queued.ledger.leaveGrid(12_000, { last: 'stopped', absence: 'reload' });
  assert.equal(queued.told, '10 stopped');
});

test('ticks between two generations of a loop are lost to the reload, or to the breakdown of the first', () => {
  for (const absence of ['reload', 'killed'] as const) {
    const story = new Story().scrape(10_000);
    story.ledger.leaveGrid(12_000, { last: 'stopped', absence });
    story.ledger.moveGrid({ dueMono: 40_000, dueWallMs: WALL_MS + 40_000, intervalMs: INTERVAL_MS }, 35_000);
    story.scrape(40_000);
    assert.equal(story.told, `10 scraped, 20 ${absence}, 30 ${absence}, 40 scraped`);
  }
});

test('a loop that is killed takes the tick that it scrapes with it', () => {
  const { ledger } = new Story();
  ledger.take({ seq: 1, startedMono: 10_000, scrapeAtMs: WALL_MS + 10_000 });
  ledger.leaveGrid(11_000, { last: 'killed', absence: 'killed' });
  assert.deepEqual([ledger.count, ledger.last()?.outcome], [1, 'killed']);
});

test('the last ticks are kept, all are counted', () => {
  const story = new Story();
  for (let tick = 1; tick <= 300; tick++) story.scrape(tick * INTERVAL_MS, tick % 3 === 0 ? { reason: 'status' } : {});
  const kept = story.ledger.ticks();
  assert.deepEqual([kept.length, kept[0]?.atMs, kept.at(-1)?.reason], [TICKS_KEPT, WALL_MS + 181 * INTERVAL_MS, 'status']);
  const totals = story.ledger.totals();
  assert.deepEqual([totals[0], totals.reduce((sum, total) => sum + total, 0)], [200, 300]);
  story.scrape(1_000 * INTERVAL_MS);
  assert.equal(story.ledger.count, 1_000);
  assert.equal(story.ledger.ticks().filter(({ outcome }) => outcome === 'skippedSuspended').length, TICKS_KEPT - 1);
});

test('every way to end has a meaning and a hint, and there are about thirty of them', () => {
  assert.ok(TICK_KINDS.length <= 40);
  for (const { outcome, reason, meaning, hint } of TICK_KINDS) {
    assert.match(meaning, /^[a-z].*\.$/, `${outcome} ${reason}`);
    assert.match(hint, /^[A-Z].*[.?]$/, `${outcome} ${reason}`);
    assert.equal(reason !== '', outcome === 'failed');
  }
});
