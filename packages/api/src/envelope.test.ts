import assert from 'node:assert/strict';
import test from 'node:test';
import { Hono } from 'hono';
import { apiAround, fakeAgent } from '../test/fake-agent.ts';
import { failure } from './envelope.ts';
import type { ErrorType } from './envelope.ts';

const STATUSES: Readonly<Record<ErrorType, number>> = {
  bad_data: 400,
  execution: 422,
  canceled: 499,
  timeout: 503,
  internal: 500,
  not_found: 404,
  not_acceptable: 406,
  unavailable: 500,
};

for (const [errorType, status] of Object.entries(STATUSES)) {
  test(`A-021 A-022 an error of type ${errorType} is an envelope without data and answers with ${status}`, async () => {
    const api = new Hono().get('/x', (context) => failure(context, errorType as ErrorType, 'why "it" failed'));
    const answer = await api.request('/x');
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.deepEqual(await answer.json(), { status: 'error', errorType, error: 'why "it" failed' });
  });
}

for (const [path, status, errorType, error] of [
  ['/api/v1/query?query=up', 422, 'execution', 'unavailable with Limpet Agent'],
  ['/api/v1/scrape_pools/config', 400, 'bad_data', 'no scrapePool parameter provided'],
  ['/api/v1/targets/metadata?limit=x', 400, 'bad_data', 'limit must be a number'],
  ['/api/v1/limpet/history?match=x', 400, 'bad_data', 'match must be a JSON object of label names and values'],
] as const) {
  test(`A-021 A-022 ${path} answers with ${status} and an error of type ${errorType}`, async () => {
    const answer = await apiAround(fakeAgent()).api.request(path);
    assert.deepEqual([answer.status, await answer.json()], [status, { status: 'error', errorType, error }]);
  });
}

/** Every path below `/api/v1` that Prometheus 3.14 has, by what stands behind it. */
const OF_PROMETHEUS = [
  'query query_range query_exemplars format_query parse_query labels label series',
  'scrape_pools targets metadata status features notifications alertmanagers alerts rules admin write read otlp',
]
  .join(' ')
  .split(' ');

/** Second names for routes that are below our own prefix too; the short ones are what the AsyncAPI document promises. */
const SHORT_NAMES = ['/events', '/events/asyncapi.json', '/targets/:id/scrape'];

test('A-063 whatever Prometheus does not have lives below /api/v1/limpet', () => {
  const paths = new Set(
    apiAround(fakeAgent())
      .api.routes.filter(({ method }) => method !== 'ALL')
      .map(({ path }) => path),
  );
  const below = [...paths].filter((path) => path.startsWith('/api/v1/'));
  const own = below.filter((path) => path.startsWith('/api/v1/limpet/'));
  const others = below.filter((path) => !own.includes(path) && !OF_PROMETHEUS.includes(path.split('/')[3] ?? ''));
  assert.ok(own.length >= 2, 'no route of its own was seen');
  const isShort = (path: string) => SHORT_NAMES.some((name) => path === `/api/v1${name}` && paths.has(`/api/v1/limpet${name}`));
  assert.deepEqual(
    others.filter((path) => !isShort(path)),
    [],
  );
});
