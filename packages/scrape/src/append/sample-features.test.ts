import assert from 'node:assert/strict';
import test from 'node:test';
import { protobufBody } from '@limpet/contract';
import { counts, EPOCH_MS, scraped, ScrapeWorld } from '../../test/append/scripted-scrape.ts';
import type { RecordedBatch } from '../../test/append/scripted-scrape.ts';
import { rule, targetWith } from '../../test/job.ts';

const OPENMETRICS = { contentType: 'application/openmetrics-text; version=1.0.0' };

/** `name type help unit` of every sample of a family that the batch describes. */
function described(batch: RecordedBatch): string[] {
  return batch.samples
    .filter(({ isReport, metadata }) => !isReport && metadata !== undefined)
    .map(({ series, metadata: { family, type, help, unit } = never() }) => [series, family, type, help, unit].join(' ').trimEnd());
}

function never(): never {
  throw new Error('no metadata');
}

function starts(batch: RecordedBatch): (number | undefined)[] {
  return batch.samples.filter(({ isReport }) => !isReport).map(({ startTimestampMs }) => startTimestampMs);
}

test('S-156 with metadata-wal-records a sample carries the metadata of its family, by the suffixes of its type', () => {
  const world = new ScrapeWorld({ features: ['metadata-wal-records'] });
  const body = [
    '# TYPE c counter\n# HELP c counts\nc_total 1\n',
    '# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    '# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 1\ns_count 1\n',
    '# TYPE g gauge\ng 1\n',
  ].join('');
  assert.deepEqual(described(world.scrape(body)), [
    'c_total c counter counts',
    'h_bucket{le="+Inf"} h histogram',
    'h_sum h histogram',
    'h_count h histogram',
    's{quantile="0.5"} s summary',
    's_sum s summary',
    's_count s summary',
    'g g gauge',
  ]);
});

test('S-156 a sample of another family ends the metadata until the next metadata line, cached or not', () => {
  const world = new ScrapeWorld({ features: ['metadata-wal-records'] });
  const body = '# TYPE a gauge\na 1\nb 1\na{x="1"} 1\n# HELP a is back\na{x="2"} 1\n';
  for (let scrape = 0; scrape < 2; scrape++) {
    assert.deepEqual(described(world.scrape(body)), ['a a gauge' + (scrape === 0 ? '' : ' is back'), 'a{x="2"} a gauge is back']);
  }
});

test('S-156 the name that counts is the one after relabelling, and a unit is told with the rest', () => {
  const rename = rule({ sourceLabels: ['__name__'], regex: 'b_bytes', targetLabel: '__name__', replacement: 'other' });
  const world = new ScrapeWorld({ features: ['metadata-wal-records'], config: { metricRelabelConfigs: [rename] } });
  const body = '# TYPE a_bytes gauge\n# UNIT a_bytes bytes\na_bytes 1\n# TYPE b_bytes gauge\nb_bytes 1\n# EOF\n';
  assert.deepEqual(described(world.scrape(body, OPENMETRICS)), ['a_bytes a_bytes gauge  bytes']);
});

test('S-156 S-152 report series carry theirs; without the feature nothing does', () => {
  const on = new ScrapeWorld({ features: ['metadata-wal-records'] }).scrape('# TYPE a gauge\na 1\n');
  const up = on.samples.find(({ isReport }) => isReport);
  assert.deepEqual([up?.metadata?.family, up?.metadata?.type, up?.metadata?.unit], ['up', 'gauge', 'targets']);
  const off = new ScrapeWorld().scrape('# TYPE a gauge\na 1\n');
  assert.deepEqual(
    off.samples.map(({ metadata }) => metadata),
    off.samples.map(() => undefined),
  );
});

test('S-157 with type-and-unit-labels series have __type__ and __unit__ where known, in place of exposed ones', () => {
  const body = '# TYPE a_bytes gauge\n# UNIT a_bytes bytes\na_bytes{__type__="mine",x="1"} 1\n# TYPE b unknown\n# UNIT b \nb 2\n# EOF\n';
  const on = new ScrapeWorld({ features: ['type-and-unit-labels'] });
  assert.deepEqual(scraped(on.scrape(body, OPENMETRICS)), ['a_bytes{__type__="gauge", __unit__="bytes", x="1"} 1', 'b 2']);
  const off = new ScrapeWorld();
  assert.deepEqual(scraped(off.scrape(body, OPENMETRICS)), ['a_bytes{__type__="mine", x="1"} 1', 'b 2']);
});

test('S-157 metric relabelling sees the type as a label', () => {
  const drop = rule({ sourceLabels: ['__type__'], regex: 'counter', action: 'drop' });
  const world = new ScrapeWorld({ features: ['type-and-unit-labels'], config: { metricRelabelConfigs: [drop] } });
  assert.deepEqual(scraped(world.scrape('# TYPE a counter\na 1\n# TYPE b gauge\nb 2\n')), ['b{__type__="gauge"} 2']);
});

const CREATED = '# TYPE a counter\na_total 5 # {id="7"} 1\na_created 1699999000.5\n# TYPE g gauge\ng 1\n# EOF\n';

for (const [feature, isZeroWritten, isKept] of [
  ['created-timestamp-zero-ingestion', true, false],
  ['st-storage', false, true],
] as const) {
  test(`S-160 with ${feature} _created lines are start times: no samples, and not counted`, () => {
    const batch = new ScrapeWorld({ features: [feature] }).scrape(CREATED, OPENMETRICS);
    assert.deepEqual(scraped(batch), [...(isZeroWritten ? ['a_total 0 @1699999000500'] : []), 'a_total 5', 'g 1']);
    assert.deepEqual(starts(batch), isKept ? [1_699_999_000_500, undefined] : [undefined, undefined, undefined]);
    assert.deepEqual(counts(batch), [1, 2, 2, 2]);
  });
}

test('S-160 without a feature for them _created lines are ordinary samples', () => {
  const batch = new ScrapeWorld().scrape(CREATED, OPENMETRICS);
  assert.deepEqual(scraped(batch), ['a_total 5', 'a_created 1699999000.5', 'g 1']);
  assert.deepEqual(counts(batch), [1, 3, 3, 3]);
});

test('S-161 the zero is written once, again after a restart of the target, and an exemplar stays with its sample', () => {
  const world = new ScrapeWorld({ features: ['created-timestamp-zero-ingestion'] });
  const first = world.scrape(CREATED, OPENMETRICS);
  assert.deepEqual(
    first.samples.slice(0, 2).map(({ exemplars }) => exemplars.length),
    [0, 1],
  );
  assert.deepEqual(scraped(world.scrape(CREATED, OPENMETRICS)), ['a_total 5', 'g 1']);
  const restarted = `# TYPE a counter\na_total 1\na_created ${(EPOCH_MS + 20_000) / 1000}\n# EOF\n`;
  assert.deepEqual(scraped(world.scrape(restarted, OPENMETRICS)), [`a_total 0 @${EPOCH_MS + 20_000}`, 'a_total 1', 'g stale']);
});

test('S-161 a start that is not before its sample, or not after the last one, is passed over in silence', () => {
  const world = new ScrapeWorld({ features: ['created-timestamp-zero-ingestion'] });
  const body = (startMs: number) => `# TYPE a counter\na_total 1\na_created ${startMs / 1000}\n# EOF\n`;
  assert.deepEqual(scraped(world.scrape(body(EPOCH_MS), OPENMETRICS)), ['a_total 1']);
  assert.deepEqual(scraped(world.scrape(body(EPOCH_MS), OPENMETRICS)), ['a_total 1']);
  assert.deepEqual([world.loop().health, world.warnings], ['up', []]);
});

test('S-161 a zero is no sample for the limit, and goes with the scrape that fails', () => {
  const world = new ScrapeWorld({ features: ['created-timestamp-zero-ingestion'], config: { sampleLimit: 2 } });
  assert.deepEqual(counts(world.scrape(CREATED, OPENMETRICS)), [1, 2, 2, 2]);
  const broken = new ScrapeWorld({ features: ['created-timestamp-zero-ingestion'] });
  assert.deepEqual(scraped(broken.scrape(CREATED.replace('# EOF\n', '!\n'), OPENMETRICS)), []);
  assert.deepEqual(scraped(broken.scrape(CREATED, OPENMETRICS)), ['a_total 0 @1699999000500', 'a_total 5', 'g 1']);
});

const PROTOBUF = { contentType: 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited' };
const native = (count: number) => ({
  name: 'h',
  type: 'histogram' as const,
  metrics: [
    { histogram: { count, sum: 4, schema: 1, zeroThreshold: 0.25, positive: { spans: [[2, 1] as const], deltas: [count] } }, startMs: 0 },
  ],
});
const counterOf = (value: number, startMs?: number) => ({
  name: 'c_total',
  type: 'counter' as const,
  metrics: [startMs === undefined ? { value } : { value, startMs }],
});

test('S-160 S-161 the start times of protobuf are read, and a native histogram gets a zero of its own kind', () => {
  const startMs = EPOCH_MS - 60_000;
  const [metric] = native(3).metrics;
  const body = protobufBody([counterOf(5, startMs), { ...native(3), metrics: [{ ...metric, startMs }] }]);
  const target = targetWith({}, { scrapeNativeHistograms: true });
  const batch = new ScrapeWorld({ features: ['created-timestamp-zero-ingestion'], target }).scrape(body, PROTOBUF);
  assert.deepEqual(
    batch.samples
      .filter(({ isReport }) => !isReport)
      .map(({ series, atMs, histogram, value }) => [series, atMs, histogram?.count ?? value]),
    [
      ['c_total', startMs, 0],
      ['c_total', EPOCH_MS, 5],
      ['h', startMs, 0],
      ['h', EPOCH_MS, 3],
    ],
  );
  const zero = batch.samples[2]?.histogram;
  assert.deepEqual([zero?.schema, zero?.zeroThreshold, zero?.resetHint, zero?.positiveBuckets], [1, 0.25, 'yes', []]);
  const off = new ScrapeWorld({ target }).scrape(body, PROTOBUF);
  assert.equal(off.samples.filter(({ isReport }) => !isReport).length, 2);
});

test('S-162 a native histogram without a start time counts from its first, which is kept back', () => {
  const target = targetWith({}, { scrapeNativeHistograms: true });
  const world = new ScrapeWorld({ features: ['st-synthesis'], target });
  assert.deepEqual(scraped(world.scrape(protobufBody([native(3)]), PROTOBUF)), []);
  const [second] = world.scrape(protobufBody([native(5)]), PROTOBUF).samples;
  assert.deepEqual([second?.histogram?.count, second?.histogram?.positiveBuckets, second?.startTimestampMs], [2, [2], EPOCH_MS]);
});

const SYNTHESIS = { features: ['st-synthesis'] };
const counter = (value: number) => `# TYPE a counter\na ${value}\n`;

test('S-162 the first sample of a counter is its zero; later ones count from it, with its time as their start', () => {
  const world = new ScrapeWorld(SYNTHESIS);
  const first = world.scrape(counter(10));
  assert.deepEqual([scraped(first), counts(first)], [[], [1, 1, 1, 1]]);
  const second = world.scrape(counter(15));
  assert.deepEqual([scraped(second), starts(second)], [['a 5'], [EPOCH_MS]]);
  assert.deepEqual(scraped(world.scrape(counter(15))), ['a 5']);
});

test('S-162 a value that went down began again 1 ms before its time, from zero', () => {
  const world = new ScrapeWorld(SYNTHESIS);
  world.scrape(counter(10));
  world.scrape(counter(15));
  const dropped = world.scrape(counter(3));
  assert.deepEqual([scraped(dropped), starts(dropped)], [['a 3'], [EPOCH_MS + 2 * 15_000 - 1]]);
  const later = world.scrape(counter(7));
  assert.deepEqual([scraped(later), starts(later)], [['a 7'], [EPOCH_MS + 2 * 15_000 - 1]]);
});

test('S-162 counters, histograms and sums and counts of summaries are concerned, other series are not', () => {
  const world = new ScrapeWorld(SYNTHESIS);
  const body = [
    '# TYPE h histogram\nh_bucket{le="+Inf"} 4\nh_sum 2\nh_count 4\n',
    '# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 3\ns_count 5\n',
    '# TYPE g gauge\ng 1\n# TYPE other counter\nnot_of_it 6\n',
  ].join('');
  assert.deepEqual(scraped(world.scrape(body)), ['s{quantile="0.5"} 1', 'g 1', 'not_of_it 6']);
  const zeros = ['h_bucket{le="+Inf"} 0', 'h_sum 0', 'h_count 0', 's{quantile="0.5"} 1', 's_sum 0', 's_count 0', 'g 1', 'not_of_it 6'];
  assert.deepEqual(scraped(world.scrape(body)), zeros);
});

test('S-162 an exposed start time ends what was made up', () => {
  const world = new ScrapeWorld({ features: ['st-synthesis', 'st-storage'] });
  const body = (value: number, created = '') => `# TYPE a counter\na_total ${value}\n${created}# EOF\n`;
  world.scrape(body(10), OPENMETRICS);
  assert.deepEqual(scraped(world.scrape(body(15), OPENMETRICS)), ['a_total 5']);
  const exposed = world.scrape(body(16, 'a_created 1699999000\n'), OPENMETRICS);
  assert.deepEqual([scraped(exposed), starts(exposed)], [['a_total 16'], [1_699_999_000_000]]);
  assert.deepEqual(scraped(world.scrape(body(17), OPENMETRICS)), []);
  assert.deepEqual(scraped(world.scrape(body(19), OPENMETRICS)), ['a_total 2']);
});

test('S-162 a sample that is refused clears the state, and the window for old samples does not hold', () => {
  const world = new ScrapeWorld({ ...SYNTHESIS, outOfOrderWindowMs: 3_600_000 });
  const at = (value: number, atMs: number) => `# TYPE a counter\na ${value} ${atMs}\n`;
  assert.deepEqual(scraped(world.scrape(at(10, EPOCH_MS))), []);
  assert.deepEqual(scraped(world.scrape(at(12, EPOCH_MS + 10))), [`a 2 @${EPOCH_MS + 10}`]);
  assert.deepEqual(scraped(world.scrape(at(13, EPOCH_MS + 5))), ['a stale']);
  assert.equal(world.counted.get('prometheus_target_scrapes_sample_out_of_order_total'), 1);
  assert.deepEqual(scraped(world.scrape(at(20, EPOCH_MS + 60_000))), []);
  assert.deepEqual(scraped(world.scrape(at(21, EPOCH_MS + 70_000))), [`a 1 @${EPOCH_MS + 70_000}`]);
});

test('S-162 a series that vanishes after its zero was never stored, and gets no marker', () => {
  const world = new ScrapeWorld(SYNTHESIS);
  world.scrape(counter(10));
  assert.deepEqual(scraped(world.scrape('b 1\n')), ['b 1']);
  assert.equal(world.releaseAll(), 0);
});
