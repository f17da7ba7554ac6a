import assert from 'node:assert/strict';
import test from 'node:test';
import { explainTick } from './explain-tick.ts';
import type { LedgerTick } from './tick-ledger.ts';

const tick = (atMs: number, outcome: LedgerTick['outcome'], untilMs = atMs + 10): LedgerTick => ({ atMs, untilMs, outcome, reason: '' });
const ticks = [tick(10, 'scraped'), tick(20, 'skippedOverrun'), tick(30, 'late'), tick(40, 'clockJumped', 100), tick(100, 'scraped')];

test('a time belongs to the tick before it, up to the next', () => {
  for (const [atMs, outcome] of [
    [10, 'scraped'],
    [19, 'scraped'],
    [20, 'skippedOverrun'],
    [77, 'clockJumped'],
    [109, 'scraped'],
  ] as const) {
    const explained = explainTick(ticks, atMs);
    assert.equal(explained.found && explained.tick.outcome, outcome, `${atMs}`);
    assert.ok(explained.found && explained.meaning !== '' && explained.hint !== '');
  }
});

test('without a time the newest gap is explained, with its neighbours', () => {
  const explained = explainTick(ticks);
  assert.deepEqual(explained.found && explained.neighbours, ticks.slice(0, 5));
  assert.equal(explained.found && explained.tick.atMs, 40);
  assert.deepEqual(explainTick(ticks.slice(0, 1)), { found: false, why: 'noGap' });
});

test('a time without a tick says why', () => {
  const apart = [tick(10, 'scraped'), tick(50, 'scraped')];
  assert.deepEqual(
    [5, 30, 60].map((atMs) => explainTick(apart, atMs)),
    ['tooOld', 'noTick', 'notYet'].map((why) => ({ found: false, why })),
  );
  assert.deepEqual(explainTick([], 5), { found: false, why: 'notYet' });
});

test('where the clock was set back, the newer tick of a time counts', () => {
  const back = [tick(10, 'scraped'), tick(20, 'scraped'), tick(12, 'clockJumped'), tick(22, 'scraped')];
  const explained = explainTick(back, 15);
  assert.equal(explained.found && explained.tick.outcome, 'clockJumped');
});
