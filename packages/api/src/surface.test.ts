import assert from 'node:assert/strict';
import test from 'node:test';
import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { apiAround, fakeAgent } from '../test/fake-agent.ts';
import { preferredEncoding } from './content-encoding.ts';

test('A-012 a known path with another method is 405 and names the right ones, an unknown path is 404', async () => {
  const { api } = apiAround(fakeAgent());
  const cases: readonly (readonly [method: string, path: string, status: number, allow: string | null])[] = [
    ['POST', '/metrics', 405, 'GET, HEAD'],
    ['DELETE', '/-/ready', 405, 'GET, HEAD'],
    ['DELETE', '/-/reload', 405, 'GET, HEAD, POST, PUT'],
    ['PUT', '/api/v1/targets', 405, 'GET, HEAD'],
    ['GET', '/api/v1/write', 405, 'POST'],
    ['GET', '/api/v1/admin/tsdb/snapshot', 405, 'POST, PUT'],
    ['DELETE', '/api/v1/label/x/values', 405, 'GET, HEAD'],
    ['POST', '/agent', 405, 'GET, HEAD'],
    ['PATCH', '/assets/x.js', 405, 'GET, HEAD'],
    ['BREW', '/version', 405, 'GET, HEAD'],
    ['GET', '/nowhere', 404, null],
    ['POST', '/api/v1/nowhere', 404, null],
    ['GET', '/api/v2/targets', 404, null],
    ['HEAD', '/metrics/', 404, null],
    ['GET', '/assets/none.js', 404, null],
    ['GET', '/assets/../../etc/passwd', 404, null],
    ['GET', '/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd', 404, null],
    ['GET', '/%00', 404, null],
    ['GET', '//metrics', 404, null],
  ];
  for (const [method, path, status, allow] of cases) {
    const response = await api.request(new Request(`http://h${path}`, { method }));
    assert.deepEqual([response.status, response.headers.get('allow')], [status, allow], `${method} ${path}`);
  }
  assert.equal((await api.request('/metrics', { method: 'HEAD' })).status, 200);
});

test('A-012 A-013 the way to the page is that of the outside, and a slash at the end of the prefix is one way in', async () => {
  const location = async (options: Parameters<typeof apiAround>[1], path: string) => {
    const { status, headers } = await apiAround(fakeAgent(), options).api.request(path);
    return [status, headers.get('location')];
  };
  const outside = { routePrefix: '/p', externalUrl: new URL('https://h/p') };
  assert.deepEqual(await location(outside, '/'), [302, '/p']);
  assert.deepEqual(await location(outside, '/p'), [302, '/p/agent']);
  assert.deepEqual(await location(outside, '/p/'), [302, '/p/agent']);
  const stripped = { routePrefix: '', externalUrl: new URL('https://h/outside') };
  assert.deepEqual(await location(stripped, '/'), [302, '/outside/agent']);
});

test('A-017 every route has its counter at 0 for 200 before anybody asks, without the prefix', () => {
  const plain = fakeAgent();
  apiAround(plain);
  const prefixed = fakeAgent();
  apiAround(prefixed, { routePrefix: '/p' });
  for (const handler of ['/metrics', '/-/ready', '/api/v1/targets', '/api/v1/label/:name/values', '/assets/:name', '/agent']) {
    assert.ok(plain.counted.includes(`prometheus_http_requests_total ${handler} 200 0`), handler);
    assert.ok(prefixed.counted.includes(`prometheus_http_requests_total ${handler} 200 0`), `prefixed ${handler}`);
  }
});

test('A-017 requests are counted by route and code, time and size are observed, and what is no route is not', async () => {
  const fake = fakeAgent();
  let nowMs = 1_000;
  const { api } = apiAround(fake, { mono: () => nowMs });
  fake.counted.length = 0;
  const sent: ((bodyBytes: number) => void)[] = [];
  const ask = (path: string) => api.request(path, {}, { whenSent: (done: (bodyBytes: number) => void) => sent.push(done) });
  await ask('/api/v1/targets');
  await ask('/assets/none.js');
  await ask('/nowhere');
  nowMs += 250;
  for (const [index, done] of sent.entries()) done(1_000 * (index + 1));
  assert.deepEqual(fake.counted, [
    'prometheus_http_requests_total /api/v1/targets 200 1',
    'prometheus_http_requests_total /assets/:name 404 1',
  ]);
  assert.deepEqual(
    [...fake.observed],
    [
      ['prometheus_http_request_duration_seconds /api/v1/targets', [0.25]],
      ['prometheus_http_response_size_bytes /api/v1/targets', [1_000]],
      ['prometheus_http_request_duration_seconds /assets/:name', [0.25]],
      ['prometheus_http_response_size_bytes /assets/:name', [2_000]],
    ],
  );
});

test('A-023 OPTIONS is gated too, and three paths are not gated and carry no CORS headers', async () => {
  const fake = fakeAgent();
  fake.phase = 'starting';
  const { api } = apiAround(fake);
  assert.equal((await api.request('/api/v1/targets', { method: 'OPTIONS' })).status, 503);
  for (const path of ['status/walreplay', 'notifications', 'notifications/live']) {
    const response = await api.request(`/api/v1/${path}`, { headers: { origin: 'https://a' } });
    assert.deepEqual([response.status, response.headers.get('access-control-allow-origin')], [200, null], path);
    await response.body?.cancel();
  }
});

test('A-054 the replay is over before it can be seen', async () => {
  const response = await apiAround(fakeAgent()).api.request('/api/v1/status/walreplay');
  assert.deepEqual(await response.json(), { status: 'success', data: { min: 0, max: 0, current: 0 } });
});

test('A-060 features are listed by category', async () => {
  const response = await apiAround(fakeAgent()).api.request('/api/v1/features');
  assert.deepEqual(await response.json(), { status: 'success', data: { prometheus: { agent_mode: true } } });
});

test('A-024 the first word that is exactly gzip or deflate decides, whatever the size of the answer', async () => {
  const { api } = apiAround(fakeAgent());
  const cases: readonly (readonly [accept: string, encoding: string | null])[] = [
    ['', null],
    ['gzip', 'gzip'],
    ['deflate, gzip', 'deflate'],
    ['br;q=1.0, gzip, *;q=0.1', 'gzip'],
    ['gzip;q=1', null],
    ['gzip;q=1, deflate', 'deflate'],
    ['GZIP', null],
    ['*', null],
    ['br, zstd', null],
  ];
  for (const [accept, encoding] of cases) {
    for (const path of ['/api/v1/scrape_pools', '/api/v1/scrape_pools/config']) {
      const response = await api.request(path, { headers: { 'accept-encoding': accept } });
      assert.equal(response.headers.get('content-encoding'), encoding, `${path} ${accept}`);
      assert.match(response.headers.get('vary') ?? '', /Accept-Encoding/);
      const bytes = new Uint8Array(await response.arrayBuffer());
      const plain = encoding === 'gzip' ? gunzipSync(bytes) : encoding === 'deflate' ? inflateSync(bytes) : bytes;
      assert.match(new TextDecoder().decode(plain), /^\{"status":/);
    }
  }
});

test('A-010 the exposition is compressed by what the client likes best', async () => {
  const cases: readonly (readonly [accept: string, encoding: string])[] = [
    ['', 'identity'],
    ['*', 'identity'],
    ['gzip', 'gzip'],
    ['zstd', 'zstd'],
    ['gzip, zstd', 'gzip'],
    ['gzip;q=0.5, zstd;q=0.9', 'zstd'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=x', 'identity'],
    ['br', 'identity'],
  ];
  for (const [accept, encoding] of cases) assert.equal(preferredEncoding(accept), encoding, accept);
  const { api } = apiAround(fakeAgent());
  const gzipped = await api.request('/metrics', { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(gunzipSync(new Uint8Array(await gzipped.arrayBuffer())).toString(), 'up 1\n');
  const zstd = await api.request('/metrics', { headers: { 'accept-encoding': 'zstd' } });
  assert.equal(zstdDecompressSync(new Uint8Array(await zstd.arrayBuffer())).toString(), 'up 1\n');
});
