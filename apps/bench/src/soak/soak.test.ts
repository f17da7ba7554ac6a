import assert from 'node:assert/strict';
import test from 'node:test';
import { Soak } from './soak.ts';

test('scraping on and on, with targets and series that come and go, keeps as many series, loops, timers and descriptors', async () => {
  const soak = new Soak();
  await soak.start();
  await soak.until(55_000);
  const before = soak.size();
  await soak.until(110_000);
  const after = soak.size();
  soak.stop();
  const counts = ({ series, loops, timers, descriptors, lineMemoryBytes }: typeof before) => ({
    series,
    loops,
    timers,
    descriptors,
    lineMemoryBytes,
  });
  assert.deepEqual(counts(after), counts(before));
  assert.ok(before.series > 0 && before.loops > 0 && before.timers >= before.loops);
});
