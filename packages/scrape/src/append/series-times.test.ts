import assert from 'node:assert/strict';
import test from 'node:test';
import { encodeLabels, SeriesRegistry } from '@limpet/model';
import { RESTING_SERIES_MAX, SeriesTimes } from './series-times.ts';

const bytes = (name: string) => encodeLabels([['__name__', name]]);

/** The newest time of a series, held from now on. */
function lastMs(times: SeriesTimes, name: string): number | undefined {
  const series = times.acquire(bytes(name));
  return times.columns.lastMs[series];
}

/** Holds a series for as long as it takes to write one sample. */
function write(times: SeriesTimes, name: string, lastMs: number): void {
  const series = times.acquire(bytes(name));
  times.columns.lastMs[series] = lastMs;
  times.release(series);
}

test('S-180 all holders of a series share one entry, which ends with the last of them', () => {
  const registry = new SeriesRegistry();
  const times = new SeriesTimes(registry);
  const [first, second] = [times.acquire(bytes('a')), times.acquire(bytes('a'))];
  assert.equal(first, second);
  times.release(first);
  assert.equal(times.acquire(bytes('a')), second);
  times.release(second);
  times.release(second);
  registry.reclaim(Infinity);
  assert.deepEqual([times.size, registry.size], [0, 0]);
});

test('S-180 the newest time of a series rests when nobody holds it, and is taken up again', () => {
  const times = new SeriesTimes(new SeriesRegistry());
  write(times, 'a', 5);
  assert.equal(times.restingCount, 1);
  assert.equal(lastMs(times, 'a'), 5);
  assert.equal(lastMs(times, 'b'), -Infinity);
  assert.equal(times.restingCount, 0);
});

test('the number of resting series is bounded, and those that rested last stay', () => {
  const registry = new SeriesRegistry();
  const times = new SeriesTimes(registry);
  for (let index = 0; index < RESTING_SERIES_MAX * 1.2; index++) write(times, `s${index}`, index);
  assert.ok(times.restingCount <= RESTING_SERIES_MAX, `${times.restingCount}`);
  const newest = RESTING_SERIES_MAX * 1.2 - 1;
  assert.equal(lastMs(times, `s${newest}`), newest);
  assert.equal(lastMs(times, 's0'), -Infinity);
});
