import assert from 'node:assert/strict';
import test from 'node:test';
import { protobufBody } from '@limpet/contract';
import type { FamilySpec, HistogramSpec, MetricSpec } from '@limpet/contract';
import { NORMAL_NAN_BITS, STALE_NAN_BITS, writeValue } from '@limpet/model';
import type { NativeHistogram } from '@limpet/model';
import type { Entry, HistogramEntry, ParseOptions, SampleEntry } from './entry.ts';
import { formatFloat } from './float.ts';
import { ProtobufError } from './protobuf-error.ts';
import { parseProtobuf } from './protobuf-parser.ts';
import { ITEMS_MAX } from './protobuf-reader.ts';

const decoder = new TextDecoder();

/** Entries as lines that say what matters. */
function lines(entries: Iterable<Entry>): string[] {
  return [...entries].map((entry) => {
    switch (entry.kind) {
      case 'help':
        return `help ${entry.family} ${JSON.stringify(entry.text)}`;
      case 'unit':
        return `unit ${entry.family} ${entry.unit}`;
      case 'type':
        return `type ${entry.family} ${entry.type}`;
      case 'comment':
        return entry.text;
      case 'sample':
        return `${labelsLine(entry)} ${formatFloat(entry.value)}${entry.timestampMs === undefined ? '' : ` @${entry.timestampMs}`}`;
      case 'histogram':
        return `${labelsLine(entry)} histogram ${entry.histogram.schema}`;
    }
  });
}

function labelsLine(entry: SampleEntry | HistogramEntry): string {
  const labels = entry.labels();
  const others = labels.filter(([name]) => name !== '__name__').map(([name, value]) => `${name}=${value}`);
  return `${labels.find(([name]) => name === '__name__')?.[1]}{${others.join(',')}}`;
}

function parsed(families: readonly FamilySpec[], options?: ParseOptions): Entry[] {
  return [...parseProtobuf(protobufBody(families), options)];
}

const isSeries = (entry: Entry): entry is SampleEntry | HistogramEntry => entry.kind === 'sample' || entry.kind === 'histogram';

/** The series of one family as lines. */
function series(family: Omit<FamilySpec, 'name'>, options?: ParseOptions): string[] {
  return lines(parsed([{ name: 'm', ...family }], options).filter(isSeries));
}

const histogramOf = (metrics: readonly MetricSpec[], options?: ParseOptions, type: FamilySpec['type'] = 'histogram') =>
  series({ type, metrics }, options);

/** The only native histogram of a body with one metric. */
function native(histogram: HistogramSpec, type: FamilySpec['type'] = 'histogram', options?: ParseOptions): NativeHistogram {
  const found = parsed([{ name: 'h', type, metrics: [{ histogram }] }], options).filter((entry) => entry.kind === 'histogram');
  assert.equal(found.length, 1);
  return (found[0] as HistogramEntry).histogram;
}

function refusal(bytes: Uint8Array | readonly FamilySpec[]): string {
  const body = bytes instanceof Uint8Array ? bytes : protobufBody(bytes);
  try {
    for (const entry of parseProtobuf(body)) void entry;
  } catch (error) {
    assert.ok(error instanceof ProtobufError);
    assert.ok(error.offset <= body.length);
    assert.equal(error.code, 'LIMPET_PARSE_PROTOBUF');
    return error.message;
  }
  return 'accepted';
}

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('E-170 a length that is cut off, too long or beyond the body is refused, families without a metric are passed over', () => {
  assert.deepEqual(parsed([{ name: 'empty', help: 'x', type: 'gauge', metrics: [] }]), []);
  assert.match(refusal(hex('80')), /unexpected end/);
  assert.match(refusal(hex('808080808001')), /too long/);
  assert.match(refusal(hex('05 0a 01 6d')), /length beyond the end/);
  assert.equal(refusal(hex('00 00')), 'accepted');
  const good = protobufBody([{ name: 'm', type: 'gauge', metrics: [{ value: 1 }] }]);
  assert.deepEqual(lines(parseProtobuf(Uint8Array.of(...good, ...good))).length, 6);
});

test('E-171 names and texts have to be UTF-8, names not empty, types known; a missing type is a counter', () => {
  const latin = (body: Uint8Array) => body.map((byte) => (byte === 0x7e ? 0xff : byte)); // ~ stands for a byte that is no UTF-8
  assert.match(refusal([{ name: '', metrics: [{ value: 1 }] }]), /empty metric name/);
  assert.match(refusal(latin(protobufBody([{ name: 'm~', metrics: [{}] }]))), /metric name is not valid UTF-8/);
  assert.match(refusal(latin(protobufBody([{ name: 'm', help: '~', metrics: [{}] }]))), /help text is not valid UTF-8/);
  assert.match(refusal([{ name: 'm', metrics: [{ labels: { '': 'x' } }] }]), /empty label name/);
  assert.match(refusal(latin(protobufBody([{ name: 'm', metrics: [{ labels: { 'a~': 'x' } }] }]))), /label name is not valid UTF-8/);
  assert.match(refusal(latin(protobufBody([{ name: 'm', metrics: [{ labels: { a: '~' } }] }]))), /label value is not valid UTF-8/);
  assert.match(refusal(hex('07 0a016d 1806 2200')), /unknown metric type 6/);
  assert.deepEqual(lines(parsed([{ name: 'm', metrics: [{ value: 2 }] }])), ['help m ""', 'type m counter', 'm{} 2']);
});

test('E-171 unknown fields are skipped whatever their wire type, a wrong wire type is refused', () => {
  // Fields 6 as varint, fixed64, bytes, fixed32 and a group around the name, then a metric with the same in it.
  const unknown = '30ff01 310102030405060708 3201ff 3501020304 330801 33 34 34';
  const metric = hex('1209 09000000000000f83f 7801');
  const family = hex(`${unknown} 0a016d 1801 22 ${metric.length.toString(16).padStart(2, '0')}`);
  const body = Uint8Array.of(family.length + metric.length, ...family, ...metric);
  assert.deepEqual(lines(parseProtobuf(body)), ['help m ""', 'type m gauge', 'm{} 1.5']);
  assert.match(refusal(hex('02 0801')), /wrong wire type 0 of field 1/);
  assert.match(refusal(hex('06 0a016d 220122')), /unexpected end/);
  assert.match(refusal(hex('09 0a016d 1801 2202 1001')), /wrong wire type 0 of field 2/);
  assert.match(refusal(hex('01 07')), /field number/);
  assert.match(refusal(hex('02 3600')), /illegal wire type 6/);
});

test('E-172 help comes first, even empty, then a unit if there is one, then the type', () => {
  const metrics = [{ value: 1 }];
  assert.deepEqual(
    lines(
      parsed([
        { name: 'a_seconds', help: 'A "text"\n', type: 'gauge', unit: 'seconds', metrics },
        { name: 'b', type: 'untyped', unit: '', metrics },
      ]),
    ),
    [
      'help a_seconds "A \\"text\\"\\n"',
      'unit a_seconds seconds',
      'type a_seconds gauge',
      'a_seconds{} 1',
      'help b ""',
      'type b unknown',
      'b{} 1',
    ],
  );
});

const INTEGER: HistogramSpec = {
  count: 11,
  sum: 12.5,
  schema: 3,
  zeroThreshold: 0.001,
  zeroCount: 2,
  positive: { spans: [[-2, 2], [1, 1]], deltas: [1, 2, -2] },
  negative: { spans: [[0, 2]], deltas: [1, 2] },
}; // prettier-ignore
const FLOAT: HistogramSpec = {
  countFloat: 4.5,
  sum: -1,
  schema: -4,
  zeroCountFloat: 0.5,
  zeroThreshold: 0.1,
  positive: { spans: [[0, 2]], counts: [1.5, 2.5] },
};
const BUCKETS = [
  { upperBound: 0.1, count: 1 },
  { upperBound: 1, count: 3 },
];

test('E-173 repeated numbers are read packed and unpacked', () => {
  const unpacked: HistogramSpec = {
    ...INTEGER,
    positive: { spans: INTEGER.positive?.spans ?? [], deltas: [1, 2, -2], isUnpacked: true },
    negative: { spans: INTEGER.negative?.spans ?? [], deltas: [1, 2], isUnpacked: true },
  };
  assert.deepEqual(native(unpacked), native(INTEGER));
  assert.deepEqual(native({ ...FLOAT, positive: { spans: [[0, 2]], counts: [1.5, 2.5], isUnpacked: true } }), native(FLOAT));
});

test('E-174 E-184 counters, gauges and untyped metrics are one series each; a missing value is 0, not that before', () => {
  const metrics = [{ labels: { a: '1' }, value: 7, timestampMs: -5 }, { labels: { a: '2' }, timestampMs: 0 }, { value: -Infinity }];
  for (const type of ['counter', 'gauge', 'untyped'] as const) {
    assert.deepEqual(series({ type, metrics }), ['m{a=1} 7 @-5', 'm{a=2} 0', 'm{} -Inf'], type);
  }
});

test('E-034 a NaN of a target is the normal one, also with the bits of a stale marker', () => {
  const entry = parsed([{ name: 'm', type: 'gauge', metrics: [{ value: STALE_NAN_BITS }] }]).find(isSeries);
  assert.ok(entry?.kind === 'sample');
  const view = new DataView(new ArrayBuffer(8));
  writeValue(view, 0, entry.value, false);
  assert.equal(view.getBigUint64(0, true), NORMAL_NAN_BITS);
  const histogram = native({ ...INTEGER, sum: STALE_NAN_BITS });
  writeValue(view, 0, histogram.sum, false);
  assert.equal(view.getBigUint64(0, true), NORMAL_NAN_BITS);
});

test('E-175 a summary is its count, its sum and its quantiles in the order given', () => {
  const summary = { count: 5, sum: 2.5, quantiles: [[0.9, 2], [0.5, 1], [1, NaN]] } as const; // prettier-ignore
  assert.deepEqual(series({ type: 'summary', metrics: [{ labels: { z: 'a' }, summary }, { summary: {} }, {}] }), [
    'm_count{z=a} 5',
    'm_sum{z=a} 2.5',
    'm{quantile=0.9,z=a} 2',
    'm{quantile=0.5,z=a} 1',
    'm{quantile=1.0,z=a} NaN',
    'm_count{} 0',
    'm_sum{} 0',
    'm_count{} 0',
    'm_sum{} 0',
  ]);
});

test('E-176 E-160 a classic histogram is count, sum and buckets, closed with +Inf', () => {
  assert.deepEqual(histogramOf([{ labels: { a: 'b' }, histogram: { count: 4, sum: 2, buckets: BUCKETS } }]), [
    'm_count{a=b} 4',
    'm_sum{a=b} 2',
    'm_bucket{a=b,le=0.1} 1',
    'm_bucket{a=b,le=1.0} 3',
    'm_bucket{a=b,le=+Inf} 4',
  ]);
  const closed = { count: 4, buckets: [...BUCKETS, { upperBound: Infinity, count: 4 }] };
  assert.equal(histogramOf([{ histogram: closed }]).length, 5);
  assert.deepEqual(histogramOf([{ histogram: { count: 3 } }], undefined, 'gaugehistogram'), [
    'm_count{} 3',
    'm_sum{} 0',
    'm_bucket{le=+Inf} 3',
  ]);
  const floats = { count: 9, countFloat: 1.5, buckets: [{ upperBound: 1, count: 9, countFloat: 0.5 }, { upperBound: 2, count: 1 }] }; // prettier-ignore
  assert.deepEqual(histogramOf([{ histogram: floats }]), [
    'm_count{} 1.5',
    'm_sum{} 0',
    'm_bucket{le=1.0} 0.5',
    'm_bucket{le=2.0} 1',
    'm_bucket{le=+Inf} 1.5',
  ]);
});

test('E-177 a histogram is native by a span, a zero threshold or a zero count, not by a float zero count', () => {
  const isNative = (histogram: HistogramSpec) => histogramOf([{ histogram }])[0]?.includes('histogram') ?? false;
  assert.deepEqual(
    [
      { positive: { spans: [[0, 0]] } },
      { negative: { spans: [[0, 0]] } },
      { zeroThreshold: 1e-128 },
      { zeroCount: 1, count: 1 },
      { zeroCountFloat: 1, countFloat: 1 },
      { schema: 3, count: 1 },
    ].map((histogram) => isNative(histogram as HistogramSpec)),
    [true, true, true, true, false, false],
  );
  assert.deepEqual(native({ positive: { spans: [[0, 0]] } }).positiveSpans, []);
});

test('E-178 integer buckets are differences, float ones counts; gauge histograms say so', () => {
  assert.deepEqual(native(INTEGER), {
    schema: 3,
    zeroThreshold: 0.001,
    zeroCount: 2,
    count: 11,
    sum: 12.5,
    positiveSpans: [
      { offset: -2, length: 2 },
      { offset: 1, length: 1 },
    ],
    positiveBuckets: [1, 3, 1],
    negativeSpans: [{ offset: 0, length: 2 }],
    negativeBuckets: [1, 3],
    customValues: [],
    resetHint: 'unknown',
    isFloat: false,
  });
  const float = native(FLOAT, 'gaugehistogram');
  assert.deepEqual(
    [float.isFloat, float.resetHint, float.positiveBuckets, float.count, float.zeroCount],
    [true, 'gauge', [1.5, 2.5], 4.5, 0.5],
  );
  const byZero = { zeroCountFloat: 0.5, zeroThreshold: 1, positive: { spans: [[0, 1]], counts: [3] } } as const;
  assert.equal(native(byZero).isFloat, true);
});

test('E-179 spans have to match the buckets, in every metric of a family', () => {
  const good = { histogram: INTEGER };
  const short = { histogram: { ...INTEGER, positive: { spans: [[0, 4]], deltas: [1, 2] } } } as const;
  const long = { histogram: { ...FLOAT, negative: { spans: [[0, 1]], counts: [1, 2] } } } as const;
  assert.match(
    refusal([{ name: 'h', type: 'histogram', metrics: [good, short] }]),
    /histogram "h": positive side: spans require 4 buckets, have 2/,
  );
  assert.match(refusal([{ name: 'h', type: 'histogram', metrics: [long] }]), /negative side: spans require 1 buckets, have 2/);
  const huge = { histogram: { ...INTEGER, positive: { spans: [[0, 2 ** 32 - 1]], deltas: [1] } } } as const;
  assert.match(refusal([{ name: 'h', type: 'histogram', metrics: [huge] }]), /spans require 4294967295 buckets, have 1/);
});

test('E-180 native histograms come without empty buckets', () => {
  const histogram = native({ count: 3, schema: 0, positive: { spans: [[0, 3], [0, 2], [2, 0], [1, 1]], deltas: [1, -1, 1, -1, 0, 1] } }); // prettier-ignore
  assert.deepEqual(histogram.positiveSpans, [
    { offset: 0, length: 1 },
    { offset: 1, length: 1 },
    { offset: 5, length: 1 },
  ]);
  assert.deepEqual(histogram.positiveBuckets, [1, 1, 1]);
});

test('E-181 of both forms the native one comes first, the classic one only where it is kept; ignored, the native part is not there', () => {
  const both = [{ histogram: { ...INTEGER, buckets: BUCKETS } }];
  const classic = ['m_count{} 11', 'm_sum{} 12.5', 'm_bucket{le=0.1} 1', 'm_bucket{le=1.0} 3', 'm_bucket{le=+Inf} 11'];
  assert.deepEqual(histogramOf(both), ['m{} histogram 3']);
  assert.deepEqual(histogramOf(both, { keepClassicHistograms: true }), ['m{} histogram 3', ...classic]);
  assert.deepEqual(histogramOf(both, { ignoreNativeHistograms: true }), classic);
  assert.deepEqual(
    histogramOf([{ histogram: INTEGER }], { keepClassicHistograms: true }),
    ['m{} histogram 3'],
    'no bucket, no classic form',
  );
  assert.deepEqual(histogramOf([{ histogram: INTEGER }], { ignoreNativeHistograms: true }), [
    'm_count{} 11',
    'm_sum{} 12.5',
    'm_bucket{le=+Inf} 11',
  ]);
});

test('E-182 exemplars: one a counter and a bucket, on a native histogram all that have a time', () => {
  const exemplar = (id: string, timestampMs?: number) => ({
    labels: { id },
    value: 0.5,
    ...(timestampMs === undefined ? {} : { timestampMs }),
  });
  const read = (metric: MetricSpec, type: FamilySpec['type'] = 'histogram', options: ParseOptions = {}) =>
    parsed([{ name: 'm', type, metrics: [metric] }], options)
      .filter(isSeries)
      .map(({ exemplars }) => exemplars.map(({ labels, value, timestampMs }) => `${labels[0]?.[1]} ${value} ${timestampMs}`).join());
  assert.deepEqual(read({ value: 1, exemplar: exemplar('c') }, 'counter'), ['c 0.5 undefined']);
  assert.deepEqual(read({ value: 1, exemplar: exemplar('c', 1_234_567) }, 'counter'), ['c 0.5 1234567']);
  const buckets = [{ upperBound: 1, count: 1, exemplar: exemplar('b', 5) }, { upperBound: 2, count: 2, exemplar: exemplar('d') }, { upperBound: Infinity }]; // prettier-ignore
  assert.deepEqual(read({ histogram: { buckets } }), ['', '', 'b 0.5 5', 'd 0.5 undefined', '']);
  const own = [exemplar('x'), exemplar('y', 7), exemplar('z', 8)];
  assert.deepEqual(read({ histogram: { ...INTEGER, buckets, exemplars: own } }), ['y 0.5 7,z 0.5 8']);
  assert.deepEqual(read({ histogram: { ...INTEGER, buckets } }), ['b 0.5 5'], 'those of the buckets where it has none of its own');
});

test('E-183 start timestamps of counters, summaries and histograms, where they are asked for', () => {
  const starts = (type: NonNullable<FamilySpec['type']>, metric: MetricSpec, startTimestamps = true) => [
    ...new Set(parsed([{ name: 'm', type, metrics: [{ ...metric, startMs: 1_700_000_000_123 }] }], { startTimestamps }).filter(isSeries).map((entry) => entry.startTimestampMs)),
  ]; // prettier-ignore
  assert.deepEqual(starts('counter', { value: 1 }), [1_700_000_000_123]);
  assert.deepEqual(starts('summary', { summary: {} }), [1_700_000_000_123]);
  assert.deepEqual(starts('histogram', { histogram: INTEGER }), [1_700_000_000_123]);
  assert.deepEqual(starts('histogram', { histogram: { buckets: BUCKETS } }), [1_700_000_000_123]);
  assert.deepEqual(starts('counter', { value: 1 }, false), [undefined]);
  assert.equal(parsed([{ name: 'm', metrics: [{ value: 1 }] }], { startTimestamps: true }).find(isSeries)?.startTimestampMs, undefined);
});

test('E-024 type and unit become labels where that is asked for', () => {
  const metrics = [{ labels: { __type__: 'mine', a: 'b' }, value: 1 }];
  assert.deepEqual(series({ type: 'gauge', unit: 's', metrics }, { typeAndUnitLabels: true }), ['m{__type__=gauge,__unit__=s,a=b} 1']);
  assert.deepEqual(series({ type: 'untyped', metrics }, { typeAndUnitLabels: true }), ['m{__type__=mine,a=b} 1']);
});

test('E-190 E-191 E-195 classic histograms become native ones with custom buckets, gauge histograms too', () => {
  const classic: HistogramSpec = { count: 4, sum: 2, buckets: BUCKETS };
  for (const type of ['histogram', 'gaugehistogram'] as const) {
    const converted = native(classic, type, { convertClassicHistograms: true });
    assert.deepEqual(converted.customValues, [0.1, 1]);
    assert.deepEqual(converted.positiveBuckets, [1, 2, 1]);
    assert.deepEqual([converted.schema, converted.count, converted.resetHint], [-53, 4, type === 'histogram' ? 'unknown' : 'gauge']);
  }
  const lines = histogramOf([{ histogram: classic }], { convertClassicHistograms: true, keepClassicHistograms: true });
  assert.deepEqual(lines, [
    'm{} histogram -53',
    'm_count{} 4',
    'm_sum{} 2',
    'm_bucket{le=0.1} 1',
    'm_bucket{le=1.0} 3',
    'm_bucket{le=+Inf} 4',
  ]);
});

test('S-168 E-191 a histogram with a native form is never converted, the classic one behind it is', () => {
  const metrics = [
    { labels: { n: '1' }, histogram: { ...INTEGER, buckets: BUCKETS } },
    { labels: { n: '2' }, histogram: { count: 4, buckets: BUCKETS } },
  ];
  assert.deepEqual(histogramOf(metrics, { convertClassicHistograms: true }), ['m{n=1} histogram 3', 'm{n=2} histogram -53']);
  const kept = histogramOf(metrics, { convertClassicHistograms: true, keepClassicHistograms: true });
  assert.deepEqual(
    kept.filter((line) => line.includes('histogram')),
    ['m{n=1} histogram 3', 'm{n=2} histogram -53'],
  );
  assert.equal(kept.length, 12);
  const ignored = histogramOf(metrics, { convertClassicHistograms: true, ignoreNativeHistograms: true });
  assert.deepEqual(ignored, ['m{n=1} histogram -53', 'm{n=2} histogram -53']);
});

test('E-196 a classic histogram that cannot be converted fails a protobuf body', () => {
  const body = protobufBody([{ name: 'h', type: 'histogram', metrics: [{ histogram: { count: 1, buckets: BUCKETS } }] }]);
  assert.throws(() => [...parseProtobuf(body, { convertClassicHistograms: true })], { code: 'LIMPET_PARSE_PROTOBUF', message: /count/ });
  assert.equal(refusal(body), 'accepted');
});

test('a metric of more than 100,000 parts is refused; a family may have as many metrics as it likes', () => {
  const many = <Item>(item: Item) => Array.from({ length: ITEMS_MAX + 1 }, () => item);
  const refused = [
    { labels: Object.fromEntries(many('').map((_, index) => [`l${index}`, ''])) },
    { histogram: { buckets: many({ upperBound: 1 }) } },
    { histogram: { positive: { spans: [[0, ITEMS_MAX + 1]] as const, deltas: many(0) } } },
    { histogram: { positive: { spans: [[0, ITEMS_MAX + 1]] as const, counts: many(0), isUnpacked: true } } },
  ];
  for (const metric of refused)
    assert.match(refusal([{ name: 'h', type: 'histogram', metrics: [metric] }]), /more than 100000 parts in one metric/);
  assert.equal(refusal([{ name: 'g', type: 'gauge', metrics: many({ labels: { a: 'b' } }) }]), 'accepted');
});

test('a body of empty messages is refused before it keeps the scrape busy', () => {
  const empty = (type: FamilySpec['type'], metric: MetricSpec) => [
    { name: 'm', ...(type && { type }), metrics: Array.from({ length: 4000 }, () => metric) },
  ];
  assert.match(refusal(empty('histogram', {})), /more series than the body has room for/);
  assert.match(refusal(empty('counter', {})), /more series/);
  assert.match(refusal(empty('summary', { summary: {} })), /more series/);
  assert.equal(refusal(empty('counter', { labels: { a: '' } })), 'accepted');
  assert.equal(refusal(empty('histogram', { labels: { a: 'b' }, histogram: {} })), 'accepted');
});

test('E-021 keys are equal for equal series and differ for different ones', () => {
  const keys = (families: readonly FamilySpec[], options?: ParseOptions) =>
    parsed(families, options)
      .filter(isSeries)
      .map(({ key }) => key);
  const labelled = (name: string, labels: Record<string, string>): FamilySpec => ({ name, type: 'gauge', metrics: [{ labels, value: 1 }] });
  const different = [
    labelled('m', {}),
    labelled('m', { a: 'b' }),
    labelled('m', { a: 'c' }),
    labelled('m"', { a: 'b' }),
    labelled('m', { 'a"': 'b' }),
    labelled('m_count', {}),
    labelled('m_sum', { le: '1' }),
    { name: 'm', type: 'histogram' as const, metrics: [{ labels: { x: 'y' }, histogram: { buckets: BUCKETS } }] },
    { name: 'm', type: 'summary' as const, metrics: [{ labels: { z: 'y' }, summary: { quantiles: [[0.5, 1]] as const } }] },
  ];
  const all = keys(different);
  assert.equal(new Set(all).size, all.length);
  assert.deepEqual(keys(different), all);
  assert.ok(
    all.every((key) => key?.startsWith('\0') === true),
    'no text of a series begins with NUL',
  );
});

test('the body of an exporter that speaks protobuf is read to its end', () => {
  const body = protobufBody([
    { name: 'up', help: 'Up.', type: 'gauge', metrics: [{ value: 1 }] },
    { name: 'größe', type: 'gauge', metrics: [{ labels: { 'größe.x': 'ä€😀' }, value: 1 }] },
  ]);
  assert.ok(decoder.decode(body).includes('größe'));
  assert.deepEqual(
    lines(parseProtobuf(body)).filter((line) => line.includes('{')),
    ['up{} 1', 'größe{größe.x=ä€😀} 1'],
  );
});
