import assert from 'node:assert/strict';
import { request } from 'node:http';
import test from 'node:test';
import { createBrowserReceiver, createWebSocketReceiver } from '@statelyai/inspect';
import type { StatelyInspectionEvent } from '@statelyai/inspect';
import { createActor, createMachine } from 'xstate';
import { WebSocket } from 'ws';
import { APPLICATION } from '../src/index.ts';
import { apiAround, fakeAgent } from './fake-agent.ts';
import { readEvents, WatchedAgent } from './watched-agent.ts';
import type { InspectEvent } from './watched-agent.ts';

const ROUTES = ['/-/inspect', '/-/inspect/events', '/-/inspect/actors', '/-/inspect/stately', '/-/inspect/bridge'];

test('A-012 without --inspect there is nothing to inspect with', async () => {
  const { api } = apiAround(fakeAgent(), {
    readPageFile: () => Promise.resolve({ bytes: new TextEncoder().encode('%LIMPET_ROOMS%'), contentType: 'text/html' }),
  });
  for (const path of [...ROUTES, '/inspect']) {
    assert.equal((await api.request(path, {}, { peerAddress: '127.0.0.1' })).status, 404, path);
  }
  assert.equal(await (await api.request('/targets')).text(), 'targets', 'the page shows no way there');
  assert.equal(APPLICATION, 'Limpet Agent');
});

interface Asking {
  readonly name: string;
  readonly peer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isRemoteAllowed?: boolean;
  readonly status: 200 | 403;
}

const askings: readonly Asking[] = [
  { name: 'this machine may', status: 200 },
  { name: 'this machine over IPv6 may', peer: '::1', headers: { host: '[::1]:9090' }, status: 200 },
  { name: 'this machine through a socket for both families may', peer: '::ffff:127.0.0.1', status: 200 },
  { name: 'another machine may not', peer: '192.0.2.7', status: 403 },
  { name: 'an unknown peer may not', peer: '', status: 403 },
  { name: 'another machine behind a proxy on this one may not', headers: { 'x-forwarded-for': '192.0.2.7' }, status: 403 },
  { name: 'another machine behind a newer proxy may not', headers: { forwarded: 'for=192.0.2.7' }, status: 403 },
  { name: 'another machine may where that is allowed', peer: '192.0.2.7', isRemoteAllowed: true, status: 200 },
  { name: 'our own page may', headers: { origin: 'http://localhost:9090' }, status: 200 },
  { name: 'our own page under the external URL may', headers: { host: 'limpet.example', origin: 'https://limpet.example' }, status: 200 },
  { name: 'a page of another site may not', headers: { origin: 'https://evil.example' }, status: 403 },
  { name: 'a page of another port may not', headers: { origin: 'http://localhost:3000' }, status: 403 },
  { name: 'a page without a site may not', headers: { origin: 'null' }, status: 403 },
  {
    name: 'a page of another site may not where other machines may',
    headers: { origin: 'https://evil.example' },
    isRemoteAllowed: true,
    status: 403,
  },
  {
    name: 'a name of another site that points here may not',
    headers: { host: 'evil.example:9090', origin: 'http://evil.example:9090' },
    status: 403,
  },
  { name: 'nor where other machines may', headers: { host: 'evil.example' }, isRemoteAllowed: true, status: 403 },
  { name: 'the name of this machine may', headers: { host: 'box:9090' }, status: 200 },
];

for (const { name, peer = '127.0.0.1', headers, isRemoteAllowed = false, status } of askings) {
  test(`who may watch: ${name}`, async () => {
    const { api } = apiAround(fakeAgent(), { inspect: { isRemoteAllowed } });
    const init = { headers: { host: 'localhost:9090', ...headers } };
    const answer = await api.request('/-/inspect/actors', init, { peerAddress: peer });
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    for (const path of ROUTES) {
      const { status: other } = await api.request(path, { ...init, method: 'HEAD' }, { peerAddress: peer });
      assert.equal(other === 403, status === 403, path);
    }
  });
}

test('the room of the page is where the address for inspection leads, below every prefix', async () => {
  const { api } = apiAround(fakeAgent(), {
    inspect: { isRemoteAllowed: false },
    routePrefix: '/in',
    externalUrl: new URL('https://limpet.example/out'),
    readPageFile: () => Promise.resolve({ bytes: new TextEncoder().encode('%LIMPET_ROOMS%'), contentType: 'text/html' }),
  });
  const answer = await api.request('/in/-/inspect', { headers: { host: 'localhost' } }, { peerAddress: '127.0.0.1' });
  assert.deepEqual([answer.status, answer.headers.get('location')], [302, '/out/inspect']);
  assert.equal(await (await api.request('/in/inspect')).text(), 'targets inspect');
});

test('the stream greets, counts loops by pool and state, and shows the loop in the spotlight; when it is left the observer goes', async () => {
  await using watched = await WatchedAgent.start();
  assert.equal(watched.isWatched, false);
  const path = watched.loopPath;
  const response = await fetch(`http://${watched.address}/-/inspect/events?spotlight=${encodeURIComponent(path)}`, {
    signal: AbortSignal.timeout(10_000),
  });
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  assert.equal(watched.isWatched, true);
  const isBack = ({ type, data }: InspectEvent) => type === 'step' && data['state'] === 'idle.waiting';
  const reading = readEvents(response, (events) => events.some(isBack));
  await watched.pass(10_000);
  const events = await reading;
  assert.deepEqual(
    events.slice(0, 4).map(({ type }) => type),
    ['hello', 'tree', 'detail', 'counts'],
  );
  const counts = events.find(({ type }) => type === 'counts')?.data['crowds'] as readonly object[];
  assert.deepEqual(
    counts.filter((crowd) => 'path' in crowd && crowd.path === 'agent/scrape/pool:node/loops'),
    [{ path: 'agent/scrape/pool:node/loops', total: 2, states: { 'idle.waiting': 2 } }],
  );
  const detail = events.find(({ type }) => type === 'detail')?.data ?? {};
  assert.equal(detail['state'], 'idle.waiting');
  const timers = detail['timers'] as readonly { readonly event: string; readonly dueAt: number }[];
  assert.equal(timers[0]?.event, 'after untilNextTick');
  const steps = events.filter(({ type, data }) => type === 'step' && data['path'] === path);
  assert.deepEqual([steps[0]?.data['event'], steps[0]?.data['state']], ['after untilNextTick', 'fetching.scraping']);
  assert.deepEqual([steps[1]?.data['event'], steps.at(-1)?.data['state']], ['response', 'idle.waiting']);
  assert.ok(steps.every(({ id, data }) => Number(id) === data['seq']));
  assert.equal(steps[0]?.data['t'], timers[0]?.dueAt, 'it came when the timer was due');
  await until(() => !watched.isWatched);
});

test('a stream of counts alone has no steps, and too wide a spotlight is refused', async () => {
  await using watched = await WatchedAgent.start();
  const response = await fetch(`http://${watched.address}/-/inspect/events?level=counts`, { signal: AbortSignal.timeout(10_000) });
  const reading = readEvents(response, (events) => events.filter(({ type }) => type === 'counts').length >= 3);
  await watched.pass(10_000);
  await watched.pass(10_000);
  assert.equal((await reading).filter(({ type }) => type === 'step').length, 0);
  const wide = Array.from({ length: 21 }, (_, index) => `spotlight=${index}`).join('&');
  assert.equal((await fetch(`http://${watched.address}/-/inspect/events?${wide}`)).status, 400);
});

test('streams of viewers are limited in number', async () => {
  await using watched = await WatchedAgent.start();
  const open = Array.from({ length: 16 }, () => fetch(`http://${watched.address}/-/inspect/events`));
  const streams = await Promise.all(open);
  assert.equal((await fetch(`http://${watched.address}/-/inspect/events`)).status, 503);
  for (const { body } of streams) await body?.cancel();
  await until(() => !watched.isWatched);
});

test('loops can be looked for', async () => {
  await using watched = await WatchedAgent.start();
  const answer = await fetch(`http://${watched.address}/-/inspect/actors?of=agent/scrape/pool:node/loops&search=b:80`);
  const { total, members } = (await answer.json()) as { total: number; members: readonly { id: string; state: string }[] };
  assert.deepEqual([total, members[0]?.state], [1, 'idle.waiting']);
  assert.match(members[0]?.id ?? '', /b:80/);
  assert.equal(watched.isWatched, false, 'looking is not watching');
});

function isWaiting(snapshot: object): boolean {
  return 'value' in snapshot && JSON.stringify(snapshot.value) === '{"idle":"waiting"}';
}

/** Waits until something is so that a socket brings about. */
async function until(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!isSo()) {
    assert.ok(performance.now() < endMs, 'it never came to be');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The real package as the receiving side, connected. */
function receive(url: string): StatelyInspectionEvent[] {
  const received: StatelyInspectionEvent[] = [];
  createWebSocketReceiver({ server: url }).subscribe((event) => received.push(event));
  return received;
}

test("the package of Stately's inspector receives the actors in the spotlight, those above them, and what happens to them", async () => {
  await using watched = await WatchedAgent.start();
  const path = watched.loopPath;
  const received = receive(`ws://${watched.address}/-/inspect/stately?spotlight=${encodeURIComponent(path)}`);
  const above = ['agent', 'agent/scrape', 'agent/scrape/pool:node', 'agent/scrape/pool:node/loops', path];
  await until(() => received.length >= above.length);
  const actors = received.filter((event) => event.type === '@xstate.actor');
  assert.deepEqual(
    actors.map(({ sessionId, parentId, rootId }) => [sessionId, parentId, rootId]),
    above.map((own, index) => [own, above[index - 1], 'agent']),
    'parents first, although all began long ago',
  );
  assert.deepEqual(actors[4]?.snapshot.value, { idle: 'waiting' });
  await watched.pass(10_000);
  const own = () => received.flatMap((event) => (event.sessionId === path && event.type !== '@xstate.actor' ? [event] : []));
  await until(() => own().some((event) => event.type === '@xstate.snapshot' && isWaiting(event.snapshot)));
  assert.deepEqual(
    own()
      .slice(0, 4)
      .map(({ type, event }) => `${type} ${event.type}`),
    ['xstate.after.untilNextTick.loop.idle.waiting', 'response'].flatMap((type) => [`@xstate.event ${type}`, `@xstate.snapshot ${type}`]),
  );
});

test("definitions sent to Stately's inspector are machines: createMachine takes each, with the states and events of ours", async () => {
  await using watched = await WatchedAgent.start();
  const spotlight = [watched.loopPath, 'agent/discovery'].map((path) => `spotlight=${encodeURIComponent(path)}`).join('&');
  const received = receive(`ws://${watched.address}/-/inspect/stately?${spotlight}`);
  await until(() => received.length >= 6);
  const machines = new Map<string, ReturnType<typeof createMachine>>();
  for (const event of received) {
    if (event.type !== '@xstate.actor') continue;
    const machine = createMachine(JSON.parse(event.definition ?? '') as Parameters<typeof createMachine>[0]);
    machines.set(event.name.replace(/^node\/.*/, 'loop'), machine);
    if (event.snapshot.value === undefined) continue;
    const state = machine.resolveState({ value: event.snapshot.value as string, context: event.snapshot.context as object });
    assert.ok(state._nodes.length > 0, event.name);
  }
  assert.deepEqual([...machines.keys()].sort(), ['agent', 'discovery', 'loop', 'loops', 'pool:node', 'scrape']);
  const loop = machines.get('loop');
  assert.deepEqual(Object.keys(loop?.root.states ?? {}), ['idle', 'fetching', 'appending', 'ending', 'retiring', 'marking', 'stopped']);
  assert.ok(loop?.events.includes('slotGranted'));
  const real = [...watched.agent.actors()].find(({ _parent }) => _parent?.id === 'loops') as unknown as {
    logic: { root: { definition: object } };
  };
  const ids = ({ root }: { root: { definition: object } }) =>
    [...JSON.stringify(root.definition).matchAll(/"target":\["[^"]+"\]/g)].map(([id]) => id);
  assert.ok(loop !== undefined);
  assert.deepEqual(ids(loop), ids(real.logic), 'every transition leads where ours does');
  assert.equal(typeof createActor(loop).sessionId, 'string');
});

test("messages are what the package's own receiver in a page lets through", async () => {
  await using watched = await WatchedAgent.start();
  const sent = receive(`ws://${watched.address}/-/inspect/stately?spotlight=${encodeURIComponent(watched.loopPath)}`);
  await until(() => sent.length >= 5);
  await watched.pass(10_000);
  await until(() => sent.some(({ type }) => type === '@xstate.snapshot'));
  let listener: ((event: { data: unknown }) => void) | undefined;
  const page = { addEventListener: (_: string, added: typeof listener) => (listener = added), opener: null, parent: null };
  const passed: StatelyInspectionEvent[] = [];
  createBrowserReceiver({ window: Object.assign(page, { self: page, top: page }) }).subscribe((event) => passed.push(event));
  for (const data of [...sent, { type: '@statelyai.connected' }]) listener?.({ data });
  assert.deepEqual(passed, sent);
});

test('a loop that comes later is registered with Stately when it comes', async () => {
  await using watched = await WatchedAgent.start();
  const path = watched.loopPath;
  const next = path.replace(/~(\d+)$/, (_, generation: string) => `~${Number(generation) + 1}`);
  const received = receive(`ws://${watched.address}/-/inspect/stately?spotlight=${encodeURIComponent(next)}`);
  await until(() => watched.isWatched);
  await watched.restartLoops();
  await until(() => received.some(({ type, sessionId }) => type === '@xstate.snapshot' && sessionId === next));
  const actors = received.filter(({ type }) => type === '@xstate.actor').map(({ sessionId }) => sessionId);
  assert.deepEqual(actors, ['agent', 'agent/scrape', 'agent/scrape/pool:node', 'agent/scrape/pool:node/loops', next]);
});

test('a page of another site gets no socket, nor does a plain request', async () => {
  await using watched = await WatchedAgent.start();
  const url = `ws://${watched.address}/-/inspect/stately`;
  const status = await new Promise((resolve) => {
    const socket = new WebSocket(url, { origin: 'https://evil.example' });
    socket.on('error', () => {});
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode));
  });
  assert.equal(status, 403);
  assert.equal(watched.isWatched, false);
  assert.equal((await fetch(url.replace('ws', 'http'))).status, 426);
});

test('a socket that is asked for elsewhere is refused, and other upgrades are ordinary requests', async () => {
  await using watched = await WatchedAgent.start();
  const status = await new Promise((resolve) => {
    const socket = new WebSocket(`ws://${watched.address}/-/healthy`);
    socket.on('error', () => {});
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode));
  });
  assert.equal(status, 200, 'it is answered as if no socket had been asked for');
  const [host = '', port] = watched.address.split(':');
  const answer = await new Promise((resolve) => {
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' };
    request({ host, port, path: '/-/healthy', headers }, (response) => resolve(response.statusCode)).end();
  });
  assert.equal(answer, 200);
});

test('a listener that closes ends the sockets, and the observer goes', async () => {
  const watched = await WatchedAgent.start();
  const received = receive(`ws://${watched.address}/-/inspect/stately?spotlight=agent`);
  await until(() => received.length > 0);
  await watched[Symbol.asyncDispose]();
  await until(() => !watched.isWatched);
});
