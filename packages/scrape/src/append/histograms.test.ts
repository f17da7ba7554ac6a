import assert from 'node:assert/strict';
import test from 'node:test';
import { protobufBody } from '@limpet/contract';
import type { FamilySpec, HistogramSpec, MetricSpec } from '@limpet/contract';
import { bucketCount } from '@limpet/model';
import { EPOCH_MS, counts, scraped, ScrapeWorld } from '../../test/append/scripted-scrape.ts';
import type { RecordedBatch, WorldOptions } from '../../test/append/scripted-scrape.ts';
import { rule, targetWith } from '../../test/job.ts';
import type { Target } from '../target/target.ts';
import { limitedHistogram, schemaOfFactor } from './histogram-limits.ts';

const contentType = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

/** Eight buckets of one observation each. */
const EIGHT: HistogramSpec = { count: 8, sum: 9, schema: 2, positive: { spans: [[1, 4]], deltas: [1, 0, 0, 0] }, negative: { spans: [[1, 4]], deltas: [1, 0, 0, 0] } }; // prettier-ignore
const CLASSIC: HistogramSpec = { count: 3, sum: 4.5, buckets: [{ upperBound: 1, count: 1 }, { upperBound: 2, count: 2 }] }; // prettier-ignore

class HistogramWorld extends ScrapeWorld {
  constructor(flags: Partial<Target> = {}, options: WorldOptions = {}) {
    super({ target: targetWith({}, { scrapeNativeHistograms: true, ...flags }), ...options });
  }

  families(...families: readonly FamilySpec[]): RecordedBatch {
    return this.scrape(protobufBody(families), { contentType });
  }

  histograms(...metrics: readonly MetricSpec[]): RecordedBatch {
    return this.families({ name: 'h', type: 'histogram', metrics });
  }
}

/** The scraped part of a batch, native histograms as `name schema:buckets`. */
function lines(batch: RecordedBatch): string[] {
  return batch.samples
    .filter(({ isReport }) => !isReport)
    .map(({ series, value, histogram }) =>
      histogram === undefined ? `${series} ${value}` : `${series} ${histogram.schema}:${histogram.positiveBuckets.join()}`,
    );
}

const gauge = (name: string, value: number): FamilySpec => ({ name, type: 'gauge', metrics: [{ value }] });

const NATIVE_FORM = ['h 2:1,1,1,1'];
const BARE = ['h_count 8', 'h_sum 9', 'h_bucket{le="+Inf"} 8'];
const CLASSIC_FORM = ['h_count 3', 'h_sum 4.5', 'h_bucket{le="1.0"} 1', 'h_bucket{le="2.0"} 2', 'h_bucket{le="+Inf"} 3'];
const CONVERTED = ['h -53:1,1,1'];
const BOTH_CLASSIC = ['h_count 8', 'h_sum 9', 'h_bucket{le="1.0"} 1', 'h_bucket{le="2.0"} 2', 'h_bucket{le="+Inf"} 8'];

const FORMS: readonly (readonly [exposed: 'classic' | 'native' | 'both', flags: string, wanted: readonly string[]])[] = [
  ['classic', '', CLASSIC_FORM],
  ['classic', 'native', CLASSIC_FORM],
  ['classic', 'convert', CONVERTED],
  ['classic', 'native convert', CONVERTED],
  ['classic', 'native convert always', [...CONVERTED, ...CLASSIC_FORM]],
  ['classic', 'always', CLASSIC_FORM],
  ['native', 'native', NATIVE_FORM],
  ['native', 'native always convert', NATIVE_FORM],
  ['native', '', BARE],
  ['both', 'native', NATIVE_FORM],
  ['both', 'native convert', NATIVE_FORM],
  ['both', 'native always', [...NATIVE_FORM, ...BOTH_CLASSIC]],
  ['both', 'native always convert', [...NATIVE_FORM, ...BOTH_CLASSIC]],
  ['both', '', BOTH_CLASSIC],
  ['both', 'always', BOTH_CLASSIC],
];
for (const [exposed, flags, wanted] of FORMS) {
  test(`S-165 of a histogram exposed ${exposed}, a target with the flags "${flags}" stores ${wanted.length} series`, () => {
    const world = new HistogramWorld({
      scrapeNativeHistograms: flags.includes('native'),
      convertClassicHistogramsToNhcb: flags.includes('convert'),
      alwaysScrapeClassicHistograms: flags.includes('always'),
    });
    const histogram = exposed === 'both' ? { ...EIGHT, buckets: CLASSIC.buckets ?? [] } : exposed === 'native' ? EIGHT : CLASSIC;
    const batch = world.histograms({ histogram });
    assert.deepEqual(lines(batch), wanted);
    assert.deepEqual(counts(batch), [1, wanted.length, wanted.length, wanted.length]);
    assert.deepEqual(lines(world.histograms({ histogram })), wanted, 'from the cache');
  });
}

test('S-165 S-166 classic histograms of text and OpenMetrics are converted too, with target labels and relabelling', () => {
  const world = new HistogramWorld(
    { convertClassicHistogramsToNhcb: true },
    { config: { metricRelabelConfigs: [rule({ targetLabel: 'added', replacement: 'x' })] } },
  );
  const text = '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 3\nh_sum 4\nh_count 3\n';
  assert.deepEqual(lines(world.scrape(text)), ['h{added="x"} -53:1,2']);
  const batch = world.scrape(`${text}# EOF\n`, { contentType: 'application/openmetrics-text' });
  assert.deepEqual(lines(batch), ['h{added="x"} -53:1,2']);
  assert.deepEqual(counts(batch), [1, 1, 1, 0]);
});

test('S-127 the finest schema is that whose buckets grow by the factor, at least', () => {
  const factors = [[0, 8], [1, 8], [1.00271, 8], [1.002, 8], [1.0054, 7], [1.1, 2], [1.09, 3], [1.5, 0], [2, 0], [2.1, -1], [4, -1], [65_536, -4], [1e9, -4]] as const; // prettier-ignore
  for (const [factor, schema] of factors) assert.equal(schemaOfFactor(factor), schema, String(factor));
});

test('S-127 finer histograms are made coarser by the factor, others and custom buckets stay', () => {
  const world = new HistogramWorld({ convertClassicHistogramsToNhcb: true }, { config: { nativeHistogramMinBucketFactor: 1.5 } });
  const coarse = { ...EIGHT, schema: -1 };
  const batch = world.histograms(
    { labels: { n: '1' }, histogram: EIGHT },
    { labels: { n: '2' }, histogram: coarse },
    { labels: { n: '3' }, histogram: CLASSIC },
  );
  assert.deepEqual(lines(batch), ['h{n="1"} 0:4', 'h{n="2"} -1:1,1,1,1', 'h{n="3"} -53:1,1,1']);
});

test('S-126 a histogram with too many buckets is made coarser until they fit', () => {
  const world = new HistogramWorld({}, { config: { nativeHistogramBucketLimit: 4 } });
  const [sample] = world.histograms({ histogram: EIGHT }).samples;
  assert.deepEqual([sample?.histogram?.schema, sample?.histogram && bucketCount(sample.histogram), sample?.histogram?.count], [1, 4, 8]);
  world.reconfigure({ nativeHistogramBucketLimit: 8 });
  assert.equal(world.histograms({ histogram: EIGHT }).samples[0]?.histogram?.schema, 2);
});

test('S-126 at the coarsest schema, and with custom buckets, too many buckets fail the scrape and count once', () => {
  const limited = new HistogramWorld({ convertClassicHistogramsToNhcb: true }, { config: { nativeHistogramBucketLimit: 1 } });
  const counted = () => limited.counted.get('prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total');
  limited.histograms({ histogram: EIGHT }, { labels: { n: '2' }, histogram: EIGHT });
  assert.equal(limited.loop().lastError, 'histogram bucket limit exceeded');
  assert.equal(limited.loop().lastFailureReason, 'bucketLimit');
  assert.equal(counted(), 1);
  const batch = limited.families({ name: 'h', type: 'histogram', metrics: [{ histogram: CLASSIC }] }, gauge('g', 1), {
    name: 'e',
    metrics: [{ value: 1 }],
  });
  assert.equal(counted(), 2);
  // Parsing goes on, so the totals are right; what comes behind the limit is stored, but not counted as added (S-122).
  assert.deepEqual(counts(batch), [0, 3, 3, 0]);
  assert.deepEqual(scraped(batch), []);
});

test('S-126 S-121 a histogram beyond its limit does not count against the sample limit, whose error comes first', () => {
  const world = new HistogramWorld({}, { config: { nativeHistogramBucketLimit: 1, sampleLimit: 1 } });
  world.families({ name: 'h', type: 'histogram', metrics: [{ histogram: EIGHT }] }, gauge('a', 1));
  assert.equal(world.loop().lastError, 'histogram bucket limit exceeded');
  world.families({ name: 'h', type: 'histogram', metrics: [{ histogram: EIGHT }] }, gauge('a', 1), gauge('b', 1));
  assert.equal(world.loop().lastError, 'sample limit exceeded');
  assert.equal(world.counted.get('prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total'), 2);
  assert.equal(world.counted.get('prometheus_target_scrapes_exceeded_sample_limit_total'), 1);
});

test('S-126 no limit leaves a histogram as it is, the same object', () => {
  const [sample] = new HistogramWorld().histograms({ histogram: EIGHT }).samples;
  assert.ok(sample?.histogram !== undefined);
  assert.equal(limitedHistogram(sample.histogram, { schemaMax: 8, bucketLimit: 0 }), sample.histogram);
});

test('E-127 a native histogram that contradicts itself fails the whole scrape, unless relabelling drops it', () => {
  const world = new HistogramWorld();
  world.families(gauge('g', 1));
  const broken = { ...EIGHT, count: 9 };
  const batch = world.families(gauge('g', 2), { name: 'h', type: 'histogram', metrics: [{ histogram: broken }] });
  assert.match(world.loop().lastError, /^invalid histogram: histogram counts 9 observations, its buckets 8$/);
  assert.equal(world.loop().lastFailureReason, 'invalidHistogram');
  assert.deepEqual(counts(batch), [0, 2, 1, 0]);
  assert.deepEqual(scraped(batch), []);
  world.histograms({ histogram: { ...EIGHT, schema: 9 } });
  assert.match(world.loop().lastError, /schema 9/);
  world.reconfigure({ metricRelabelConfigs: [rule({ sourceLabels: ['__name__'], regex: 'h', action: 'drop' })] });
  assert.deepEqual(lines(world.families(gauge('g', 3), { name: 'h', type: 'histogram', metrics: [{ histogram: broken }] })), ['g 3']);
});

test('S-136 S-139 W-030 the series of a histogram that has gone gets one stale marker, a float one', () => {
  const world = new HistogramWorld({ convertClassicHistogramsToNhcb: true });
  world.histograms({ labels: { n: '1' }, histogram: EIGHT }, { labels: { n: '2' }, histogram: CLASSIC });
  const gone = world.histograms({ labels: { n: '1' }, histogram: EIGHT });
  assert.deepEqual(lines(gone), ['h{n="1"} 2:1,1,1,1', 'h{n="2"} stale']);
  assert.equal(gone.samples[1]?.histogram, undefined);
  assert.deepEqual(lines(world.fail()), ['h{n="1"} stale']);
  assert.deepEqual(lines(world.fail()), []);
  assert.deepEqual(lines(world.histograms({ labels: { n: '1' }, histogram: EIGHT })), ['h{n="1"} 2:1,1,1,1']);
});

test('S-117 S-118 a histogram twice in a scrape is a duplicate, an older one out of order', () => {
  const world = new HistogramWorld();
  const batch = world.histograms({ histogram: EIGHT }, { histogram: { ...EIGHT, sum: 1 } });
  assert.deepEqual(counts(batch), [1, 2, 2, 1]);
  assert.equal(batch.samples[0]?.histogram?.sum, 9);
  const older = world.histograms({ histogram: EIGHT, timestampMs: EPOCH_MS - 1 });
  assert.equal(
    older.samples.find(({ histogram }) => histogram !== undefined),
    undefined,
  );
  assert.equal(world.counted.get('prometheus_target_scrapes_sample_out_of_order_total'), 1);
  const own = world.histograms({ histogram: EIGHT, timestampMs: EPOCH_MS + 40_000 });
  assert.deepEqual([own.samples[0]?.atMs, own.samples[0]?.hasOwnTime], [EPOCH_MS + 40_000, true]);
});

test('S-137 a series that changes from a histogram to a number goes on as the same series', () => {
  const world = new HistogramWorld();
  const [before] = world.histograms({ histogram: EIGHT }).samples;
  const [after, ...others] = world.families(gauge('h', 5)).samples;
  assert.equal(after?.ref, before?.ref);
  assert.equal(after?.value, 5);
  assert.ok(
    others.every(({ isReport }) => isReport),
    'no marker over the number',
  );
});

test('S-128 E-182 exemplars of a native histogram go with it, those without a time do not; E-197 those of converted lines too', () => {
  const exemplars = [
    { labels: { t: 'a' }, value: 1, timestampMs: EPOCH_MS - 5 },
    { labels: { t: 'b' }, value: 1 },
  ];
  const [native] = new HistogramWorld().histograms({ histogram: { ...EIGHT, exemplars } }).samples;
  assert.deepEqual(native?.exemplars.map(({ labels }) => labels[0]?.[1]), ['a']); // prettier-ignore
  const text = '# TYPE h histogram\nh_bucket{le="1"} 1 # {t="c"} 1 1600000000\nh_bucket{le="+Inf"} 1 # {t="d"} 1\nh_count 1\n# EOF\n';
  const world = new HistogramWorld({ convertClassicHistogramsToNhcb: true });
  const [converted] = world.scrape(text, { contentType: 'application/openmetrics-text' }).samples;
  assert.deepEqual(converted?.exemplars.map(({ labels }) => labels[0]?.[1]), ['c']); // prettier-ignore
});

test('E-012 a protobuf body that is refused fails the scrape, and what stood before the fault is taken back', () => {
  const world = new HistogramWorld();
  world.families(gauge('a', 1));
  const batch = world.scrape(Uint8Array.of(...protobufBody([gauge('a', 2), gauge('b', 2)]), 7), { contentType });
  assert.match(world.loop().lastError, /^protobuf: length beyond the end at byte \d+$/);
  assert.equal(world.loop().lastFailureReason, 'parse');
  assert.deepEqual(scraped(batch), []);
  assert.deepEqual(counts(batch), [0, 2, 2, 1]);
});

test('S-112 protobuf, OpenMetrics and text of one target are the same series', () => {
  const world = new HistogramWorld();
  const [first] = world.families({ name: 'm', type: 'gauge', metrics: [{ labels: { b: '1', a: '2' }, value: 1 }] }).samples;
  const [second] = world.scrape('m{a="2",b="1"} 2\n').samples;
  const third = world.families({ name: 'm', type: 'gauge', metrics: [{ labels: { b: '1', a: '2' }, value: 3 }] });
  assert.equal(first?.ref, second?.ref);
  assert.deepEqual(lines(third), ['m{a="2", b="1"} 3']);
  assert.equal(world.releaseAll(), 0);
});

test('E-022 type, help and unit are kept field by field, for ten scrapes behind the last of their family; the type is unknown by default', () => {
  const world = new HistogramWorld();
  const { metadata } = world.loop().cache;
  world.scrape('# HELP a_s text\na_s 1\n');
  assert.deepEqual(metadata.get('a_s'), { family: 'a_s', type: 'unknown', help: 'text', unit: '' });
  world.families({ name: 'a_s', help: 'other', unit: 's', type: 'gauge', metrics: [{ value: 1 }] });
  world.scrape('# TYPE a_s counter\na_s 1\n');
  assert.deepEqual(metadata.get('a_s'), { family: 'a_s', type: 'counter', help: 'other', unit: 's' });
  for (let n = 0; n < 10; n++) world.scrape('b 1\n');
  assert.equal(metadata.get('a_s')?.type, 'counter');
  world.scrape('b 1\n');
  assert.equal(metadata.get('a_s'), undefined);
});
