import assert from 'node:assert/strict';
import test from 'node:test';
import { apiAround, fakeAgent } from '../../test/fake-agent.ts';
import type { DebugOptions } from './debug-options.ts';
import { debugRefusal } from './debug-refusal.ts';

const HERE = { peerAddress: '127.0.0.1' };
const THERE = { peerAddress: '192.0.2.7' };
const BASE = 'http://localhost';

/** A surface whose profiles end when the test says so, and whose heap is what the test gives it. */
function debuggable(over: Partial<DebugOptions> = {}) {
  const asked: { readonly durationMs: number; readonly end: (bytes: string) => void }[] = [];
  const heap = { taken: 0, cancelled: 0 };
  const debug: DebugOptions = {
    isRemoteAllowed: false,
    cpuProfile: ({ durationMs, signal }) =>
      new Promise((resolve, reject) => {
        asked.push({ durationMs, end: (bytes) => resolve(new TextEncoder().encode(bytes)) });
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    heapSnapshot: () => {
      heap.taken++;
      const pieces = ['{"snapshot"', ':1}'].map((text) => new TextEncoder().encode(text));
      return new ReadableStream({
        pull: (controller) => {
          const piece = pieces.shift();
          if (piece === undefined) controller.close();
          else controller.enqueue(piece);
        },
        cancel: () => void heap.cancelled++,
      });
    },
    ...over,
  };
  const { api } = apiAround(fakeAgent(), { debug });
  const ask = async (path: string, { env = HERE, ...init }: RequestInit & { readonly env?: object } = {}) =>
    api.request(`${BASE}${path}`, init, env);
  return { ask, asked, heap };
}

test('A-012 without the flag there are no debug endpoints', async () => {
  const { api } = apiAround(fakeAgent());
  for (const path of ['/debug/pprof/profile', '/debug/pprof/heap']) {
    assert.equal((await api.request(`${BASE}${path}`, {}, HERE)).status, 404, path);
  }
});

test('a CPU profile takes the seconds asked for, 30 by default, and is a download', async () => {
  const { ask, asked } = debuggable();
  const first = ask('/debug/pprof/profile');
  asked[0]?.end('first');
  const { status, headers } = await first;
  assert.deepEqual([status, headers.get('content-type'), headers.get('cache-control')], [200, 'application/octet-stream', 'no-store']);
  assert.match(headers.get('content-disposition') ?? '', /filename="profile\.pb\.gz"/);
  const second = ask('/debug/pprof/profile?seconds=0.5');
  asked[1]?.end('second');
  assert.equal(await (await second).text(), 'second');
  assert.deepEqual(
    asked.map(({ durationMs }) => durationMs),
    [30_000, 500],
  );
});

test('seconds that are no number, not positive, or too many are refused and nothing is profiled', async () => {
  const { ask, asked } = debuggable();
  for (const seconds of ['', 'x', '0', '-1', '121', 'Infinity', 'NaN']) {
    assert.equal((await ask(`/debug/pprof/profile?seconds=${seconds}`)).status, 400, seconds);
  }
  assert.deepEqual(asked, []);
});

test('profiles and snapshots are taken one at a time, together', async () => {
  const { ask, asked, heap } = debuggable();
  const profile = ask('/debug/pprof/profile');
  for (const path of ['profile', 'heap']) assert.equal((await ask(`/debug/pprof/${path}`)).status, 409, path);
  asked[0]?.end('');
  await profile;
  const snapshot = await ask('/debug/pprof/heap');
  for (const path of ['profile', 'heap']) assert.equal((await ask(`/debug/pprof/${path}`)).status, 409, path);
  assert.equal(await snapshot.text(), '{"snapshot":1}');
  assert.equal((await ask('/debug/pprof/heap')).status, 200);
  assert.deepEqual([asked.length, heap.taken], [1, 2]);
});

test('a client that goes away ends its profile or snapshot, and the next one may begin', async () => {
  const { ask, asked, heap } = debuggable();
  const gone = new AbortController();
  const profile = ask('/debug/pprof/profile', { signal: gone.signal });
  gone.abort();
  assert.equal((await profile).status, 503);
  const snapshot = await ask('/debug/pprof/heap');
  await snapshot.body?.cancel();
  assert.equal(heap.cancelled, 1);
  const next = ask('/debug/pprof/profile');
  asked[1]?.end('next');
  assert.equal(await (await next).text(), 'next');
});

test('a profile or snapshot that fails is a 500, and the next one may begin', async () => {
  let failures = 2;
  const fail = () => {
    failures--;
    throw new Error('V8 does not want to');
  };
  const { ask } = debuggable({ cpuProfile: () => Promise.resolve().then(fail), heapSnapshot: fail });
  for (const path of ['profile', 'heap']) assert.equal((await ask(`/debug/pprof/${path}`)).status, 500, path);
  assert.equal(failures, 0);
});

test('HEAD takes nothing', async () => {
  const { ask, asked, heap } = debuggable();
  for (const path of ['profile', 'heap']) assert.equal((await ask(`/debug/pprof/${path}`, { method: 'HEAD' })).status, 200, path);
  assert.deepEqual([asked.length, heap.taken], [0, 0]);
});

test('who is not on this machine is refused before anything is taken, unless remote debugging is allowed', async () => {
  const closed = debuggable();
  for (const env of [THERE, {}]) assert.equal((await closed.ask('/debug/pprof/heap', { env })).status, 403);
  assert.equal(closed.heap.taken, 0);
  const open = debuggable({ isRemoteAllowed: true });
  assert.equal((await open.ask('/debug/pprof/heap', { env: THERE })).status, 200);
});

test('a request is local by its peer, its host and the absence of proxies; pages of other sites are never let in', () => {
  const cases: readonly (readonly [isLocal: boolean, url: string, remoteAddress: string | undefined, headers: Record<string, string>])[] = [
    [true, 'http://127.0.0.1:9090', '127.0.0.1', {}],
    [true, 'http://localhost:9090', '::1', { 'sec-fetch-site': 'none' }],
    [true, 'http://[::1]:9090', '::ffff:127.0.0.1', { 'sec-fetch-site': 'same-origin' }],
    [false, 'http://127.0.0.1:9090', '10.0.0.1', {}],
    [false, 'http://127.0.0.1:9090', '::ffff:10.0.0.1', {}],
    [false, 'http://127.0.0.1:9090', undefined, {}],
    [false, 'http://rebound.example:9090', '127.0.0.1', {}],
    [false, 'http://127.0.0.1.example:9090', '127.0.0.1', {}],
    ...['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].map(
      (name) => [false, 'http://127.0.0.1', '127.0.0.1', { [name]: 'a' }] as const,
    ),
  ];
  const refusal = (url: string, remoteAddress: string | undefined, headers: Record<string, string>, isRemoteAllowed: boolean) =>
    debugRefusal({ request: new Request(url, { headers }), remoteAddress, isRemoteAllowed, ownNames: ['box', 'limpet.example'] });
  for (const [isLocal, url, remoteAddress, headers] of cases) {
    const name = JSON.stringify([url, remoteAddress, headers]);
    assert.equal(refusal(url, remoteAddress, headers, false) === undefined, isLocal, name);
    assert.equal(refusal(url, remoteAddress, headers, true) === undefined, !url.includes('.example'), name);
  }
  for (const own of ['http://box', 'https://limpet.example']) assert.equal(refusal(own, '192.0.2.7', {}, true), undefined, own);
  for (const site of ['cross-site', 'same-site']) {
    assert.match(refusal('http://localhost', '127.0.0.1', { 'sec-fetch-site': site }, true) ?? '', /other sites/, site);
  }
});
