import assert from 'node:assert/strict';
import test from 'node:test';
import type { Metrics } from '@limpet/model';
import { LoopLedgers } from './loop-ledgers.ts';

/** Ledgers on a clock that is set by hand, with metrics that can be read. */
class Rig {
  nowMono = 0;
  readonly told: string[] = [];
  readonly counted = new Map<string, number>();
  readonly ledgers = new LoopLedgers({
    clock: { mono: () => this.nowMono },
    onTicks: (loopId, { outcome }, count) => this.told.push(`${loopId} ${outcome} ${count}`),
  });
  readonly metrics: Metrics = {
    add: (_, labels, n) => void this.counted.set(labels.join(' '), (this.counted.get(labels.join(' ')) ?? 0) + n),
    set() {},
    observe() {},
    remove: (_, labels) => void this.counted.delete(labels.join(' ')),
  };

  /** A loop on a grid of 10 s, 20 s, … */
  start(loopId: string, previousId?: string): this {
    this.ledgers.started({ loopId, job: 'job', key: 'target', previousId });
    const dueMono = Math.ceil((this.nowMono + 1) / 10_000) * 10_000;
    this.ledgers.gridMoved({ loopId, grid: { dueMono, dueWallMs: dueMono, intervalMs: 10_000 } });
    return this;
  }

  scrape(loopId: string, atMono: number): this {
    this.nowMono = atMono;
    this.ledgers.queued(loopId);
    this.ledgers.taken({ loopId, seq: atMono, startedMono: atMono, scrapeAt: atMono });
    this.ledgers.settled(loopId, atMono, { reason: undefined, isWritten: true });
    return this;
  }
}

test('the account of a loop that breaks goes on with the next loop of its target, and the time between is its breakdown', () => {
  const rig = new Rig().start('loop~1').scrape('loop~1', 10_000);
  rig.nowMono = 15_000;
  rig.ledgers.ended('loop~1');
  rig.nowMono = 32_000;
  rig.start('loop~2').scrape('loop~2', 40_000);
  assert.deepEqual(rig.told, ['loop~1 scraped 1', 'loop~2 killed 2', 'loop~2 scraped 1']);
  assert.equal(rig.ledgers.of('loop~1'), undefined);
  assert.equal(rig.ledgers.of('loop~2')?.count, 4);
});

test('a loop that is killed hands its account to the one that replaces it at that moment', () => {
  const rig = new Rig().start('loop~1');
  rig.nowMono = 10_000;
  rig.ledgers.queued('loop~1');
  rig.nowMono = 12_000;
  rig.start('loop~2', 'loop~1');
  rig.ledgers.ended('loop~1');
  rig.scrape('loop~2', 20_000);
  assert.deepEqual(rig.told, ['loop~1 killed 1', 'loop~2 scraped 1']);
});

test('a loop that has left its grid is over with its end, and what follows begins anew', () => {
  const rig = new Rig().start('loop~1').scrape('loop~1', 10_000);
  rig.ledgers.gridMoved({ loopId: 'loop~1', grid: null });
  rig.nowMono = 60_000;
  rig.ledgers.ended('loop~1');
  rig.start('loop~2');
  assert.equal(rig.ledgers.of('loop~2')?.count, 0);
});

test('the metric has what ended of each job since it was looked at, and goes with the job', () => {
  const rig = new Rig().start('loop~1').scrape('loop~1', 10_000).scrape('loop~1', 40_000);
  rig.ledgers.writeMetrics(rig.metrics);
  rig.ledgers.writeMetrics(rig.metrics);
  assert.deepEqual(Object.fromEntries(rig.counted), { 'job scraped ': 2, 'job skippedSuspended ': 2 });
  rig.scrape('loop~1', 50_000);
  rig.ledgers.writeMetrics(rig.metrics);
  assert.equal(rig.counted.get('job scraped '), 3);
  rig.ledgers.ended('loop~1');
  rig.ledgers.jobEnded('job', rig.metrics);
  assert.equal(rig.counted.size, 0);
});
