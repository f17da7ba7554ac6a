import assert from 'node:assert/strict';
import test from 'node:test';
import { Delivery } from '../sink/delivered-series.ts';
import { differences, outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';

const STALE = 0x7ff0000000000002n;
const NORMAL_NAN = 0x7ff8000000000001n;
const bitsOf = (value: number): bigint => new BigUint64Array(new Float64Array([value]).buffer)[0] ?? 0n;

/** A sample: metric, value as bits, timestamp. */
type Row = readonly [metric: string, bits: bigint, timestampMs: number];

/** Delivers rows in order; every scrape ends with its report. */
function outcome(rows: readonly Row[], align: 'byScrape' | 'byChange' = 'byScrape'): Outcome {
  const delivery = new Delivery();
  for (const [metric, bits, timestampMs] of rows) {
    const labels = new Map([
      ['__name__', metric],
      ['script', 's'],
    ]);
    delivery.take([{ labels, samples: [{ bits, timestampMs }], exemplars: [], histograms: [] }]);
  }
  return outcomeOf(delivery, { scenario: 's', align, scrapeCount: 2, baseMs: 0, explicitTimes: 'exact' });
}

const scrape = (timestampMs: number, ...rows: readonly Row[]): Row[] => [
  ...rows,
  ['up', bitsOf(1), timestampMs],
  ['scrape_series_added', bitsOf(0), timestampMs],
];

test('two senders that scrape at different moments and deliver the same do not differ', () => {
  const left = outcome([...scrape(10, ['a', bitsOf(1), 10]), ...scrape(20, ['a', STALE, 20])]);
  const right = outcome([...scrape(13, ['a', bitsOf(1), 13]), ...scrape(29, ['a', STALE, 29])]);
  assert.deepEqual(left.get('a{script="s"}'), ['1', 'stale']);
  assert.deepEqual(differences(left, right), []);
});

test('a lost sample, another value, another NaN, a sample of another scrape and a lost series are differences', () => {
  const good = [...scrape(10, ['a', bitsOf(1), 10]), ...scrape(20, ['a', STALE, 20])];
  const cases: Record<string, readonly Row[]> = {
    lost: [...scrape(10, ['a', bitsOf(1), 10]), ...scrape(20)],
    value: [...scrape(10, ['a', bitsOf(2), 10]), ...scrape(20, ['a', STALE, 20])],
    nan: [...scrape(10, ['a', bitsOf(1), 10]), ...scrape(20, ['a', NORMAL_NAN, 20])],
    moved: [...scrape(10), ...scrape(20, ['a', bitsOf(1), 20])],
    series: [...scrape(10), ...scrape(20)],
    twice: [...scrape(10, ['a', bitsOf(1), 10], ['a', bitsOf(1), 10]), ...scrape(20, ['a', STALE, 20])],
    explicit: [...scrape(10, ['a', bitsOf(1), 10]), ...scrape(20, ['a', STALE, 21])],
  };
  for (const [name, rows] of Object.entries(cases)) {
    assert.equal(differences(outcome(good), outcome(rows)).length, 1, name);
    assert.equal(differences(outcome(rows), outcome(good)).length, 1, name);
  }
});

test('what belongs to scrapes after the compared ones, or is still on its way, does not count', () => {
  const good = [...scrape(10, ['a', bitsOf(1), 10]), ...scrape(20, ['a', bitsOf(2), 20])];
  const more = [...good, ...scrape(30, ['a', bitsOf(9), 30]), ['a', bitsOf(10), 40] as const];
  assert.deepEqual(differences(outcome(good), outcome(more)), []);
});

test('by change, how long a value lasted does not count, but what followed it does', () => {
  const short = scrape(10, ['a', bitsOf(1), 10], ['a', STALE, 11]);
  const long = [...scrape(10, ['a', bitsOf(1), 10]), ...scrape(20, ['a', bitsOf(1), 20], ['a', STALE, 21])];
  assert.deepEqual(differences(outcome(short, 'byChange'), outcome(long, 'byChange')), []);
  assert.equal(differences(outcome(short, 'byChange'), outcome(scrape(10, ['a', bitsOf(1), 10]), 'byChange')).length, 1);
});
