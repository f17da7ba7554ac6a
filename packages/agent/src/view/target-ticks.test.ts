import assert from 'node:assert/strict';
import test from 'node:test';
import { labelsFrom } from '@limpet/model';
import { emptyTables, LoopLedgers, newLoopEntry } from '@limpet/scrape';
import type { Target } from '@limpet/scrape';
import { targetTicks, tickTotals } from './target-ticks.ts';

const publicLabels = labelsFrom([['instance', 'h:1']]);
const target: Target = {
  key: 'key',
  labels: publicLabels,
  publicLabels,
  discovered: { target: [], group: [] },
  url: 'http://h:1/metrics',
  instance: 'h:1',
  intervalMs: 10_000,
  timeoutMs: 10_000,
  socketPath: '',
  scrapeNativeHistograms: false,
  convertClassicHistogramsToNhcb: false,
  alwaysScrapeClassicHistograms: false,
};

/** Two loops, the first of which has been up, down and lost. */
function known() {
  const tables = emptyTables();
  const ledgers = new LoopLedgers({ clock: { mono: () => 0 } });
  for (const loopId of ['job/h:1#key~1', 'job/h:2#key~1']) {
    const other = { ...target, url: 'http://h:2/metrics', publicLabels: labelsFrom([['instance', 'h:2']]) };
    tables.loops.set(loopId, newLoopEntry({ id: loopId, job: 'job', target: loopId.includes('h:1') ? target : other }));
    ledgers.started({ loopId, job: 'job', key: loopId });
    ledgers.gridMoved({ loopId, grid: { dueMono: 10_000, dueWallMs: 1_010_000, intervalMs: 10_000 } });
  }
  const scrape = (startedMono: number, reason?: 'timeout') => {
    ledgers.taken({ loopId: 'job/h:1#key~1', seq: startedMono, startedMono, scrapeAt: 1_000_000 + startedMono });
    ledgers.settled('job/h:1#key~1', startedMono, { reason, isWritten: true });
  };
  scrape(10_000);
  scrape(20_000, 'timeout');
  scrape(50_000);
  return { tables, ledgers };
}

test('targets are found by the id of their loop, their URL or their instance', () => {
  const { tables, ledgers } = known();
  for (const name of ['job/h:1#key~1', 'http://h:1/metrics', 'h:1']) {
    assert.deepEqual(
      targetTicks(tables, ledgers, { target: name }).map(({ id }) => id),
      ['job/h:1#key~1'],
      name,
    );
  }
  assert.equal(targetTicks(tables, ledgers, {}).length, 2);
  assert.deepEqual(targetTicks(tables, ledgers, { target: 'h:3' }), []);
});

test('totals count every outcome, and the reasons of those that failed', () => {
  const { tables, ledgers } = known();
  const [first, second] = targetTicks(tables, ledgers, {});
  assert.deepEqual(first?.totals, {
    outcomes: { scraped: 2, failed: 1, skippedSuspended: 2 },
    reasons: { timeout: 1 },
    last: { atMs: 1_050_000, untilMs: 1_060_000, outcome: 'scraped', reason: '' },
  });
  assert.deepEqual(second?.totals, tickTotals(undefined));
});

test('only the ticks that touch the time asked for are listed', () => {
  const { tables, ledgers } = known();
  const [found] = targetTicks(tables, ledgers, { target: 'h:1', fromMs: 1_025_000, toMs: 1_040_000 });
  assert.deepEqual(
    found?.ticks.map(({ atMs, outcome }) => [atMs, outcome]),
    [
      [1_020_000, 'failed'],
      [1_030_000, 'skippedSuspended'],
    ],
  );
});
