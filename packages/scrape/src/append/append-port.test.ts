import assert from 'node:assert/strict';
import test from 'node:test';
import type { FetchFailureReason } from '../ports.ts';
import { newLoopEntry } from '../tables.ts';
import { EPOCH_MS, report, scraped, ScrapeWorld } from '../../test/append/scripted-scrape.ts';
import { targetWith } from '../../test/job.ts';
import { failureLogLine } from './failure-log.ts';
import { APPEND_METRICS } from './metrics.ts';
import { REPORT_SERIES } from './report-series.ts';
import type { ScrapeFailureRecord } from './failure-log.ts';

function order(world: ScrapeWorld, body: string, isAtOnce = false) {
  world.tables.bodies.set(99, { bytes: Buffer.from(body), contentType: 'text/plain' });
  world.port.startAppend({
    loopId: 'loop',
    job: 'job',
    seq: 7,
    scrapeAt: EPOCH_MS,
    tick: 1,
    startedMono: 0,
    spec: { key: '', intervalMs: 15_000, timeoutMs: 10_000, cfgRev: 1, offsetHash: '0' },
    outcome: { kind: 'response', handle: 99, bytes: body.length },
    isAtOnce,
  });
}

test('an append that is done at once is over when the call returns, and nothing is told', () => {
  const world = new ScrapeWorld();
  order(world, 'a 1\n', true);
  assert.deepEqual([world.batches.length, world.told, world.tables.bodies.size], [1, [], 0]);
  assert.deepEqual([world.port.isAppendShort?.(1_048_576), world.port.isAppendShort?.(1_048_577)], [true, false]);
});

test('S-150 the report series follow every scrape in their order, with what it came to', () => {
  const world = new ScrapeWorld();
  world.tables.bodies.set(99, { bytes: Buffer.from('a 1\nb 1\nb 2\n'), contentType: 'text/plain' });
  const batch = world.outcome({ kind: 'response', handle: 99, bytes: 12 }, 'loop', 250);
  assert.deepEqual(Object.entries(report(batch)), [
    ['up', 1],
    ['scrape_duration_seconds', 0.25],
    ['scrape_samples_scraped', 3],
    ['scrape_samples_post_metric_relabeling', 3],
    ['scrape_series_added', 2],
  ]);
});

test('S-151 extra_scrape_metrics add timeout, sample limit and body size', () => {
  const world = new ScrapeWorld({ config: { extraScrapeMetrics: true, sampleLimit: 5 } });
  const extra = (batch: ReturnType<ScrapeWorld['scrape']>) => Object.entries(report(batch)).slice(5);
  assert.deepEqual(extra(world.scrape('a 1\n')), [
    ['scrape_timeout_seconds', 10],
    ['scrape_sample_limit', 5],
    ['scrape_body_size_bytes', 4],
  ]);
  const sizes = (['bodySizeLimit', 'timeout'] as const).map((reason: FetchFailureReason) => extra(world.fail('x', reason))[2]?.[1]);
  assert.deepEqual(sizes, [-1, 0]);
  assert.equal(extra(world.scrape('broken'))[2]?.[1], 6, 'a body that does not parse has its size');
  assert.equal(extra(world.outcome({ kind: 'forced', error: 'x' }))[2]?.[1], 0);
});

test('S-152 report series have the public target labels, no limits and no relabelling; repeated times are ignored', () => {
  const world = new ScrapeWorld({ config: { labelLimit: 1, labelNameLengthLimit: 1 }, target: targetWith({ job: 'j', Zone: 'z' }) });
  assert.deepEqual(
    world.fail().samples.map(({ series }) => series),
    REPORT_SERIES.slice(0, 5).map(({ name }) => `${name}{Zone="z", job="j"}`),
  );
  world.clock.stepWall(-15_000);
  const before = world.batches.length;
  world.fail();
  assert.deepEqual(world.batches[before]?.samples, []);
  assert.deepEqual([world.warnings, world.counted.size], [[], 0]);
});

test('S-152 the report series have metadata', () => {
  assert.ok(REPORT_SERIES.every(({ type, help }) => type === 'gauge' && help !== ''));
  assert.deepEqual(
    REPORT_SERIES.map(({ unit }) => unit),
    ['targets', 'seconds', 'samples', 'samples', 'series', 'seconds', 'samples', 'bytes'],
  );
});

test('S-135 S-131 a failed request is written to the failure log; append failures and forced errors are not', () => {
  const failures: ScrapeFailureRecord[] = [];
  const world = new ScrapeWorld({ onRequestFailed: (failure) => failures.push(failure) });
  world.fail('server returned HTTP status 500 Internal Server Error', 'status');
  world.scrape('broken');
  world.outcome({ kind: 'forced', error: 'x' });
  assert.equal(failures.length, 1);
  assert.deepEqual(failures.map(failureLogLine), [
    '{"time":"2023-11-14T22:13:20.000Z","level":"ERROR","msg":"server returned HTTP status 500 Internal Server Error",' +
      '"job_name":"job","target":"http://host:1/metrics"}',
  ]);
});

test('S-155 TYPE, HELP and UNIT lines overwrite their own field only, and a unit that disappears is kept', () => {
  const world = new ScrapeWorld();
  const { metadata } = world.loop().cache;
  const options = { contentType: 'application/openmetrics-text' };
  world.scrape('# HELP a_seconds Ü.\n# UNIT a_seconds seconds\n# EOF\n', options);
  assert.deepEqual(metadata.get('a_seconds'), { family: 'a_seconds', type: 'unknown', help: 'Ü.', unit: 'seconds' });
  assert.deepEqual([metadata.count, metadata.bytes], [1, 'unknown'.length + 3 + 'seconds'.length]);
  world.scrape('# TYPE a_seconds gauge\n# TYPE b counter\n# EOF\n', options);
  assert.deepEqual(metadata.list(), [
    { family: 'a_seconds', type: 'gauge', help: 'Ü.', unit: 'seconds' },
    { family: 'b', type: 'counter', help: '', unit: '' },
  ]);
  assert.deepEqual([metadata.lastChanged('a_seconds'), metadata.lastChanged('c')], [2, undefined]);
  world.scrape('# TYPE a_seconds gauge\n# EOF\n', options);
  assert.equal(metadata.lastChanged('a_seconds'), 2);
});

test('S-155 S-172 the metadata gauges of a job follow its targets', () => {
  const world = new ScrapeWorld();
  const gauges = () => ['entries', 'bytes'].map((unit) => world.counted.get(`prometheus_target_metadata_cache_${unit} job`));
  world.startLoop('other');
  world.scrape('# TYPE a gauge\n');
  world.scrape('# TYPE a gauge\n# HELP b x\n', { loopId: 'other' });
  assert.deepEqual(gauges(), [3, 'gaugegaugeunknownx'.length]);
  world.port.release('other');
  assert.deepEqual(gauges(), [1, 5]);
});

test('S-170 health is unknown, then up or down, with the last error, time and duration', () => {
  const world = new ScrapeWorld();
  assert.deepEqual([world.loop().health, world.loop().lastScrapeAt], ['unknown', undefined]);
  world.scrape('a 1\nb 1\n');
  const { health, lastError, lastScrapeAt, lastSamplesScraped, lastResponseBytes } = world.loop();
  assert.deepEqual([health, lastError, lastScrapeAt, lastSamplesScraped, lastResponseBytes], ['up', '', EPOCH_MS, 2, 8]);
  world.outcome({ kind: 'failed', reason: 'timeout', error: 'context deadline exceeded' }, 'loop', 10_000);
  assert.deepEqual([world.loop().health, world.loop().lastScrapeDurationMs], ['down', 10_000]);
  assert.deepEqual([world.loop().scrapesTotal, world.loop().scrapesFailed], [2, 1]);
});

test('S-170 health survives a pool reload: the next generation of a target shows that of the last', () => {
  const world = new ScrapeWorld();
  world.fail('connection refused');
  const { health, lastError, lastScrapeAt, scrapesTotal } = world.startLoop('loop~2', targetWith(), world.loop());
  assert.deepEqual([health, lastError, lastScrapeAt, scrapesTotal], ['down', 'connection refused', EPOCH_MS, 0]);
  assert.equal(newLoopEntry({ id: 'x', job: 'job', target: targetWith() }).health, 'unknown');
});

test('S-171 lastError is the error of the request, of the append or the forced one, word for word', () => {
  const world = new ScrapeWorld({ config: { sampleLimit: 1 } });
  const error = 'Get "http://host:1/metrics": context deadline exceeded';
  for (const given of [error, 'context deadline exceeded']) {
    world.fail(given, 'timeout');
    assert.equal(world.loop().lastError, error);
  }
  world.scrape('a 1\nb 1\n');
  assert.equal(world.loop().lastError, 'sample limit exceeded');
  world.outcome({ kind: 'forced', error: 'target_limit exceeded' });
  assert.equal(world.loop().lastError, 'target_limit exceeded');
});

test('S-172 interval lengths are observed from the second scrape on, durations only with extra_scrape_metrics', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\n');
  assert.equal(world.observed.size, 0);
  world.scrape('a 1\n');
  world.fail();
  assert.deepEqual(Object.fromEntries(world.observed), {
    'prometheus_target_interval_length_seconds 15s': [15, 15],
    'prometheus_target_interval_length_histogram_seconds 15s': [15, 15],
  });
  world.reconfigure({ extraScrapeMetrics: true });
  world.outcome({ kind: 'forced', error: 'x' }, 'loop', 500);
  assert.deepEqual(world.observed.get('prometheus_target_scrape_duration_seconds'), [0.5]);
});

test('S-172 the self-metrics of appending have the names and labels of Prometheus', () => {
  assert.equal(new Set(APPEND_METRICS.map(({ name }) => name)).size, APPEND_METRICS.length);
  assert.deepEqual(
    APPEND_METRICS.filter(({ labels }) => labels.length > 0).map(({ name, labels }) => `${name} ${labels.join()}`),
    [
      'prometheus_target_interval_length_seconds interval',
      'prometheus_target_interval_length_histogram_seconds interval',
      'prometheus_target_metadata_cache_entries scrape_job',
      'prometheus_target_metadata_cache_bytes scrape_job',
    ],
  );
  assert.ok(APPEND_METRICS.every(({ name, type }) => name.endsWith('_total') === (type === 'counter')));
});

test('the answer comes as a derived input with the number of the scrape, behind the input that asked for it', () => {
  const world = new ScrapeWorld();
  world.driver.accept({ kind: 'effect', key: 'test' }, () => {
    order(world, 'a 1\n');
    assert.deepEqual(world.told, []);
  });
  assert.deepEqual(world.told, [{ loopId: 'loop', event: { type: 'appended', seq: 7 } }]);
  assert.equal(world.batches.length, 1);
  assert.equal(world.tables.bodies.size, 0);
});

test('an append that is cancelled, or whose loop is released, before its turn leaves no trace', () => {
  for (const end of ['cancelAppend', 'release'] as const) {
    const world = new ScrapeWorld();
    world.driver.accept({ kind: 'effect', key: 'test' }, () => {
      order(world, 'a 1\n');
      world.port[end]('loop');
    });
    assert.deepEqual([world.told, world.batches, world.tables.bodies.size, world.registry.size], [[], [], 0, 0]);
  }
});

test('an append of an unknown loop or of a job without configuration is logged and answered', () => {
  const unknown = new ScrapeWorld();
  unknown.tables.loops.clear();
  order(unknown, 'a 1\n');
  const unconfigured = new ScrapeWorld();
  unconfigured.tables.configs.clear();
  order(unconfigured, 'a 1\n');
  for (const world of [unknown, unconfigured]) {
    assert.deepEqual([world.told.length, world.batches.length, world.errors.length, world.tables.bodies.size], [1, 0, 1, 0]);
  }
});

test('a fault of ours fails the scrape, is logged, and does not stop the loop', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\n');
  world.reconfigure({ metricRelabelConfigs: [{ ...world.config, action: 'replace' } as never] });
  const batch = world.scrape('a 1\nb 1\n');
  assert.deepEqual([scraped(batch), report(batch)['up']], [['a stale'], 0]);
  assert.deepEqual([world.errors, world.faults], [['Append broke'], []]);
});

test('a loop that adopts another target keeps its series, and its batches name the new target', () => {
  const world = new ScrapeWorld({ epoch: 3 });
  world.scrape('a 1\n');
  world.loop().target = targetWith({}, { key: 'fedcba9876543210' });
  const batch = world.scrape('b 1\n');
  assert.deepEqual([scraped(batch), batch.targetId, batch.epoch], [['b 1', 'a stale'], 'host:1#fedcba', 3]);
});

test('every scrape is told with the reason why it failed, and whether its report was written', () => {
  const results: string[] = [];
  const world = new ScrapeWorld({
    config: { sampleLimit: 3, labelLimit: 3 },
    onAppended: (_, __, { reason, isWritten }) => results.push(`${reason} ${isWritten}`),
  });
  world.scrape('a 1\n');
  world.scrape('broken');
  world.scrape('a 1\nb 1\nc 1\nd 1\n');
  world.scrape('a{b="1",c="2",d="3",e="4"} 1\n');
  world.scrape('a{b="1",b="2"} 1\n');
  world.scrape('a 1\n', { contentType: 'application/json' });
  world.fail('refused', 'connectionRefused');
  world.outcome({ kind: 'forced', error: 'target_limit exceeded' });
  world.clock.stepWall(-60_000);
  world.scrape('a 1\n');
  const written = results.slice(0, -1);
  assert.deepEqual(
    written,
    ['undefined', 'parse', 'sampleLimit', 'labelLimit', 'invalidLabels', 'contentType', 'connectionRefused', 'targetLimit'].map(
      (reason) => `${reason} true`,
    ),
  );
  assert.equal(results.at(-1), 'undefined false', 'the clock was set back');
});

test('S-134 a scrape whose batch the sink does not take has ended in a fault', () => {
  const results: string[] = [];
  const world = new ScrapeWorld({ onAppended: (_, __, { reason, isWritten }) => results.push(`${reason} ${isWritten}`) });
  world.sinkError = new Error('bug');
  assert.throws(() => world.scrape('a 1\n'));
  assert.deepEqual(results, ['fault false']);
});
