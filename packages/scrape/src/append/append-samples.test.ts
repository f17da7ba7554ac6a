import assert from 'node:assert/strict';
import test from 'node:test';
import { report, counts, EPOCH_MS, scraped, ScrapeWorld } from '../../test/append/scripted-scrape.ts';
import { rule, targetWith } from '../../test/job.ts';

const OPENMETRICS = { contentType: 'application/openmetrics-text; version=1.0.0' };
const REFUSED = 'prometheus_target_scrapes_sample';

test('S-111 E-007 a body without a usable Content-Type fails the scrape unless a fallback is configured', () => {
  const world = new ScrapeWorld();
  const cases = [
    ['', 'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol'],
    ['text plain', 'cannot parse Content-Type'],
    ['text/html', 'received unsupported Content-Type'],
  ] as const;
  for (const [contentType, error] of cases) {
    assert.deepEqual(counts(world.scrape('a 1\n', { contentType })), [0, 0, 0, 0]);
    assert.ok(world.loop().lastError.startsWith(error), world.loop().lastError);
  }
  world.reconfigure({ fallbackScrapeProtocol: 'PrometheusText0.0.4' });
  for (const [contentType] of cases) assert.deepEqual(scraped(world.scrape('a 1\n', { contentType })), ['a 1']);
});

test('S-111 E-005 the Content-Type selects the parser, parameters apart', () => {
  const world = new ScrapeWorld();
  assert.deepEqual(scraped(world.scrape('a 1 2.5\n# EOF\n', OPENMETRICS)), ['a 1 @2500']);
  assert.deepEqual(scraped(world.scrape('b 1 2500\n', { contentType: 'Text/Plain; charset=x; version=9' })), ['b 1 @2500']);
  world.scrape('a 1\n', OPENMETRICS);
  assert.match(world.loop().lastError, /data does not end with # EOF/);
});

test('S-112 a sample has its own time where it has one and timestamps are honoured, else that of the scrape', () => {
  const world = new ScrapeWorld();
  const [own, plain] = world.scrape('a 1 500\nb 2\n').samples;
  assert.deepEqual([own?.atMs, plain?.atMs], [500, EPOCH_MS]);
  world.reconfigure({ honorTimestamps: false });
  const batch = world.scrape('a 1 600\n');
  assert.deepEqual(scraped(batch), ['a 1', 'b stale']);
  assert.equal(batch.samples[0]?.atMs, EPOCH_MS + 15_000);
});

test('S-112 total counts every sample, metadata none; a key dropped before stays dropped without being relabelled', () => {
  const world = new ScrapeWorld({ config: { metricRelabelConfigs: [rule({ sourceLabels: ['__name__'], regex: 'b', action: 'drop' })] } });
  for (let scrape = 0; scrape < 2; scrape++) {
    const batch = world.scrape('# HELP a x\n# TYPE a gauge\na 1\nb 2\n# c\n');
    assert.deepEqual(scraped(batch), ['a 1']);
    assert.deepEqual(counts(batch), [1, 2, 1, scrape === 0 ? 1 : 0]);
  }
  assert.equal(world.loop().cache.droppedCount, 1);
});

test('S-113 metric relabelling runs once per new series: cached keys skip it and every check', () => {
  const world = new ScrapeWorld();
  assert.deepEqual(scraped(world.scrape('a 1\n')), ['a 1']);
  world.reconfigure({ metricRelabelConfigs: [rule({ sourceLabels: ['__name__'], targetLabel: 'seen' })], labelLimit: 2 });
  assert.deepEqual(scraped(world.scrape('a 2\nb 3\n')), ['a 2', 'b{seen="b"} 3']);
});

test('S-113 E-121 a series without a name after relabelling fails the scrape', () => {
  const world = new ScrapeWorld({ config: { metricRelabelConfigs: [rule({ regex: '__name__', action: 'labeldrop' })] } });
  assert.deepEqual(counts(world.scrape('a{x="1"} 1\n')), [0, 1, 0, 0]);
  assert.match(world.loop().lastError, /^missing metric name/);
});

test('S-113 a series without any label left is dropped, not refused', () => {
  const world = new ScrapeWorld({ config: { metricRelabelConfigs: [rule({ regex: '__name__', action: 'labeldrop' })] } });
  assert.deepEqual(counts(world.scrape('a 1\n')), [1, 1, 0, 0]);
});

test('S-107 S-113 E-121 names that the validation scheme refuses fail the scrape, and only under that scheme', () => {
  const body = '{"a.b"} 1\n';
  assert.deepEqual(scraped(new ScrapeWorld().scrape(body)), ['a.b 1']);
  const legacy = new ScrapeWorld({ config: { metricNameValidationScheme: 'legacy' } });
  assert.deepEqual(counts(legacy.scrape(body)), [0, 1, 0, 0]);
  assert.match(legacy.loop().lastError, /^invalid metric name or label names: a\.b/);
  assert.equal(legacy.scrape('a{"l.x"="1"} 1\n').samples.length, 5);
  assert.match(legacy.loop().lastError, /^invalid metric name or label names/);
});

test('an error shows the beginning of a long label set only', () => {
  const world = new ScrapeWorld({ config: { metricNameValidationScheme: 'legacy' } });
  world.scrape(`{"a.b",l="${'x'.repeat(100_000)}"} 1\n`);
  assert.match(world.loop().lastError, /^invalid metric name or label names: a\.b\{l="x+$/);
  assert.ok(world.loop().lastError.length < 600);
});

test('S-114 E-123 a label name given twice fails the scrape, unless relabelling drops it or the target overrides it', () => {
  const world = new ScrapeWorld();
  assert.deepEqual(counts(world.scrape('ok 1\na{x="1",x="2"} 1\n')), [0, 2, 1, 1]);
  assert.equal(world.loop().lastError, 'label name "x" is not unique');
  assert.equal(counts(world.scrape('{"a",__name__="b"} 1\n'))[0], 0);
  assert.deepEqual(scraped(new ScrapeWorld({ target: targetWith({ x: 't' }) }).scrape('a{x="1",x="2"} 1\n')), [
    'a{exported_x="1", x="t"} 1',
  ]);
  const dropping = new ScrapeWorld({ config: { metricRelabelConfigs: [rule({ regex: 'x', action: 'labeldrop' })] } });
  assert.deepEqual(scraped(dropping.scrape('a{x="1",x="2"} 1\n')), ['a 1']);
});

test('S-115 honor_labels false: target labels win, what they displace is exported, shortest name first', () => {
  const cases = [
    [{ job: 't' }, 'a{job="m"} 1', 'a{exported_job="m", job="t"} 1'],
    [{ job: 't' }, 'a{job=""} 1', 'a{job="t"} 1'],
    [{ job: 't' }, 'a{x="",y="1"} 1', 'a{job="t", y="1"} 1'],
    [{}, 'a{x="",x="1"} 1', 'a 1'],
    [{ job: 't' }, 'a{job="m",exported_job="e"} 1', 'a{exported_exported_job="m", exported_job="e", job="t"} 1'],
    [
      { job: 't', exported_job: 'u' },
      'a{job="m",exported_job="e"} 1',
      'a{exported_exported_exported_job="e", exported_exported_job="m", exported_job="u", job="t"} 1',
    ],
    [{ foo: 't', exported_foo: 'u' }, 'a{foo="m"} 1', 'a{exported_exported_foo="m", exported_foo="u", foo="t"} 1'],
  ] as const;
  for (const [labels, line, series] of cases) {
    assert.deepEqual(scraped(new ScrapeWorld({ target: targetWith(labels) }).scrape(`${line}\n`)), [series]);
  }
});

test('S-115 honor_labels true: exposed labels win, and an empty one keeps the target label out', () => {
  const cases = [
    [{ job: 't', zone: 'z' }, 'a{job="m"} 1', 'a{job="m", zone="z"} 1'],
    [{ job: 't' }, 'a{job=""} 1', 'a 1'],
  ] as const;
  for (const [labels, line, series] of cases) {
    const world = new ScrapeWorld({ target: targetWith(labels), config: { honorLabels: true } });
    assert.deepEqual(scraped(world.scrape(`${line}\n`)), [series]);
  }
});

test('S-116 label limits fail the scrape and count once', () => {
  const counter = 'prometheus_target_scrape_pool_exceeded_label_limits_total';
  const cases = [
    [{ labelLimit: 2 }, 'a{x="1",y="2"} 1', 'label_limit exceeded (metric: a, number of labels: 3, limit: 2)'],
    [
      { labelNameLengthLimit: 8 },
      'a{longlabel="1"} 1',
      'label_name_length_limit exceeded (metric: a, label name: longlabel, length: 9, limit: 8)',
    ],
    [
      { labelValueLengthLimit: 2 },
      'a{x="ää"} 1',
      'label_value_length_limit exceeded (metric: a, label name: x, value: "ää", length: 4, limit: 2)',
    ],
  ] as const;
  for (const [limit, line, error] of cases) {
    const world = new ScrapeWorld({ config: limit });
    assert.deepEqual(counts(world.scrape(`b{y="3"} 1\n${line}\n${line}\n`)), [0, 2, 1, 1]);
    assert.equal(world.loop().lastError, error);
    assert.equal(world.counted.get(counter), 1);
  }
  const counted = new ScrapeWorld({ target: targetWith({ job: 'j' }), config: { labelLimit: 2 } });
  assert.equal(counts(counted.scrape('a{x="1"} 1\n'))[0], 0, 'target labels and the name count');
  const long = new ScrapeWorld({ config: { labelValueLengthLimit: 60 } });
  long.scrape(`a{x="${'v'.repeat(70)}"} 1\n`);
  assert.ok(long.loop().lastError.includes(`value: "${'v'.repeat(50)}", length: 70`));
});

test('S-117 E-125 a repeated key without its own time is a duplicate: refused, counted, still added', () => {
  const world = new ScrapeWorld();
  const batch = world.scrape('a 1\na 2\na 3\n');
  assert.deepEqual(scraped(batch), ['a 1']);
  assert.deepEqual(counts(batch), [1, 3, 3, 1]);
  assert.equal(world.counted.get(`${REFUSED}_duplicate_timestamp_total`), 2);
  assert.deepEqual(world.warnings, ['Error on ingesting samples with different value but same timestamp']);
  assert.deepEqual(scraped(world.scrape('b 1 1\nb 2 2\nb 3 2\n')), ['b 1 @1', 'b 2 @2', 'a stale'], 'own times go to storage');
  assert.equal(world.counted.get(`${REFUSED}_out_of_order_total`), 1);
});

test('S-118 S-180 W-093 a sample that is not newer than its series is lost and counted, the scrape goes on', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1 1000\nb 1\n');
  for (const time of [999, 1000]) {
    const batch = world.scrape(`a 2 ${time}\nb 2\n`);
    assert.deepEqual(scraped(batch), ['b 2']);
    assert.deepEqual(counts(batch), [1, 2, 2, 0]);
  }
  assert.deepEqual(scraped(world.scrape('a 3 1001\nb 2\n')), ['a 3 @1001', 'b 2']);
  assert.equal(world.counted.get(`${REFUSED}_out_of_order_total`), 2);
  assert.deepEqual(world.warnings, Array(2).fill('Error on ingesting out-of-order samples'));
});

test('S-180 W-093 a window lets in what is newer than the newest sample less the window', () => {
  const world = new ScrapeWorld({ outOfOrderWindowMs: 100 });
  world.scrape('a 1 1000\n');
  assert.deepEqual(scraped(world.scrape('a 2 901\n')), ['a 2 @901']);
  assert.deepEqual(scraped(world.scrape('a 3 900\n')), []);
});

test('S-180 a series that vanished is not started over with an older time of its own', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1 1000\n');
  world.scrape('b 1\n');
  assert.equal(world.loop().cache.seriesCount, 1);
  assert.deepEqual(scraped(world.scrape('a 1 999\nb 1\n')), ['b 1']);
  assert.deepEqual(scraped(world.scrape('a 1 999\nb 1\n')), ['b 1'], 'being refused does not make it forgotten');
  assert.deepEqual(scraped(world.scrape('a 1 1001\nb 1\n')), ['a 1 @1001', 'b 1']);
});

test('S-119 E-126 a time more than ten minutes ahead is out of bounds', () => {
  const world = new ScrapeWorld();
  const batch = world.scrape(`a 1 ${EPOCH_MS + 600_000}\nb 1 ${EPOCH_MS + 600_001}\n`);
  assert.deepEqual(scraped(batch), [`a 1 @${EPOCH_MS + 600_000}`]);
  assert.deepEqual(counts(batch), [1, 2, 2, 1]);
  assert.equal(world.counted.get(`${REFUSED}_out_of_bounds_total`), 1);
});

test('S-120 the sample limit fails the scrape once, after counting to the end; drops and duplicates do not count', () => {
  const world = new ScrapeWorld({
    config: { sampleLimit: 2, metricRelabelConfigs: [rule({ sourceLabels: ['__name__'], regex: 'drop', action: 'drop' })] },
  });
  assert.deepEqual(counts(world.scrape('drop 1\na 1\na 1\nb 1\n')), [1, 4, 3, 2]);
  const batch = world.scrape('a 1\nb 1\nc 1\nd 1\n');
  assert.deepEqual([scraped(batch), counts(batch)], [[], [0, 4, 4, 0]]);
  assert.equal(world.loop().lastError, 'sample limit exceeded');
  assert.equal(world.counted.get('prometheus_target_scrapes_exceeded_sample_limit_total'), 1);
});

test('S-120 refused attempts count towards the limit, a parse error after it is the error shown', () => {
  const world = new ScrapeWorld({ config: { sampleLimit: 1 } });
  world.scrape('a 1 1000\n');
  assert.equal(counts(world.scrape('a 1 999\nb 1\n'))[0], 0, 'an out-of-order sample is an attempt');
  world.scrape('a 1\nb 1\nbroken\n');
  assert.match(world.loop().lastError, /^expected value after metric/);
  assert.equal(world.counted.get('prometheus_target_scrapes_exceeded_sample_limit_total'), 2);
});

test('S-121 the sample limit stands before the bound ahead: a sample beyond the limit is not out of bounds', () => {
  const world = new ScrapeWorld({ config: { sampleLimit: 1 } });
  world.scrape(`a 1\nb 1 ${EPOCH_MS * 2}\n`);
  assert.equal(world.counted.get(`${REFUSED}_out_of_bounds_total`), undefined);
});

test('S-122 a series is new with its first stored sample, and again after it was forgotten', () => {
  const world = new ScrapeWorld();
  assert.equal(counts(world.scrape(`a 1\nb 1 ${EPOCH_MS * 2}\n`))[3], 1);
  assert.equal(counts(world.scrape('a 1\nb 1\n'))[3], 1);
  assert.equal(counts(world.scrape('b 1\n'))[3], 0);
  assert.equal(counts(world.scrape('a 1\nb 1\n'))[3], 1);
});

test('S-125 the same series in another spelling is another key but the same series', () => {
  const world = new ScrapeWorld();
  const first = world.scrape('a{x="1",y="2"} 1\n');
  const second = world.scrape('a{y="2",x="1"} 2\n');
  assert.deepEqual(scraped(second), ['a{x="1", y="2"} 2'], 'no marker');
  assert.equal(second.samples[0]?.ref, first.samples[0]?.ref);
  assert.deepEqual(scraped(world.scrape('a{x="1",y="2"} 3\na{y="2",x="1"} 3\n')), ['a{x="1", y="2"} 3']);
  assert.deepEqual(scraped(world.scrape('b 1\n')), ['b 1', 'a{x="1", y="2"} stale'], 'one marker');
  assert.equal(world.releaseAll(), 0);
});

test('S-128 E-115 exemplars go with their sample, sorted, and get its time where they have none', () => {
  const world = new ScrapeWorld();
  const { samples } = world.scrape('a_total 5 7 # {t="x"} 2 3.5\nb_total 1 # {t="y"} 3\n# EOF\n', OPENMETRICS);
  assert.deepEqual(samples[0]?.exemplars, [{ labels: [['t', 'x']], value: 2, timestampMs: 3500 }]);
  assert.deepEqual(samples[1]?.exemplars, [{ labels: [['t', 'y']], value: 3, timestampMs: EPOCH_MS }]);
});

test('S-128 E-124 repeated, malformed and out-of-order exemplars are left out and the sample is kept', () => {
  const world = new ScrapeWorld();
  const exemplars = (exemplar: string) => world.scrape(`a_total 5 # ${exemplar}\n# EOF\n`, OPENMETRICS).samples[0]?.exemplars.length;
  assert.equal(exemplars('{t="x"} 2 10'), 1);
  assert.equal(exemplars('{t="x"} 2 10'), 0, 'a repeat');
  assert.equal(exemplars('{t="x"} 2 9'), 0, 'older');
  assert.equal(world.counted.get('prometheus_target_scrapes_exemplar_out_of_order_total'), 1);
  assert.equal(exemplars(`{t="${'x'.repeat(128)}"} 2 11`), 0, '129 characters');
  assert.equal(exemplars(`{t="${'ä'.repeat(127)}"} 2 11`), 1, '128 characters');
  assert.equal(exemplars('{t="x",t="y"} 2 12'), 0, 'a label name twice');
  assert.equal(exemplars('{t="z"} 2'), 1);
  assert.equal(exemplars('{t="z"} 2'), 0, 'a repeat without a time of its own');
  assert.equal(world.loop().lastError, '');
});

test('S-129 E-011 an empty body is a scrape that succeeded without samples, whatever its type', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1\n');
  const batch = world.scrape('', { contentType: '' });
  assert.deepEqual([scraped(batch), counts(batch)], [['a stale'], [1, 0, 0, 0]]);
});

test('S-169 E-160 le and quantile are normalised before target labels and relabelling', () => {
  const world = new ScrapeWorld({ config: { metricRelabelConfigs: [rule({ sourceLabels: ['le'], targetLabel: 'bound' })] } });
  assert.deepEqual(scraped(world.scrape('# TYPE h histogram\nh_bucket{le="1"} 1\n')), ['h_bucket{bound="1.0", le="1.0"} 1']);
  assert.deepEqual(scraped(world.scrape('# TYPE s summary\ns{quantile="0.50"} 1\n')), [
    's{quantile="0.5"} 1',
    'h_bucket{bound="1.0", le="1.0"} stale',
  ]);
});

test('S-123 added counts every sample that was left after relabelling, refused ones too', () => {
  const world = new ScrapeWorld();
  world.scrape('a 1 1000\n');
  const batch = world.scrape(`a 1 1\nb 1 ${EPOCH_MS * 2}\nc 1\nc 1\n`);
  assert.deepEqual(report(batch)['scrape_samples_post_metric_relabeling'], 4);
  assert.deepEqual(scraped(batch), ['c 1']);
});
