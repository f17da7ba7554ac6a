import assert from 'node:assert/strict';
import test from 'node:test';
import { isSameStanding, limitStanding } from './limit-watch.ts';
import type { JobLimits, LastScrape } from './limit-watch.ts';

const NO_LIMITS: JobLimits = { sampleLimit: 0, bodySizeLimit: 0, targetLimit: 0, nativeHistogramBucketLimit: 0 };
const up: LastScrape = { health: 'up', lastFailureReason: undefined, lastSamplesScraped: 90, lastResponseBytes: 900 };

test('nine tenths of a limit are near it, less is not, and no limit is never near', () => {
  assert.deepEqual(limitStanding(up, { ...NO_LIMITS, sampleLimit: 100 }), {
    kind: 'near',
    about: { limit: 'sample_limit', max: 100, value: 90 },
  });
  assert.deepEqual(limitStanding(up, { ...NO_LIMITS, sampleLimit: 101 }), { kind: 'clear' });
  assert.deepEqual(limitStanding(up, { ...NO_LIMITS, bodySizeLimit: 1_000 }), {
    kind: 'near',
    about: { limit: 'body_size_limit', max: 1_000, value: 900 },
  });
  assert.deepEqual(limitStanding(up, NO_LIMITS), { kind: 'clear' });
});

test('a scrape that a limit refused has exceeded it, whatever it counted', () => {
  const refused = (lastFailureReason: LastScrape['lastFailureReason']) =>
    limitStanding(
      { ...up, health: 'down', lastFailureReason },
      { sampleLimit: 1, bodySizeLimit: 2, targetLimit: 3, nativeHistogramBucketLimit: 4 },
    );
  assert.deepEqual(
    [refused('sampleLimit'), refused('bodySizeLimit'), refused('targetLimit'), refused('bucketLimit'), refused('labelLimit')],
    [
      { kind: 'exceeded', about: { limit: 'sample_limit', max: 1 } },
      { kind: 'exceeded', about: { limit: 'body_size_limit', max: 2 } },
      { kind: 'exceeded', about: { limit: 'target_limit', max: 3 } },
      { kind: 'exceeded', about: { limit: 'native_histogram_bucket_limit', max: 4 } },
      { kind: 'exceeded', about: { limit: 'label_limits' } },
    ],
  );
  assert.deepEqual(refused('timeout'), { kind: 'clear' });
});

test('a value that moves within one standing is no news', () => {
  const near = { kind: 'near', about: { limit: 'sample_limit', max: 100, value: 91 } } as const;
  assert.ok(isSameStanding(near, { kind: 'near', about: { ...near.about, value: 99 } }));
  assert.ok(!isSameStanding(near, { kind: 'exceeded', about: { limit: 'sample_limit', max: 100 } }));
  assert.ok(!isSameStanding(near, { kind: 'clear' }));
});
