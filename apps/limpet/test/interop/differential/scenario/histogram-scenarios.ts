import type { FamilySpec, HistogramSpec, MetricSpec } from '@limpet/contract';
import { isAtLeast } from '../../program/peer-program.ts';
import { openMetrics, protobuf, text, times } from '../../target/answer.ts';
import type { ScriptRequest } from '../../target/answer.ts';
import type { JobFields, Scenario, ScenarioPlace } from '../scenario.ts';

/** A job that scrapes native histograms; older releases are told by a feature flag, for all jobs. */
function native(fields: JobFields = {}): (place: ScenarioPlace) => JobFields {
  return ({ release }) => ({
    ...fields,
    ...(release === undefined || isAtLeast(release, '3.8') ? { scrape_native_histograms: true } : {}),
  });
}

const histogram = (...metrics: readonly MetricSpec[]): FamilySpec => ({ name: 'h', help: 'H.', type: 'histogram', metrics });
const gauge = (name: string, value: number | bigint): FamilySpec => ({ name, type: 'gauge', metrics: [{ value }] });

const INTEGER: HistogramSpec = {
  count: 12,
  sum: 18.4,
  schema: 3,
  zeroThreshold: 0.001,
  zeroCount: 2,
  positive: { spans: [[-1, 2], [1, 3]], deltas: [1, 1, -2, 3, -3] },
  negative: { spans: [[0, 2]], deltas: [1, 2] },
}; // prettier-ignore
const FLOAT: HistogramSpec = {
  countFloat: 7.5,
  sum: -3.25,
  schema: -2,
  zeroThreshold: 2.5,
  zeroCountFloat: 0.5,
  positive: { spans: [[0, 2], [2, 1]], counts: [1.5, 0, 2.5] },
  negative: { spans: [[1, 1]], counts: [3] },
}; // prettier-ignore
const BUCKETS = [{ upperBound: 0.5, count: 1 }, { upperBound: 1, count: 4 }, { upperBound: 10, count: 4 }]; // prettier-ignore
const CLASSIC: HistogramSpec = { count: 6, sum: 12.5, buckets: BUCKETS };

/** Twenty buckets in a row at a schema. */
const twenty = (schema: number): HistogramSpec => ({
  count: 210,
  sum: 1,
  schema,
  zeroThreshold: 1e-9,
  positive: { spans: [[-7, 20]], deltas: Array.from({ length: 20 }, () => 1) },
});

const classicText = (n: number): string[] => [
  '# TYPE h histogram',
  `h_bucket{a="1",le="0.1"} ${n}`,
  `h_bucket{a="1",le="1"} ${n + 2}`,
  `h_bucket{a="1",le="+Inf"} ${n + 3}`,
  'h_sum{a="1"} 4.5',
  `h_count{a="1"} ${n + 3}`,
  'h_bucket{a="2",le="1"} 1',
  'h_count{a="2"} 1',
  '# TYPE other gauge',
  `other ${n}`,
];

/** Histograms in protobuf and what becomes of classic ones, by the flags of a job. */
export const histogramScenarios: readonly Scenario[] = [
  {
    name: 'accept-native',
    title: 'E-002 S-106 who scrapes native histograms offers protobuf first',
    since: '3.0',
    job: native(),
    steps: times(2, ({ headers }: ScriptRequest) => text(`accept{header=${JSON.stringify(headers.accept ?? '')}} 1`)),
    up: '11',
  },
  {
    name: 'fallback-protobuf',
    title: 'E-008 S-111 protobuf as fallback reads what has no content type',
    since: '3.0',
    job: native({ fallback_scrape_protocol: 'PrometheusProto' }),
    steps: times(2, { ...protobuf(histogram({ histogram: INTEGER })), headers: {} }),
    up: '11',
  },
  {
    name: 'native-integer',
    title: 'S-165 E-178 W-010 integer native histograms are delivered bucket by bucket, with markers when they go',
    job: native(),
    steps: [
      protobuf(histogram({ histogram: INTEGER }, { labels: { a: 'b' }, histogram: { positive: { spans: [[0, 0]] } } })),
      protobuf(histogram({ histogram: { ...INTEGER, sum: Number.NaN, count: 15 } })),
      protobuf(gauge('g', 1)),
      protobuf(histogram({ histogram: INTEGER })),
      { status: 500 },
      protobuf(histogram({ histogram: INTEGER })),
    ],
    up: '111101',
  },
  {
    name: 'native-float',
    title: 'S-165 E-178 W-010 float native histograms are delivered with fractions, compacted',
    since: '3.0',
    job: native(),
    steps: [
      protobuf(histogram({ histogram: FLOAT })),
      protobuf(histogram({ histogram: { ...FLOAT, sum: Number.POSITIVE_INFINITY, zeroCountFloat: 1e300, countFloat: 1e300 } })),
      protobuf(histogram({ histogram: INTEGER })),
      protobuf(histogram({ histogram: FLOAT })),
    ],
    up: '1111',
  },
  {
    name: 'native-gauge',
    title: 'E-178 gauge histograms say that they are, integer and float',
    since: '3.0',
    job: native(),
    steps: times(
      3,
      protobuf({ name: 'g', type: 'gaugehistogram', metrics: [{ histogram: INTEGER }, { labels: { f: 'x' }, histogram: FLOAT }] }),
    ),
    up: '111',
  },
  {
    name: 'protobuf-classic',
    title: 'E-174 E-175 E-176 S-165 in protobuf, counters, gauges, summaries and classic histograms are series as in text',
    since: '3.0',
    job: native(),
    steps: Array.from({ length: 3 }, (_, n) =>
      protobuf(
        {
          name: 'c_total',
          help: 'C "quoted"\n',
          type: 'counter',
          metrics: [{ labels: { z: '1', a: 'ä' }, value: n + 0.5, startMs: 1_700_000_000_000, exemplar: { labels: { t: `x${n}` }, value: 1 } }],
        },
        gauge('nan', Number.NaN),
        gauge('stale_bits', 0x7ff0000000000002n),
        gauge('minus_inf', Number.NEGATIVE_INFINITY),
        { name: 'u', type: 'untyped', metrics: [{ value: n }, { labels: { empty: 'x' } }] },
        {
          name: 's',
          type: 'summary',
          metrics: [{ labels: { a: 'b' }, summary: { count: n, sum: 2.5, quantiles: [[0.5, 1], [0.99, n], [1, Number.NaN]] } }],
        },
        { name: 'h', type: 'histogram', metrics: [{ labels: { a: 'b' }, histogram: CLASSIC }, { labels: { c: 'd' }, histogram: { count: 3 } }] },
        { name: 'hf', type: 'gaugehistogram', metrics: [{ histogram: { count: 9, countFloat: 1.5, buckets: [{ upperBound: 1e6, countFloat: 0.5 }] } }] },
        { name: 'nothing', type: 'gauge', metrics: [] },
      ),
    ), // prettier-ignore
    up: '111',
  },
  {
    name: 'protobuf-timestamps',
    title: 'S-112 E-174 timestamps of protobuf are honoured, 0 is none',
    since: '3.0',
    job: native(),
    steps: Array.from({ length: 3 }, (_, n) => ({ baseMs }: ScriptRequest) =>
      protobuf(
        { name: 'own', type: 'gauge', metrics: [{ value: n, timestampMs: baseMs + n * 100 }] },
        { name: 'none', type: 'gauge', metrics: [{ value: n, timestampMs: 0 }] },
        histogram({ histogram: INTEGER, timestampMs: baseMs + 50 + n * 100 }),
      ),
    ), // prettier-ignore
    up: '111',
  },
  {
    name: 'native-and-classic',
    title: 'S-165 E-181 of a histogram in both forms only the native one is stored',
    job: native(),
    steps: times(
      3,
      protobuf(histogram({ histogram: { ...INTEGER, buckets: BUCKETS } }), {
        name: 'classic',
        type: 'histogram',
        metrics: [{ histogram: CLASSIC }],
      }),
    ),
    up: '111',
  },
  {
    name: 'native-always-classic',
    title: 'S-165 E-181 with always_scrape_classic_histograms both forms are stored',
    since: '3.0',
    job: native({ always_scrape_classic_histograms: true }),
    steps: [
      ...times(2, protobuf(histogram({ histogram: { ...INTEGER, buckets: BUCKETS } }, { labels: { only: 'native' }, histogram: INTEGER }))),
      protobuf(histogram({ histogram: CLASSIC })),
      protobuf(gauge('g', 1)),
    ],
    up: '1111',
  },
  {
    name: 'nhcb-text',
    title: 'S-165 S-166 S-167 W-013 converted histograms take the place of their classic series, and cannot be sent by 1.0',
    since: '3.0',
    job: { convert_classic_histograms_to_nhcb: true },
    steps: [text(...classicText(1)), openMetrics(...classicText(2)), text('other 3'), text(...classicText(4))],
    up: '1111',
    values: { scrape_samples_scraped: '3 3 1 3', scrape_series_added: '3 0 0 2' },
  },
  {
    name: 'nhcb-always-classic',
    title: 'S-165 E-191 converted histograms beside their classic series count both',
    since: '3.0',
    job: native({ convert_classic_histograms_to_nhcb: true, always_scrape_classic_histograms: true }),
    steps: [text(...classicText(1)), text(...classicText(2)), protobuf(histogram({ histogram: { ...INTEGER, buckets: BUCKETS } }))],
    up: '111',
    values: { scrape_samples_scraped: '10 10 7' },
  },
  {
    name: 'nhcb-broken',
    title: 'E-196 S-167 a classic histogram of text that cannot be converted vanishes, the rest of the scrape is stored',
    since: '3.0',
    job: { convert_classic_histograms_to_nhcb: true },
    steps: [
      text('# TYPE h histogram', 'h_bucket{le="1"} 2', 'h_bucket{le="2"} 1', 'h_count 2', '# TYPE g gauge', 'g 1'),
      text('# TYPE h histogram', 'h_bucket{le="x"} 2', 'h_bucket{le="+Inf"} 1', 'h_count 2', '# TYPE g gauge', 'g 1'),
      text('# TYPE h histogram', 'h_bucket{le="1"} 1', 'h_bucket{le="x"} 2', 'h_bucket{le="+Inf"} 2', 'h_count 2', 'g 1'),
    ],
    up: '111',
    values: { scrape_samples_scraped: '1 2 3' },
  },
  {
    name: 'bucket-limit',
    title: 'S-126 histograms with too many buckets are made coarser, or fail the scrape',
    since: '3.0',
    job: native({ native_histogram_bucket_limit: 4 }),
    steps: [
      protobuf(histogram({ histogram: twenty(4) }, { labels: { n: '2' }, histogram: twenty(-1) })),
      protobuf(histogram({ histogram: INTEGER })),
      protobuf(histogram({ histogram: twenty(-4) }), gauge('g', 1)),
      protobuf(histogram({ histogram: twenty(8) })),
      protobuf(gauge('g', 1), histogram({ histogram: twenty(-3) }, { histogram: INTEGER })),
    ],
    up: '11010',
    lastError: 'histogram bucket limit exceeded',
  },
  {
    name: 'bucket-factor',
    title: 'S-127 histograms finer than the factor are made coarser',
    since: '3.0',
    job: native({ native_histogram_min_bucket_factor: 1.2 }),
    steps: [8, 4, 2, 1, -4].map((schema) => protobuf(histogram({ histogram: twenty(schema) }))),
    up: '11111',
  },
  {
    name: 'native-broken',
    title: 'E-179 E-127 S-132 a histogram that contradicts itself fails the scrape',
    since: '3.0',
    job: native(),
    steps: [
      protobuf(histogram({ histogram: INTEGER }), gauge('g', 1)),
      protobuf(histogram({ histogram: { ...INTEGER, positive: { spans: [[0, 3]], deltas: [1, 1] } } }), gauge('g', 1)),
      protobuf(histogram({ histogram: INTEGER })),
      protobuf(gauge('g', 1), histogram({ histogram: { ...INTEGER, count: 99 } })),
      protobuf(histogram({ histogram: INTEGER })),
      { ...protobuf(gauge('g', 1)), body: Uint8Array.of(5, 1, 2, 3) },
    ],
    up: '101010',
  },
  {
    name: 'native-exemplars',
    title: 'S-128 E-182 exemplars of native histograms are sent where they have a time',
    since: '3.0',
    job: native(),
    // the last one has none: it is repeated, and an agent sends an older exemplar as often as it sees it
    steps: [...Array.from({ length: 3 }, (_, n) => ({ baseMs }: ScriptRequest) => {
      const exemplar = (id: string, atMs?: number) => ({ labels: { id }, value: n, ...(atMs === undefined ? {} : { timestampMs: baseMs + n * 100 + atMs }) });
      const exemplars = [exemplar('b', 20), exemplar('a', 10), exemplar('c')];
      return protobuf(
        histogram(
          { labels: { own: 'yes' }, histogram: { ...INTEGER, exemplars } },
          { labels: { own: 'no' }, histogram: { ...INTEGER, buckets: [{ upperBound: 1, count: 1, exemplar: exemplar('d', 30) }] } },
        ),
      );
    }), protobuf(histogram({ histogram: INTEGER }))], // prettier-ignore
    up: '1111',
  },
  {
    name: 'formats-in-turn',
    title: 'S-112 S-137 a target that answers in another format exposes the same series',
    job: native(),
    steps: [
      protobuf({ name: 'm', type: 'gauge', metrics: [{ labels: { a: 'b' }, value: 1 }] }),
      text('m{a="b"} 2'),
      openMetrics('m{a="b"} 3'),
      protobuf({ name: 'm', type: 'histogram', metrics: [{ labels: { a: 'b' }, histogram: INTEGER }] }),
      text('m{a="b"} 5'),
    ],
    up: '11111',
  },
];
