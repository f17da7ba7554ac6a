import assert from 'node:assert/strict';
import test from 'node:test';
import type { NativeHistogram } from '@limpet/model';
import { activeTarget, apiAround, fakeAgent } from '../test/fake-agent.ts';

type Answer = { readonly status: string; readonly data: Record<string, unknown>; readonly errorType?: string; readonly error?: string };
const dataOf = async (response: Response) => ((await response.json()) as Answer).data;

test('A-001 healthy answers as soon as somebody listens, also before ready', async () => {
  const fake = fakeAgent();
  fake.phase = 'starting';
  const response = await apiAround(fake).api.request('/-/healthy');
  assert.deepEqual([response.status, await response.text()], [200, 'Limpet Agent is Healthy.\n']);
  const head = await apiAround(fake).api.request('/-/healthy', { method: 'HEAD' });
  assert.deepEqual([head.status, await head.text()], [200, '']);
});

test('A-002 A-023 ready and the API answer 503 while starting and while stopping', async () => {
  const fake = fakeAgent();
  for (const [phase, isStopping] of [
    ['starting', 'false'],
    ['stopping', 'true'],
    ['stopped', 'true'],
  ] as const) {
    fake.phase = phase;
    for (const path of ['/-/ready', '/api/v1/targets', '/api/v1/status/config']) {
      const response = await apiAround(fake).api.request(path);
      assert.deepEqual([response.status, response.headers.get('x-prometheus-stopping')], [503, isStopping], `${phase} ${path}`);
    }
  }
  fake.phase = 'running';
  assert.equal(await (await apiAround(fake).api.request('/-/ready')).text(), 'Limpet Agent is Ready.\n');
});

test('A-004 A-005 reload is allowed, forbidden or failed, and never by GET', async () => {
  const fake = fakeAgent();
  assert.equal((await apiAround(fake).api.request('/-/reload', { method: 'POST' })).status, 200);
  assert.equal((await apiAround(fake).api.request('/-/reload', { method: 'PUT' })).status, 200);
  assert.equal((await apiAround(fake).api.request('/-/reload')).status, 405);
  const forbidden = await apiAround(fake, { isLifecycleEnabled: false }).api.request('/-/reload', { method: 'POST' });
  assert.deepEqual([forbidden.status, await forbidden.text()], [403, 'Lifecycle API is not enabled.']);
  fake.reload = { ok: false, revision: 1, errors: ['line 3: bad'] };
  const failed = await apiAround(fake).api.request('/-/reload', { method: 'POST' });
  assert.deepEqual([failed.status, await failed.text()], [500, 'failed to reload config: line 3: bad\n']);
});

test('A-006 quit says goodbye once', async () => {
  const { api } = apiAround(fakeAgent());
  const texts = [];
  for (const _ of [1, 2]) texts.push(await (await api.request('/-/quit', { method: 'POST' })).text());
  assert.deepEqual(texts, ['Requesting termination... Goodbye!', 'Termination already in progress.']);
});

test('A-010 A-011 A-053 metrics, version and build info', async () => {
  const fake = fakeAgent();
  fake.phase = 'starting';
  const { api } = apiAround(fake);
  assert.equal(await (await api.request('/metrics')).text(), 'up 1\n');
  assert.equal(((await (await api.request('/version')).json()) as { goVersion: string }).goVersion, 'node v24');
  fake.phase = 'running';
  assert.equal((await dataOf(await api.request('/api/v1/status/buildinfo')))['application'], 'limpet');
});

test('A-012 A-013 the page answers under its paths and the prefix', async () => {
  const plain = apiAround(fakeAgent()).api;
  assert.equal((await plain.request('/')).headers.get('location'), '/agent');
  assert.equal(await (await plain.request('/targets')).text(), '<title>A &lt;title></title>');
  const prefixed = apiAround(fakeAgent(), { routePrefix: '/p' }).api;
  assert.equal((await prefixed.request('/')).headers.get('location'), '/p');
  assert.equal((await prefixed.request('/p/agent')).status, 200);
  assert.equal((await prefixed.request('/p/-/healthy')).status, 200);
  assert.equal((await prefixed.request('/-/healthy')).status, 404);
  for (const path of ['/query', '/assets/none.js', '/assets/..%2Findex.html']) assert.equal((await plain.request(path)).status, 404, path);
});

test('A-025 A-026 cross-origin headers follow the origin and its rule', async () => {
  const open = apiAround(fakeAgent()).api;
  const options = await open.request('/api/v1/targets', { method: 'OPTIONS', headers: { origin: 'https://a' } });
  assert.deepEqual([options.status, options.headers.get('access-control-allow-origin')], [204, '*']);
  const none = await open.request('/api/v1/targets');
  assert.deepEqual([none.headers.get('vary')?.includes('Origin'), none.headers.get('access-control-allow-origin')], [true, null]);
  const strict = apiAround(fakeAgent(), { corsOrigin: /^(?:https:\/\/a)$/u }).api;
  const allowed = await strict.request('/api/v1/targets', { headers: { origin: 'https://a' } });
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://a');
  const other = await strict.request('/api/v1/targets', { headers: { origin: 'https://b' } });
  assert.equal(other.headers.get('access-control-allow-origin'), null);
});

test('A-028 A-029 routes of the server mode say that an agent has no answer', async () => {
  const { api } = apiAround(fakeAgent());
  for (const path of ['query', 'query_range', 'series', 'label/a/values', 'alerts', 'rules', 'status/tsdb']) {
    const response = await api.request(`/api/v1/${path}`);
    assert.equal(response.status, 422, path);
    assert.deepEqual(await response.json(), { status: 'error', errorType: 'execution', error: 'unavailable with Limpet Agent' });
  }
  assert.equal((await api.request('/api/v1/write', { method: 'POST' })).status, 404);
  assert.equal((await api.request('/api/v1/read', { method: 'POST' })).status, 500);
});

test('A-020 A-030 A-031 A-033 targets are filtered by pool and state', async () => {
  const fake = fakeAgent();
  fake.active = [activeTarget(), activeTarget({ id: 'x', pool: 'other' })];
  const { api } = apiAround(fake);
  const count = async (query: string) => {
    const data = await dataOf(await api.request(`/api/v1/targets${query}`));
    return [(data['activeTargets'] as unknown[]).length, (data['droppedTargets'] as unknown[]).length, data['droppedTargetCounts']];
  };
  const counts = { node: 4, other: 0 };
  assert.deepEqual(await count(''), [2, 1, counts]);
  assert.deepEqual(await count('?state=ANY&scrapePool=node'), [1, 1, counts]);
  assert.deepEqual(await count('?state=active'), [2, 0, null]);
  assert.deepEqual(await count('?state=dropped'), [0, 1, counts]);
  assert.deepEqual(await count('?state=dropped&scrapePool=other'), [0, 0, counts]);
  assert.deepEqual(await count('?state=nonsense'), [0, 0, null]);
  assert.deepEqual(await count('?scrapePool=unknown'), [0, 0, counts]);
});

test('A-032 A-116 an active target has every upstream field, and ours in one object', async () => {
  const data = await dataOf(await apiAround(fakeAgent()).api.request('/api/v1/targets'));
  assert.deepEqual((data['activeTargets'] as unknown[])[0], {
    discoveredLabels: { __address__: 'h:1', job: 'node' },
    labels: { instance: 'h:1', job: 'node' },
    scrapePool: 'node',
    scrapeUrl: 'http://h:1/metrics',
    globalUrl: 'http://h:1/metrics',
    lastError: '',
    lastScrape: '2023-11-14T22:13:20.123Z',
    lastScrapeDuration: 0.0125,
    health: 'up',
    scrapeInterval: '1m',
    scrapeTimeout: '10s',
    limpet: {
      id: 'h:1#abcdef~1',
      state: 'idle.waiting',
      lastFailureReason: '',
      lastSamplesScraped: 5,
      lastResponseBytes: 100,
      scrapesTotal: 3,
      scrapesFailed: 1,
      ticks: { outcomes: { scraped: 2, failed: 1 }, reasons: { status: 1 }, last: null },
    },
  });
});

test('A-037 A-038 A-050 A-051 A-052 pools, configuration, flags and runtime', async () => {
  const { api } = apiAround(fakeAgent());
  assert.deepEqual(await dataOf(await api.request('/api/v1/scrape_pools')), { scrapePools: ['node', 'other'] });
  assert.deepEqual(await dataOf(await api.request('/api/v1/status/flags')), { 'config.file': 'a.yml' });
  const info = await dataOf(await api.request('/api/v1/status/runtimeinfo'));
  const keys =
    'startTime CWD hostname serverTime reloadConfigSuccess lastConfigTime corruptionCount goroutineCount GOMAXPROCS GOMEMLIMIT GOGC GODEBUG storageRetention';
  for (const key of keys.split(' ')) assert.ok(key in info, key);
  for (const [query, error] of [
    ['', 'no scrapePool parameter provided'],
    ['?scrapePool=x', 'error retrieving scrape config: scrape pool "x" not found'],
  ]) {
    const response = await api.request(`/api/v1/scrape_pools/config${query}`);
    assert.equal(response.status, 400);
    assert.deepEqual(await response.json(), { status: 'error', errorType: 'bad_data', error });
  }
});

test('history answers numbers, gaps and refusals', async () => {
  const fake = fakeAgent();
  fake.history = [
    {
      labels: [['__name__', 'up']],
      timestampsMs: [1, 2, 3],
      values: [1, 0, Infinity],
      isStale: [false, true, false],
      histograms: new Map(),
    },
  ];
  const { api } = apiAround(fake);
  const ask = (query: string) => api.request(`/api/v1/limpet/history?${query}`);
  const match = `match=${encodeURIComponent('{"__name__":"up"}')}`;
  assert.deepEqual(await dataOf(await ask(match)), {
    series: [{ labels: { __name__: 'up' }, timestampsMs: [1, 2, 3], values: [1, null, '+Inf'] }],
  });
  for (const query of [
    '',
    'match=x',
    'match=[]',
    'match={}',
    'match={"a":1}',
    `${match}&from=5&to=1`,
    `${match}&from=0`,
    `${match}&from=x`,
  ]) {
    assert.equal((await ask(query)).status, 400, query);
  }
  fake.history = undefined;
  assert.equal((await ask(match)).status, 404);
});

test('history answers native histograms with count, sum and the bounds of their buckets', async () => {
  const fake = fakeAgent();
  const histogram = {
    schema: 0,
    zeroThreshold: 0.5,
    zeroCount: 1,
    count: 4,
    sum: NaN,
    positiveSpans: [{ offset: 1, length: 2 }],
    positiveBuckets: [0, 2],
    negativeSpans: [],
    negativeBuckets: [],
    customValues: [],
    resetHint: 'unknown',
    isFloat: false,
  } as const;
  const custom = {
    ...histogram,
    schema: -53,
    zeroCount: 0,
    sum: 7,
    customValues: [0.5],
    positiveSpans: [{ offset: 0, length: 2 }],
    positiveBuckets: [1, 3],
  };
  const histograms = new Map<number, NativeHistogram>([[0, histogram], [2, custom]]); // prettier-ignore
  fake.history = [{ labels: [['__name__', 'h']], timestampsMs: [1, 2, 3], values: [4, 0, 4], isStale: [false, true, false], histograms }];
  const { api } = apiAround(fake);
  const answer = await dataOf(await api.request(`/api/v1/limpet/history?match=${encodeURIComponent('{"__name__":"h"}')}`));
  assert.deepEqual(answer, {
    series: [
      {
        labels: { __name__: 'h' },
        timestampsMs: [1, 2, 3],
        values: [4, null, 4],
        histograms: [
          { index: 0, schema: 0, count: 4, sum: null, buckets: [[-0.5, 0.5, 1], [2, 4, 2]] },
          { index: 2, schema: -53, count: 4, sum: 7, buckets: [['-Inf', 0.5, 1], [0.5, '+Inf', 3]] },
        ],
      },
    ],
  }); // prettier-ignore
});

test('the live stream begins with every target, then sends what changed, and events', async () => {
  const fake = fakeAgent();
  const { api, repeated } = apiAround(fake);
  const response = await api.request('/api/v1/limpet/live');
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader);
  const messages: { event: string; data: Record<string, unknown[]> }[] = [];
  const read = async () => {
    const { value = '' } = await reader.read();
    messages.push({
      event: /^event: (.*)$/m.exec(value)?.[1] ?? '',
      data: JSON.parse(/^data: (.*)$/m.exec(value)?.[1] ?? '{}') as Record<string, unknown[]>,
    });
  };
  await read();
  const [first] = fake.active;
  assert.ok(first);
  fake.active = [{ ...first, health: 'down', scrapesTotal: 4 }, activeTarget({ id: 'new' })];
  repeated[0]?.run();
  await read();
  fake.active = [];
  repeated[0]?.run();
  await read();
  fake.emit({ type: 'agent.stopping', eventId: 'r-1', atMs: 1, reason: 'SIGTERM' });
  await read();
  await reader.cancel();
  assert.equal(messages[0]?.data['upserted']?.length, 1);
  assert.deepEqual([messages[1]?.data['upserted']?.length, messages[1]?.data['updated']?.length], [1, 1]);
  assert.deepEqual(messages[2]?.data['removed'], ['h:1#abcdef~1', 'new']);
  assert.equal(messages[3]?.event, 'event');
});
