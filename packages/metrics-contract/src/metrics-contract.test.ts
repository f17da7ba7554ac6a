import assert from 'node:assert/strict';
import test from 'node:test';
import {
  assertExposesMetrics,
  checkContract,
  ContractError,
  contractOf,
  draftContract,
  exposedFamilies,
  expositionChanges,
  toExposeMetrics,
} from './index.ts';
import type { FamilyContract, MetricsContract } from './index.ts';

const TEXT = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{code="200",path="/"} 5
http_requests_total{code="500",path="/"} 1
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.1"} 1
latency_seconds_bucket{le="+Inf"} 2
latency_seconds_sum 3
latency_seconds_count 2
# TYPE rpc_seconds summary
rpc_seconds{quantile="0.5",method="get"} 1
rpc_seconds_sum{method="get"} 3
rpc_seconds_count{method="get"} 2
queue_length 7
`;

const PROMISED: Readonly<Record<string, FamilyContract>> = {
  http_requests_total: { type: 'counter', labels: ['path', 'code'], values: { code: ['200', '500'] }, maxSeries: 2 },
  latency_seconds: { type: 'histogram', unit: 'seconds', labels: [], buckets: [0.1, '+Inf'], maxSeries: 4 },
  rpc_seconds: { type: 'summary', labels: ['method'] },
  queue_length: { type: 'unknown' },
};

function broken(contract: MetricsContract, body = TEXT): string[] {
  return checkContract(exposedFamilies({ body }), contract).map(({ kind, message }) => `${kind}: ${message}`);
}

test('an exposition that keeps every promise breaks none', () => {
  assert.deepEqual(broken({ metrics: PROMISED, maxSeries: 10, allowOthers: false }), []);
});

const CASES: readonly { readonly name: string; readonly contract: MetricsContract; readonly broken: readonly string[] }[] = [
  { name: 'a family that is missing', contract: { metrics: { gone: {} } }, broken: ['missing: gone is not exposed'] },
  { name: 'a family that may be missing', contract: { metrics: { gone: { optional: true } } }, broken: [] },
  {
    name: 'another type',
    contract: { metrics: { queue_length: { type: 'gauge' } } },
    broken: ['type: queue_length is a unknown, promised is a gauge'],
  },
  {
    name: 'another unit',
    contract: { metrics: { latency_seconds: { unit: 'bytes' } } },
    broken: ['unit: latency_seconds has the unit "seconds", promised is "bytes"'],
  },
  {
    name: 'other labels',
    contract: { metrics: { http_requests_total: { labels: ['code'] } } },
    broken: ['labels: http_requests_total has series with the labels {code,path}, promised are {code}'],
  },
  {
    name: 'a value that is not promised',
    contract: { metrics: { http_requests_total: { values: { code: ['200'] } } } },
    broken: ['values: http_requests_total has code = "500", which is not promised'],
  },
  {
    name: 'other buckets',
    contract: { metrics: { latency_seconds: { buckets: [0.1, 0.5] } } },
    broken: ['buckets: latency_seconds has the buckets 0.1, promised are 0.1 0.5'],
  },
  {
    name: 'too many series of a family, and of all',
    contract: { metrics: { http_requests_total: { maxSeries: 1 } }, maxSeries: 3 },
    broken: [
      'cardinality: http_requests_total has 2 series, 1 are promised at most',
      'cardinality: the exposition has 10 series, 3 are promised at most',
    ],
  },
  {
    name: 'more than is promised',
    contract: { metrics: { ...PROMISED, queue_length: {} }, allowOthers: false },
    broken: [],
  },
  {
    name: 'a family that nobody promised',
    contract: { metrics: { http_requests_total: {}, latency_seconds: {}, rpc_seconds: {} }, allowOthers: false },
    broken: ['unexpected: queue_length is exposed and not promised'],
  },
];

for (const { name, contract, broken: expected } of CASES)
  test(`a contract sees ${name}`, () => assert.deepEqual(broken(contract), expected));

test('a counter is the same family with _total and without, in OpenMetrics as in text', () => {
  const body = '# TYPE http_requests counter\n# UNIT http_requests requests\nhttp_requests_total{code="200"} 1\n# EOF\n';
  const families = exposedFamilies({ body, contentType: 'application/openmetrics-text; version=1.0.0' });
  for (const name of ['http_requests', 'http_requests_total']) {
    assert.deepEqual(
      checkContract(families, { metrics: { [name]: { type: 'counter', unit: 'requests', labels: ['code'] } }, allowOthers: false }),
      [],
    );
  }
});

test('a draft of a contract is kept by what it was drafted from, and names what is there', () => {
  const draft = draftContract(exposedFamilies({ body: TEXT }));
  assert.deepEqual(broken({ ...draft, allowOthers: false }), []);
  assert.deepEqual(draft.metrics['latency_seconds'], { type: 'histogram', unit: 'seconds', labels: [], buckets: [0.1], maxSeries: 10 });
});

test('changes that break users are told apart from those that do not', () => {
  const older = exposedFamilies({ body: TEXT });
  const newer = exposedFamilies({
    body: TEXT.replace('TYPE http_requests_total counter', 'TYPE http_requests_total gauge')
      .replaceAll('path="/"', 'route="/"')
      .replace('queue_length 7', 'queue_size 7')
      .replace('latency_seconds_bucket{le="0.1"} 1', 'latency_seconds_bucket{le="0.2"} 1'),
  });
  assert.deepEqual(
    expositionChanges(older, newer).map(({ isBreaking, message }) => `${isBreaking ? 'breaking' : 'other'}: ${message}`),
    [
      'breaking: http_requests_total was a counter and is a gauge',
      'breaking: http_requests_total has lost the label path',
      'breaking: http_requests_total has the new label route: it has other series, and matching on its labels breaks',
      'breaking: latency_seconds has lost the buckets 0.1',
      'breaking: queue_length is gone',
      'other: latency_seconds has the new buckets 0.2',
      'other: queue_size is new',
    ],
  );
  assert.deepEqual(expositionChanges(older, older), []);
});

test('a matcher takes a text, an exposition with its type, and an answer of fetch', async () => {
  const contract = { metrics: PROMISED };
  assert.equal((await toExposeMetrics(TEXT, contract)).pass, true);
  assert.equal((await toExposeMetrics({ body: new TextEncoder().encode(TEXT) }, contract)).pass, true);
  const response = new Response(TEXT, { headers: { 'content-type': 'text/plain; version=0.0.4' } });
  assert.equal((await toExposeMetrics(response, contract)).pass, true);
  const { pass, message } = await toExposeMetrics('x 1', contract);
  assert.equal(pass, false);
  assert.match(message(), /^the exposition does not keep its contract:\n {2}http_requests_total is not exposed\n/);
  assert.match((await toExposeMetrics(TEXT, contract)).message(), /was not expected to/);
  await assertExposesMetrics(TEXT, contract);
  await assert.rejects(assertExposesMetrics('x 1', contract), /queue_length is not exposed/);
});

const REFUSED: readonly { readonly document: unknown; readonly message: string }[] = [
  { document: 3, message: 'a contract is an object with the field metrics' },
  { document: { metrics: [] }, message: 'metrics: expected an object of metric families' },
  { document: { metrics: {}, alowOthers: true }, message: 'alowOthers: unknown; there are metrics, maxSeries, allowOthers' },
  { document: { metrics: { a: { labels: 'x' } } }, message: 'metrics.a.labels: expected a list of texts' },
  {
    document: { metrics: { a: { lables: [] } } },
    message: 'metrics.a.lables: unknown; there are type, unit, labels, values, buckets, maxSeries, optional',
  },
  { document: { metrics: {}, maxSeries: -1 }, message: 'maxSeries: expected a number of 0 or more' },
];

for (const { document, message } of REFUSED) {
  test(`a contract that cannot be is refused: ${message}`, () => {
    assert.throws(
      () => contractOf(document),
      (error) => error instanceof ContractError && error.message === message,
    );
  });
}
